/* Forms that are posted as they are ([data-keep]): asked first whether the server answers and somebody is signed in,
   so that what was typed is never lost to an error page; their nonces make sending twice safe. What they record
   (data-again: where it is posted) becomes part of the day's history, for a server that comes back with an older memory. */

import './full.js';
import { fieldsOf } from './fields.js';
import { clock } from './provisional.js';
import { newNonce, textOf } from './queue.js';
import { remember } from './store.js';

const PATIENCE = 4000;
const KEEPING = 700; // nobody waits longer for what the browser keeps

function tell(id, text) {
  const place = document.getElementById('toast');
  const toast = document.getElementById(id).content.cloneNode(true);
  if (text) toast.querySelector('span').textContent = text;
  place.classList.add('late');
  place.replaceChildren(toast);
}

/* Give a fresh form token, '' when nobody is signed in, null when the server does not answer or says why not now. */
async function freshToken() {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE);
  try {
    const response = await fetch('/csrf-token', { headers: { 'HX-Request': 'true' }, signal: abort.signal });
    if (response.status === 401) return '';
    if (response.ok) return await response.text();
    tell('unreached', response.status === 429 && textOf(await response.text()));
    return null;
  } catch {
    tell('unreached');
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/* Keep what a form records as an attempt, but for the PIN. Marks without a time of their own are of this moment. */
function keep(form, button) {
  const { csrf_token: _token, pin: _pin, ...fields } = fieldsOf(form, button);
  const { home } = document.getElementById('waiting').closest('.waiting').dataset;
  const { again: url, zone } = form.dataset;
  if (zone && !fields.time) fields.time = clock(Date.now(), zone).replace('.', ':');
  const said = fields.participant ? {} : { said: { name: fields.name || document.querySelector('h1').textContent } };
  return remember({ nonce: newNonce(), ...fields, ...said, url, home, order: Date.now() });
}

/* Post the form as its button would have: submit() alone would leave the button's own value behind. */
function send(form, button) {
  if (button?.name) {
    const own = document.createElement('input');
    Object.assign(own, { type: 'hidden', name: button.name, value: button.value });
    form.append(own);
  }
  form.submit();
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('[data-keep]') || event.defaultPrevented) return;
  event.preventDefault();
  if (form.dataset.keep === 'asking') return;
  form.dataset.keep = 'asking';
  const token = await freshToken();
  form.dataset.keep = '';
  if (token === '') tell('no-session');
  if (!token) return;
  form.elements.csrf_token.value = token;
  if (form.dataset.again) await Promise.race([keep(form, event.submitter).catch(() => {}), new Promise((go) => setTimeout(go, KEEPING))]);
  send(form, event.submitter);
});
