/* The desk page: whatever is scanned, typed or tapped becomes an attempt in the queue; the answer takes its place. */

import './full.js';
import { Aside } from './aside.js';
import { stayAwake } from './awake.js';
import { hasCamera } from './abilities.js';
import { Camera } from './camera.js';
import { canDecode, readPhoto } from './decoder.js';
import { keepPage } from './offline.js';
import { COUNTED, clock, fill, judge, marksHere, show } from './provisional.js';
import { shortCodeOf, shownCode, tokensOf } from './codes.js';
import { fieldsOf } from './fields.js';
import { keepOffset, ping } from './offset.js';
import { Queue } from './queue.js';
import { Receipts } from './receipts.js';
import { guardForms, listen } from './scanner.js';
import { isLoud, setLoud, signal } from './signals.js';
import { Snapshot } from './snapshot.js';
import { forget, wipe } from './store.js';

const form = document.getElementById('desk-input');
const input = document.getElementById('code');
const sending = document.getElementById('sending');
const refusals = document.getElementById('refusals');
const byTouch = window.matchMedia('(pointer: coarse)').matches;
const places = { script: form.dataset.decoder, wasm: form.dataset.wasm };
const SAME_CARD = 3000; // what one card is read again within is one gesture
const LAST = 10; // of the last scans are shown
const REFRESH = 3 * 60 * 1000;
const UNHEARD = 5000; // a count that a stream has not brought by then comes through none
const PATIENCE = 2000; // then search goes on over the snapshot
const zone = form.dataset.zone;
const opened = Date.now();
let newest = 0;
const results = () => document.getElementById('results');

function clearResults() {
  results().replaceChildren();
  results().removeAttribute('data-found');
}

/* Put the parts of an answer in their places by id, except those named; what htmx makes of them is no part of it. */
function place(parts, except = []) {
  for (const part of [...parts.children].filter(({ id }) => !except.includes(id))) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    old.replaceWith(part);
    try {
      window.htmx?.process(part);
    } catch (error) {
      console.error(error);
    }
  }
}

function parsed(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content;
}

const aside = new Aside(document.getElementById('differences'), zone);

/* What is opened is seen whole; the form for a substitute comes into an answer only then. */
document.addEventListener('toggle', ({ target }) => {
  if (!target.open) return;
  const { participant, follows } = target.dataset;
  if (follows && !target.querySelector('form')) {
    const substitute = fill(document.getElementById('substitute-form'), {});
    substitute.elements.participant.value = participant;
    substitute.elements.follows.value = follows;
    target.append(substitute);
  }
  target.scrollIntoView({ block: 'nearest' });
}, true);

/* A card that stands above what is seen, after a form on a phone, is brought back. */
function face() {
  if (document.getElementById('verdict').getBoundingClientRect().top < 0) window.scrollTo(0, 0);
}

/* Whether the server's word is another than this device's; of a card it could not judge, or that a server answered
   before a restore, whether it counts. */
function differs(said, now, again) {
  if (said.verdict === now) return false;
  return again || said.verdict === 'QUEUED' ? !COUNTED.includes(now) : true;
}

