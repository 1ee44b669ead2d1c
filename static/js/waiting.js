/* On every page: how many attempts wait on this device, whoever is signed in; sends them where somebody may; takes a
   card that is scanned while another page is open; forgets names and history when nobody is signed in any more, or the
   wave is over. */

import './full.js';
import { tokensOf } from './codes.js';
import { Queue } from './queue.js';
import { guardForms, listen } from './scanner.js';
import { count, meet, readAll, wipe, wipeWhatIsOver } from './store.js';

const FLIGHT = 1500; // what is just being sent does not wait yet
const SAME_CARD = 3000; // what one card is read again within is one gesture
const GOOD = ['WELCOME', 'REPRESENTED', 'TEST'];

const place = document.getElementById('waiting');
const { home, epoch, csrf, nobody, scan, device } = place?.closest('.waiting').dataset ?? {};
const recording = document.querySelector('#desk-input, #native, #preflight'); // these send, or listen, by themselves
let again = 0;
let queue = null;

async function tell() {
  clearTimeout(again);
  const kept = await readAll('waiting');
  const waiting = kept.filter((attempt) => Date.now() - attempt.order > FLIGHT).length;
  if (window.rtapp) window.rtapp.waiting(waiting);
  else if (place) {
    place.textContent = waiting;
    place.closest('.waiting').hidden = !waiting;
  }
  if (waiting < kept.length) again = setTimeout(tell, FLIGHT);
}

/* Whoever signs out is asked first while something waits. */
document.addEventListener('submit', (event) => {
  const asked = event.target.querySelector('input[name=unsent]');
  if (asked && place) asked.value = place.textContent;
}, true);

function toast(id, text, kind) {
  const shown = document.getElementById(id).content.cloneNode(true);
  if (text) shown.querySelector('span').textContent = text;
  if (kind) shown.querySelector('.toast').dataset.kind = kind;
  const place = document.getElementById('toast');
  place.classList.add('late');
  place.replaceChildren(shown);
}

/* The answer to a card that was scanned while another page was open: one line, the page stays as it is. */
function answered(html, attempt) {
  const template = document.createElement('template');
  template.innerHTML = html;
  const card = template.content.getElementById('verdict');
  if (!card || attempt.url !== scan || attempt.again) return;
  const [word, name, where] = ['.verdict-word', '.verdict-name', '.verdict-place'].map((part) => card.querySelector(part));
  word.querySelector('.verdict-number')?.remove();
  const said = [word, name, where].map((part) => part?.textContent.replace(/\s+/g, ' ').trim()).filter(Boolean);
  toast('scanned-here', said.join(' · '), GOOD.includes(card.dataset.verdict) ? 'ok' : 'warn');
}

function refused(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  if (html) toast('scanned-here', template.content.textContent.trim(), 'error');
}

function sender() {
  queue ??= new Queue({ url: scan, csrfUrl: csrf, token: '', home, answered, refused, late: () => toast('scan-waits') });
  return queue;
}

/* A card scanned on a page that is no desk, whatever had the focus, is recorded where this browser works. */
function takeCards() {
  let last = { card: '', at: -Infinity };
  listen(({ code, keys }) => {
    const card = tokensOf(code)[0] || code;
    const now = performance.now();
    if (card === last.card && now - last.at < SAME_CARD) return;
    last = { card, at: now };
    if (scan) sender().add(keys ? { code, keys, source: 'wedge' } : { code, source: 'wedge' });
    else toast('no-checkpoint');
  }, { missed: ({ unread }) => unread && toast('scan-unread') });
  guardForms();
}

/* A device that is nobody's any more leaves no names on its screen; the desk sees to that by itself. */
document.addEventListener('rtapp:ended', async () => {
  if (device === undefined || document.getElementById('desk-input')) return;
  await wipe();
  location.reload();
});

async function start() {
  document.addEventListener('rtapp:kept', tell);
  await meet(epoch);
  if (nobody !== undefined) await wipe();
  else await wipeWhatIsOver();
  await tell();
  if (csrf && !recording && (await count('waiting'))) sender();
}
if (csrf && !recording) takeCards();
start();
