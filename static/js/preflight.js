/* The pre-flight page: measures line and clock, sounds a tone, tries the camera; each line shows its result. */

import { hasCamera } from './abilities.js';
import { canStayAwake } from './awake.js';
import { Camera } from './camera.js';
import { keepOffset, ping } from './offset.js';
import { ready, signal } from './signals.js';

const PINGS = 5;
const SLOW = 150; // ms there and back
const CLOSE = 2000; // ms of difference that nobody will notice
const FAR = 120000; // what a late scan is believed is its device's offset and two minutes (desk)

const page = document.getElementById('preflight');
const { time, csrf, card, decoder, wasm } = page.dataset;
const locale = document.documentElement.lang;

function show(check, state, number) {
  const line = document.getElementById(`check-${check}`);
  line.dataset.state = state;
  for (const place of number === undefined ? [] : line.querySelectorAll('[data-number]')) place.textContent = number;
}

/* The quickest of five tells the clock best; the one in the middle tells how the line is. */
async function measure() {
  let pings;
  try {
    pings = [];
    await ping(time); // opens the line
    while (pings.length < PINGS) pings.push(await ping(time));
  } catch {
    return show('line', 'bad');
  }
  pings.sort((a, b) => a.took - b.took);
  const middle = pings[PINGS >> 1].took;
  const whole = (value) => Math.max(1, Math.round(value)).toLocaleString(locale);
  show('line', middle <= SLOW ? 'ok' : 'warn', `${whole(middle)} (${whole(pings[0].took)}–${whole(pings.at(-1).took)})`);
  const offset = Math.round(pings[0].offset);
  const away = Math.abs(offset);
  const seconds = (away / 1000).toLocaleString(locale, { maximumFractionDigits: away < 10000 ? 1 : 0 });
  show('clock', away <= CLOSE ? 'ok' : away <= FAR ? 'warn' : 'bad', seconds);
  await keepOffset(time, offset, csrf).catch(() => {});
}

const sound = page.querySelector('[data-do="sound"]');
sound.addEventListener('click', async () => {
  await ready();
  signal('WELCOME', { even: true });
  page.querySelector('[data-answer]').hidden = false;
});
for (const answer of page.querySelectorAll('[data-heard]')) {
  answer.addEventListener('click', () => show('sound', answer.dataset.heard));
}

const cameraButton = page.querySelector('[data-do="camera"]');
const camera = new Camera({ script: decoder, wasm }, found, page.querySelector('[data-camera]'));

function found(text) {
  const read = text.toUpperCase().endsWith(card);
  show('camera', read ? 'ok' : 'other');
  if (read) end();
  signal(read ? 'TEST' : 'UNKNOWN');
}

function end() {
  camera.stop();
  cameraButton.setAttribute('aria-pressed', 'false');
}

cameraButton.addEventListener('click', async () => {
  if (camera.stream) return end();
  try {
    await camera.start();
    cameraButton.setAttribute('aria-pressed', 'true');
    show('camera', 'seen');
  } catch {
    end();
    show('camera', 'refused');
  }
});
show('camera', hasCamera() ? 'ask' : 'warn');
cameraButton.hidden = !hasCamera();
show('sound', 'ask');
sound.hidden = false;
window.addEventListener('pagehide', end);

show('awake', canStayAwake() ? 'ok' : 'warn');
measure();
