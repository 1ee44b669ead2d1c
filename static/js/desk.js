/* The desk page: whatever is scanned, typed or tapped becomes an attempt in the queue; the answer takes its place. */

import { Aside } from './aside.js';
import { stayAwake } from './awake.js';
import { Camera, hasCamera, readPhoto } from './camera.js';
import { keepPage } from './offline.js';
import { COUNTED, clock, fill, judge, show } from './provisional.js';
import { Queue } from './queue.js';
import { isLoud, setLoud, signal } from './signals.js';
import { Snapshot, isTestCard } from './snapshot.js';
import { remove, wipe } from './store.js';

const form = document.getElementById('desk-input');
const input = document.getElementById('code');
const sending = document.getElementById('sending');
const refusals = document.getElementById('refusals');
const byTouch = window.matchMedia('(pointer: coarse)').matches;
const places = { script: form.dataset.decoder, wasm: form.dataset.wasm };
const TOKEN = /(^|[^A-Z2-7])(?=[A-Z]*[2-7])[A-Z2-7]{16}[^A-Z2-7]*$/i; // at least one digit: no word is a card, but for the test card
const SHORT_CODE = /^(?=.*\d)[2-9A-HJKMNP-Z]{3}[\s.-]?[2-9A-HJKMNP-Z]{4}$/i;
const SCANNER_PAUSE = 35; // ms between two signs: nobody types that fast
const SCANNER_LEAST = 6;
const REFRESH = 3 * 60 * 1000;
const PATIENCE = 2000; // then search goes on over the snapshot
const zone = form.dataset.zone;
const opened = Date.now();
let newest = 0;
const results = () => document.getElementById('results');

/* Put the parts of an answer in their places by id, except those named. */
function place(parts, except = []) {
  for (const part of [...parts.children].filter(({ id }) => !except.includes(id))) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    old.replaceWith(part);
    window.htmx?.process(part);
  }
}

/* What was taken back here must not come back with this device's history. */
async function forgetUndone() {
  for (const { dataset } of document.querySelectorAll('#recent .undone[data-nonce]')) await remove('history', dataset.nonce);
}
forgetUndone();

function parsed(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content;
}

const aside = new Aside(document.getElementById('differences'), zone);

/* A card that stands above what is seen, after a form on a phone, is brought back. */
function face() {
  if (document.getElementById('verdict').getBoundingClientRect().top < 0) window.scrollTo(0, 0);
}

/* Whether the server's word is another than this device's: of a card it could not judge, whether it counts. */
function differs(said, now, again) {
  return again || said.verdict === 'QUEUED' ? !COUNTED.includes(now) : said.verdict !== now;
}

const queue = new Queue({
  url: form.getAttribute('action'),
  csrfUrl: form.dataset.csrf,
  token: form.elements.csrf_token.value,
  home: form.dataset.home,
  answered(html, attempt) {
    window.rtapp.connected();
    document.getElementById('signed-out').hidden = true;
    const parts = parsed(html);
    const card = parts.getElementById('verdict');
    if (!card || attempt.url !== queue.url) return; // an attempt of another page: recorded, nothing to show here
    refusals.replaceChildren();
    document.getElementById('no-code').hidden = true;
    const { said, again } = attempt;
    const now = card.dataset.verdict;
    const name = card.querySelector('.verdict-name').textContent;
    const shown = !again && (!said || document.getElementById('verdict').dataset.nonce === attempt.nonce);
    const other = Boolean(said) && differs(said, now, again);
    attempt.said = { ...said, verdict: now, name };
    place(parts, shown ? [] : ['verdict', 'results']);
    if (shown) face();
    if (shown && (!said || other)) signal(now);
    if (other) aside.add({ nonce: attempt.nonce, at: attempt.order, name, said: said.verdict, now });
  },
  refused(html) {
    refusals.innerHTML = html;
    signal('UNKNOWN');
    aside.show();
  },
  async late(attempt) {
    if (attempt.said || attempt.again || attempt.url !== queue.url) return;
    const said = await judge(attempt, snapshot);
    if (!queue.items.includes(attempt)) return; // the answer has come meanwhile
    await queue.note(attempt, said);
    if (attempt.order < opened || attempt.order < newest) return;
    newest = attempt.order;
    show(attempt, said, zone);
    face();
    results().replaceChildren();
    signal(said.verdict, { provisional: true });
  },
  waiting(count, failing, reached) {
    sending.hidden = !failing || reached;
    if (failing && !reached) window.rtapp.lost();
  },
  ended,
});

const snapshot = new Snapshot({
  checkpoint: form.dataset.checkpoint, url: form.dataset.roster, ended, restored: () => queue.restore(),
});
snapshot.refresh();
setInterval(() => document.hidden || snapshot.refresh(), REFRESH);
document.addEventListener('rtapp:connection', ({ detail }) => {
  if (detail.state === 'connected') snapshot.refresh();
});
document.addEventListener('rtapp:ended', () => snapshot.refresh()); // the stream was refused: are we still somebody?
document.addEventListener('htmx:after:request', ({ detail }) => {
  if (detail.ctx.response?.status === 401) snapshot.refresh();
});

/* Signed out or revoked: names are forgotten, what waits stays until somebody signs in here again. */
function ended() {
  document.getElementById('signed-out').hidden = false;
  refusals.replaceChildren();
  snapshot.people = [];
  wipe();
}

keepPage(places);

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
  if (scanned || TOKEN.test(text) || isTestCard(text) || SHORT_CODE.test(text)) {
    input.value = '';
    queue.add({ code: text, source: SHORT_CODE.test(text) && !scanned ? 'short_code' : 'wedge' });
  } else {
    focusFirstResult(text);
  }
}

/* Enter after a search: the first person's button takes the focus, Enter again marks. */
async function focusFirstResult(text) {
  const asked = window.htmx.ajax('GET', input.getAttribute('hx-get'), {
    target: '#results', swap: 'outerHTML', values: { code: text },
  });
  await Promise.race([asked.catch(() => {}), new Promise((resume) => setTimeout(resume, PATIENCE))]);
  document.querySelector('#results button')?.focus();
}

/* Without an answer of the server, the snapshot is searched. */
function searchHere() {
  const text = input.value.trim();
  if (!text || TOKEN.test(text) || SHORT_CODE.test(text)) return;
  const found = snapshot.search(text).map((person) => {
    const place = [person.rt && `RT ${person.rt}`, person.village, person.district].filter(Boolean).join(' · ');
    const row = fill(document.getElementById('found-here'), {
      name: person.name, place, at: person.at && clock(Date.parse(person.at), zone), absent: !person.at,
    });
    row.querySelector('[name=participant]').value = person.id;
    return row;
  });
  const list = fill(document.getElementById('search-here'), { some: found.length, none: !found.length });
  list.querySelector('ul')?.append(...found);
  list.id = 'results';
  results().replaceWith(list);
}
document.addEventListener('htmx:error', ({ detail }) => {
  if (detail.ctx?.sourceElement === input || detail.ctx?.target?.id === 'results') searchHere();
});
let patience = 0;
input.addEventListener('input', () => {
  clearTimeout(patience);
  const before = results();
  patience = setTimeout(() => results() === before && input.value.trim() && searchHere(), PATIENCE);
});

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
