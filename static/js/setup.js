/* The set-up page: one sentence on what this device can do here; its own platform's steps stand open. */

import { hasCamera, worksOffline } from './abilities.js';

const PLATFORMS = [['android', /Android/], ['ios', /iPhone|iPad|iPod/], ['windows', /Windows/], ['macos', /Macintosh/], ['linux', /Linux|X11/]];

const abilities = document.getElementById('abilities');
const offline = await worksOffline(abilities.dataset.probe);
abilities.dataset.state = !hasCamera() ? 'none' : offline ? 'all' : 'camera';

const tablet = /Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1; // an iPad calls itself a Mac
const platform = tablet ? 'ios' : PLATFORMS.find(([, pattern]) => pattern.test(navigator.userAgent))?.[0];
const steps = document.querySelector(`[data-platform="${platform}"]`);
if (steps) steps.open = true;
