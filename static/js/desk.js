/* The desk page: whatever is scanned, typed or tapped becomes an attempt in the queue; the answer takes its place. */

import { stayAwake } from './awake.js';
import { Camera, hasCamera, readPhoto } from './camera.js';
import { Queue } from './queue.js';
import { isLoud, setLoud, signal } from './signals.js';

const form = document.getElementById('desk-input');
const input = document.getElementById('code');
const sending = document.getElementById('sending');
const refusals = document.getElementById('refusals');
const byTouch = window.matchMedia('(pointer: coarse)').matches;
const places = { script: form.dataset.decoder, wasm: form.dataset.wasm };
const TOKEN = /(^|[^A-Z2-7])(?=[A-Z]*[2-7])[A-Z2-7]{16}[^A-Z2-7]*$/i; // at least one digit: no word is a card
const TEST_CARD = /(^|[^A-Z2-7])UJICOBAKARTUMEJA[^A-Z2-7]*$/i; // but for the one of the test card
const SHORT_CODE = /^(?=.*\d)[2-9A-HJKMNP-Z]{3}[\s.-]?[2-9A-HJKMNP-Z]{4}$/i;
const SCANNER_PAUSE = 35; // ms between two signs: nobody types that fast
const SCANNER_LEAST = 6;

/* Put the parts of an answer in their places by id. */
function place(html) {
  const parts = document.createElement('template');
  parts.innerHTML = html;
  for (const part of [...parts.content.children]) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    old.replaceWith(part);
    window.htmx?.process(part);
  }
}

const queue = new Queue({
  url: form.getAttribute('action'),
  csrfUrl: form.dataset.csrf,
  token: form.elements.csrf_token.value,
  answered(html) {
    window.rtapp.connected();
    refusals.replaceChildren();
    document.getElementById('no-code').hidden = true;
    place(html);
    signal(document.getElementById('verdict').dataset.verdict);
  },
  refused(html) {
    refusals.innerHTML = html;
    signal('UNKNOWN');
  },
  waiting(count, failing) {
    sending.hidden = !failing;
    if (failing) window.rtapp.lost();
    window.rtapp.waiting(failing ? count : 0);
  },
});

/* The pace of what is being typed tells a scanner from a person. */
const pace = { first: 0, last: 0, signs: 0 };
input.addEventListener('keydown', (event) => {
  if (event.key.length !== 1) return;
  if (!input.value || event.timeStamp - pace.last > 500) Object.assign(pace, { first: event.timeStamp, signs: 0 });
  pace.last = event.timeStamp;
  pace.signs += 1;
});

function cameFromScanner() {
  return pace.signs >= SCANNER_LEAST && (pace.last - pace.first) / (pace.signs - 1) <= SCANNER_PAUSE;
}

function submitTyped() {
  const text = input.value.trim();
  if (!text) return;
  const scanned = cameFromScanner();
  if (scanned || TOKEN.test(text) || TEST_CARD.test(text) || SHORT_CODE.test(text)) {
    input.value = '';
    queue.add({ code: text, source: SHORT_CODE.test(text) && !scanned ? 'short_code' : 'wedge' });
  } else {
    focusFirstResult(text);
  }
}

/* Enter after a search: the first person's button takes the focus, Enter again marks. */
async function focusFirstResult(text) {
  await window.htmx.ajax('GET', input.getAttribute('hx-get'), {
    target: '#results', swap: 'outerHTML', values: { code: text },
  });
  document.querySelector('#results button')?.focus();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  submitTyped();
});

/* Every form that marks somebody goes through the queue. */
document.addEventListener('submit', (event) => {
  if (!event.target.matches('[data-scan]')) return;
  event.preventDefault();
  const { csrf_token: _token, nonce: _nonce, ...fields } = Object.fromEntries(new FormData(event.target, event.submitter));
  input.value = '';
  document.getElementById('unsent').hidden = true;
  if (fields.pin) sendOnce(fields, event.target);
  else queue.add({ source: 'search', ...fields });
  if (!byTouch) input.focus();
});

/* A decision with a PIN is sent at once and kept nowhere. */
async function sendOnce(fields, of) {
  const done = await queue.once({ source: 'search', ...fields });
  document.getElementById('unsent').hidden = done;
  of.querySelector('[name=pin]')?.select();
}

/* Signs typed while nothing is being edited are meant for the input: a scanner types wherever the focus is. */
document.addEventListener('keydown', (event) => {
  const editing = event.target.closest('input, textarea, select');
  if (editing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length === 1 && event.key !== ' ') {
    input.value = '';
    input.focus();
  }
  if (event.key === 'Escape') input.focus();
});
if (!byTouch) input.focus();

const cameraButton = document.getElementById('camera');
const camera = new Camera(places, (text) => queue.add({ code: text, source: 'camera' }), form.querySelector('[data-camera]'));
cameraButton.hidden = !hasCamera();
document.getElementById('no-camera').hidden = hasCamera();
cameraButton.addEventListener('click', async () => {
  if (camera.stream) {
    camera.stop();
  } else {
    try {
      await camera.start();
    } catch {
      camera.stop();
      document.getElementById('no-camera').hidden = false;
      document.querySelector('details.more').open = true;
    }
  }
  cameraButton.setAttribute('aria-pressed', String(Boolean(camera.stream)));
});

document.getElementById('photo').addEventListener('change', async (event) => {
  const [file] = event.target.files;
  event.target.value = '';
  if (!file) return;
  const text = await readPhoto(file, places).catch(() => null);
  document.querySelector('details.more').open = false;
  document.getElementById('no-code').hidden = Boolean(text);
  if (text) queue.add({ code: text, source: 'photo' });
});

const sound = document.getElementById('sound');
const showSound = () => sound.setAttribute('aria-pressed', String(isLoud()));
sound.addEventListener('click', () => {
  setLoud(!isLoud());
  showSound();
});
showSound();
stayAwake();