const queue = new Queue({
  url: form.getAttribute('action'),
  csrfUrl: form.dataset.csrf,
  token: form.elements.csrf_token.value,
  home: form.dataset.home,
  heard(html, attempt) {
    const card = parsed(html).getElementById('verdict');
    if (!card) return;
    const id = Number(card.dataset.person) || undefined;
    attempt.before = attempt.said;
    attempt.said = { id, ...attempt.said, verdict: card.dataset.verdict, name: card.querySelector('.verdict-name').textContent };
  },
  answered(html, attempt) {
    window.rtapp?.connected();
    document.getElementById('signed-out').hidden = true;
    const parts = parsed(html);
    const card = parts.getElementById('verdict');
    if (!card || attempt.url !== queue.url) return; // an attempt of another page: recorded, nothing to show here
    refusals.replaceChildren();
    unread('');
    const { before: said, again } = attempt;
    const { verdict: now, name } = attempt.said;
    const shown = !again && (!said || document.getElementById('verdict').dataset.nonce === attempt.nonce);
    const other = Boolean(said) && differs(said, now, again);
    place(parts, shown ? [] : ['verdict', 'results']);
    if (COUNTED.includes(now)) expectCount(attempt.order);
    receipts.refresh();
    showWaiting();
    if (shown) face();
    if (shown) answeredOver = input.value.trim();
    if (shown && (!said || other)) signal(now);
    const { nonce, order: at } = attempt;
    if (other) aside.add({ nonce, at, name, said: said.heading || said.verdict, now: card.dataset.heading || now });
  },
  /* The answer is there and cannot be put into this page: the page that the server makes of it says the same. */
  broke(attempt) {
    if (attempt.url === queue.url && !attempt.again) location.assign(`${location.pathname}?scan=${attempt.nonce}`);
  },
  refused(html) {
    refusals.innerHTML = html;
    if (html) refusals.scrollIntoView({ block: 'nearest' });
    signal('UNKNOWN');
    aside.show();
  },
  async late(attempt) {
    if (attempt.said || attempt.again || attempt.url !== queue.url) return;
    const said = await judge(attempt, snapshot);
    if (!queue.items.includes(attempt)) return; // the answer has come meanwhile
    await queue.note(attempt, said);
    showWaiting();
    if (attempt.order < opened || attempt.order < newest) return;
    newest = attempt.order;
    show(attempt, said, zone);
    face();
    clearResults();
    signal(said.verdict, { provisional: true });
  },
  waiting(count, failing, reached, busy) {
    document.getElementById('busy').textContent = busy;
    sending.dataset.state = busy ? 'busy' : failing && !reached ? 'lost' : '';
    sending.hidden = !sending.dataset.state;
    if (failing && !reached) window.rtapp?.lost();
  },
  ended,
});

/* What was taken back must not come back with this device's history: of what was recorded here the last ones shown say
   so at once, of all others a fresh snapshot does. */
function forgetShownUndone() {
  const undone = [...document.querySelectorAll('#recent .undone[data-nonce]')].map(({ dataset }) => dataset.nonce);
  if (undone.length) forget(({ nonce }) => undone.includes(nonce)).catch(() => {});
}
forgetShownUndone();
document.addEventListener('htmx:after:swap', forgetShownUndone);

function forgetUndone() {
  const isUndone = ({ url, said, answered, order }) => url === queue.url && COUNTED.includes(said?.verdict)
    && said.id && (answered ?? order) < snapshot.taken && snapshot.byId?.has(said.id) && !snapshot.byId.get(said.id).at;
  return forget(isUndone);
}

