/* Sound and vibration of a verdict, after the first tap or key: browsers allow neither before. */

import { recall, retain } from './settings.js';

const TONES = {
  WELCOME: [[880, 0.14]],
  REPRESENTED: [[880, 0.1], [1175, 0.14]],
  ALREADY: [[520, 0.1], [520, 0.1]],
  OTHER_WAVE: [[520, 0.1], [660, 0.16]],
  NOT_OPEN: [[520, 0.1], [520, 0.16]],
  REVOKED: [[220, 0.35]],
  ARCHIVED: [[220, 0.35]],
  UNKNOWN: [[220, 0.2], [180, 0.3]],
  CONFLICT: [[660, 0.1], [330, 0.1], [660, 0.1]],
  TEST: [[440, 0.12]],
  QUEUED: [[390, 0.12]],
};
const SHAKES = { WELCOME: [60], REPRESENTED: [60], ALREADY: [60, 60, 60], TEST: [60] };
const BAD_SHAKE = [250];
const TICK = [1600, 0.04];

let audio = null;
let loud = recall('rtapp-sound') !== 'off';

function wake() {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!audio && Context) audio = new Context();
  if (audio?.state === 'suspended') audio.resume();
}
for (const event of ['pointerdown', 'keydown']) window.addEventListener(event, wake, { passive: true });

/* Wait until a tone can be heard; to be asked for in a tap. */
export async function ready() {
  wake();
  await audio?.resume();
}

export function isLoud() {
  return loud;
}

export function setLoud(on) {
  loud = on;
  retain('rtapp-sound', on ? 'on' : 'off');
}

/* What the device says by itself (provisional) begins with a tick and sounds hollow; even: also where the sound was
   switched off, for somebody who asks to hear it. */
export function signal(verdict, { provisional = false, even = false } = {}) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(SHAKES[verdict] || BAD_SHAKE);
  if (!(loud || even) || audio?.state !== 'running') return;
  let start = audio.currentTime;
  const tones = TONES[verdict] || [];
  for (const [pitch, seconds] of provisional ? [TICK, ...tones] : tones) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    tone.type = provisional ? 'triangle' : pitch < 400 ? 'square' : 'sine';
    volume.gain.setValueAtTime(0.25, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + seconds);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + seconds);
    start += seconds + 0.06;
  }
}
