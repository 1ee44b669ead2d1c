/* The pre-flight page: measures line and clock, sounds a tone, tries the camera; each line shows its result. */

import { hasCamera } from './abilities.js';
import { canStayAwake } from './awake.js';
import { Camera } from './camera.js';
import { isTestCard, layoutOf, shownCode } from './codes.js';
import { canDecode } from './decoder.js';
import { keepOffset, ping } from './offset.js';
import { listen } from './scanner.js';
import { ready, signal } from './signals.js';
import { keeps } from './store.js';

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
  if (camera.on) return end();
  cameraButton.setAttribute('aria-pressed', 'true');
  show('camera', (await camera.start()) ? 'seen' : 'refused');
});
show('camera', hasCamera() ? 'ask' : 'warn');
cameraButton.hidden = !hasCamera();
show('sound', 'ask');
sound.hidden = false;
window.addEventListener('pagehide', end);

/* What a hand scanner typed, how it ended, which layout this device reads it with, how fast it came. */
function scanned(state, { text, keys, end: how, pace }) {
  show('scanner', state);
  const facts = { text: state === 'other' ? shownCode(text) : text.trim() || keys, layout: layoutOf(text), pace: Math.round(pace).toLocaleString(locale) };
  const line = document.getElementById('check-scanner');
  for (const place of line.querySelectorAll('[data-came]')) place.textContent = facts[place.dataset.came];
  for (const word of line.querySelectorAll('[data-end]')) word.hidden = word.dataset.end !== how;
  signal(state === 'ok' ? 'TEST' : 'UNKNOWN');
}
show('scanner', 'ask');
listen(({ code, keys = '' }, burst) => scanned(isTestCard(code) || isTestCard(keys) ? 'ok' : 'other', burst), {
  missed: (burst) => scanned('warn', burst),
});

async function judgeEngine() {
  const isFull = document.documentElement.dataset.engine === 'full';
  show('engine', !isFull ? 'forms' : (await canDecode()) ? 'ok' : 'part');
}
judgeEngine();
keeps().then((kept) => show('store', kept ? 'ok' : 'warn'));
show('awake', canStayAwake() ? 'ok' : 'warn');
measure();