const snapshot = new Snapshot({
  checkpoint: form.dataset.checkpoint, url: form.dataset.roster, ended, restored: () => queue.restore(), fresh: forgetUndone,
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

const { checkpoint, receipts: url, handIn, home } = form.dataset;
const receipts = new Receipts({ checkpoint, url, handIn, home });
receipts.refresh();

/* What a scan adds to the count comes through the stream; where something holds that up, this page is asked for it. */
let streamed = 0;
let counting = 0;
function expectCount(since) {
  clearTimeout(counting);
  counting = setTimeout(async () => {
    const page = streamed < since && (await fetch(location.pathname).catch(() => null));
    const count = page?.ok && parsed(await page.text()).getElementById('count');
    if (!count) return;
    document.getElementById('count').replaceWith(count);
    showWaiting();
  }, UNHEARD);
}

/* A count that goes down: somebody took a mark back, here or elsewhere. */
let counted = Infinity;
document.addEventListener('htmx:sse:after:message', () => {
  streamed = Date.now();
  receipts.refresh();
  const now = Number(document.querySelector('#count strong')?.textContent.replace(/\D/g, ''));
  if (now < counted && counted !== Infinity) snapshot.refresh();
  counted = now;
});

/* Signed out or revoked: names leave the screen and are forgotten; what waits stays until somebody signs in here. */
function ended() {
  document.getElementById('signed-out').hidden = false;
  refusals.replaceChildren();
  clearResults();
  document.querySelector('#recent ol')?.remove();
  const blank = fill(document.getElementById('nobody-here'), {});
  blank.id = 'verdict';
  document.getElementById('verdict').replaceWith(blank);
  snapshot.clear();
  wipe();
}

keepPage(places);

/* A device whose clock was never measured: once, so that what it scans without a server is held against it later. */
async function measureClock(url) {
  const { offset } = await ping(url);
  await keepOffset(url, offset, queue.token);
}
if (form.dataset.unmeasured) measureClock(form.dataset.unmeasured).catch(() => {});
const placeOf = ({ rt, village, district }) => [rt && `RT ${rt}`, village, district].filter(Boolean).join(' · ');

/* What this device has judged by itself and the server has not answered stands among the last scans and beside the count. */
function showWaiting() {
  for (const shown of document.querySelectorAll('.desk-side [data-provisional]')) shown.remove();
  const mine = queue.items.filter(({ said, url, again }) => said && url === queue.url && !again);
  const counted = mine.filter(({ said }) => said.verdict === 'WELCOME').length;
  const count = document.getElementById('count');
  if (counted) count?.append(fill(document.getElementById('counted-here'), { n: counted }));
  const lines = mine.slice(-LAST).reverse().map(({ said, order, code }) => {
    const told = { at: clock(order, zone), name: said.name || shownCode(code), place: placeOf(said) };
    const line = fill(document.getElementById('waits-here'), told);
    line.dataset.verdict = said.verdict;
    return line;
  });
  if (!lines.length) return;
  const recent = document.getElementById('recent');
  if (!recent.querySelector('ol')) recent.querySelector('h2').after(document.createElement('ol'));
  recent.querySelector('ol').prepend(...lines);
  for (const extra of [...recent.querySelectorAll('li')].slice(LAST)) extra.hidden = true;
}
document.addEventListener('htmx:sse:after:message', showWaiting);

let last = { card: '', at: -Infinity };

/* Record a card that was read; the same one again at once is the same gesture, and its first answer stays. keys: what
   a scanner's keys say on its own keyboard, where that is another code. */
function read(code, source, keys) {
  const card = tokensOf(code)[0] || code;
  const now = performance.now();
  const again = card === last.card && now - last.at < SAME_CARD;
  last = { card, at: again ? last.at : now };
  if (!again) queue.add(keys ? { code, keys, source } : { code, source });
}

/* A scanner types wherever the cursor is; what stood in the input before the burst stays there. */
let before = ''; // what the input held when signs typed elsewhere were led into it
listen(({ code, keys }, { field }) => {
  if (field !== input) input.value = before;
  read(code, 'wedge', keys);
}, {
  other({ text }, field) {
    if (field !== input && document.activeElement !== input) return false;
    if (field !== input) input.value = before;
    read(text, 'wedge');
    return true;
  },
  missed: ({ text, unread }) => unread && read(text, 'wedge'),
});
guardForms();

function submitTyped() {
  const text = input.value.trim();
  if (!text) return;
  if (!tokensOf(text).length && !shortCodeOf(text)) return void focusFirstResult(text);
  input.value = '';
  read(text, shortCodeOf(text) ? 'short_code' : 'wedge');
}

/* Enter after a search: the first person's button takes the focus, Enter again marks. Only of a list that is of these
   very words and shows all who fit: nobody is marked who was not looked for. */
async function focusFirstResult(text) {
  const asked = window.htmx?.ajax('GET', input.getAttribute('hx-get'), {
    target: '#results', swap: 'outerHTML', values: { code: text },
  });
  await Promise.race([asked?.catch(() => {}), new Promise((resume) => setTimeout(resume, PATIENCE))]);
  await searching;
  const { q, whole } = results().dataset;
  if (q === text && whole !== undefined) results().querySelector('form button')?.focus();
}

/* Whether somebody is about to take one of those whom these very words found: they stay as they are, and the focus. */
const isChoosing = (text) => results().dataset.q === text && results().contains(document.activeElement);
/* Nor does a search for what stood in the field before a scan, and stands there again, hide the scan's verdict. */
let answeredOver = null;
input.addEventListener('input', () => {
  if (input.value.trim() !== answeredOver) answeredOver = null;
});
document.addEventListener('htmx:before:swap', (event) => {
  const text = input.value.trim();
  if (event.detail.ctx.sourceElement === input && (text === answeredOver || isChoosing(text))) event.preventDefault();
});

/* Without an answer of the server, the snapshot is searched. */
let searching = null;
async function searchHere() {
  const text = input.value.trim();
  if (!text || tokensOf(text).length || shortCodeOf(text)) return;
  const marks = await marksHere(snapshot, queue.url);
  if (input.value.trim() !== text) return; // typed on meanwhile
  if (isChoosing(text)) return;
  const { found, total } = snapshot.search(text, (id) => marks.get(id));
  const rows = found.map((person) => {
    const at = marks.get(person.id);
    const shown = { name: person.name, place: placeOf(person), at: at && clock(at, zone), absent: !at };
    const row = fill(document.getElementById('found-here'), shown);
    if (!at) row.querySelector('[name=participant]').value = person.id;
    return row;
  });
  const cut = total > rows.length;
  const told = { some: rows.length, none: !rows.length, cut, shown: rows.length, total };
  const list = fill(document.getElementById('search-here'), told);
  list.querySelector('ul')?.append(...rows);
  list.id = 'results';
  Object.assign(list.dataset, { found: '', q: text }, cut ? {} : { whole: '' });
  results().replaceWith(list);
}
document.addEventListener('htmx:error', ({ detail }) => {
  if (detail.ctx?.sourceElement === input || detail.ctx?.target?.id === 'results') searching = searchHere();
});
let patience = 0;
input.addEventListener('input', () => {
  clearTimeout(patience);
  const before = results();
  patience = setTimeout(() => results() === before && input.value.trim() && (searching = searchHere()), PATIENCE);
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  submitTyped();
});

/* Every form that marks somebody goes through the queue. */
document.addEventListener('submit', (event) => {
  if (!event.target.matches('[data-scan]')) return;
  event.preventDefault();
  const { csrf_token: _token, nonce: _nonce, ...fields } = fieldsOf(event.target, event.submitter);
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
    before = input.value;
    input.value = '';
    input.focus();
  }
  if (event.key === 'Escape') input.focus();
});
if (byTouch) input.blur(); // no keyboard over the verdict
else input.focus();

const cameraButton = document.getElementById('camera');
const camera = new Camera(places, (text) => read(text, 'camera'), form.querySelector('[data-camera]'));
cameraButton.hidden = !hasCamera();
document.getElementById('no-camera').hidden = hasCamera();
cameraButton.addEventListener('click', async () => {
  if (camera.on) camera.stop();
  else {
    last.at = -Infinity; // whoever opens the camera anew means to read again
    camera.start();
  }
  cameraButton.setAttribute('aria-pressed', String(camera.on));
});

const unread = (id) => {
  for (const each of ['no-code', 'no-decoder', 'decoder-away']) document.getElementById(each).hidden = each !== id;
};

document.getElementById('photo').addEventListener('change', async (event) => {
  const [file] = event.target.files;
  event.target.value = '';
  if (!file) return;
  document.querySelector('details.more').open = false;
  if (!(await canDecode())) return void unread('no-decoder');
  try {
    const text = await readPhoto(file, places);
    unread(text ? '' : 'no-code');
    if (text) read(text, 'photo');
  } catch {
    unread('decoder-away');
  }
});

const sound = document.getElementById('sound');
const showSound = () => sound.setAttribute('aria-pressed', String(isLoud()));
sound.addEventListener('click', () => {
  setLoud(!isLoud());
  showSound();
});
showSound();
stayAwake();
