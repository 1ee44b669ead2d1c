/* A card opened by the phone's own camera: post once, then leave for the read-only answer.
   The nonce stays in the history entry, so that a phone that reloads a discarded tab records nothing again. */

import './full.js';
import { Queue, newNonce } from './queue.js';

const form = document.getElementById('native');
const nonce = history.state?.nonce || newNonce();
history.replaceState({ ...history.state, nonce }, '');

const queue = new Queue({
  url: form.getAttribute('action'),
  csrfUrl: form.dataset.csrf,
  token: form.elements.csrf_token.value,
  answered(_html, attempt) {
    if (attempt.nonce === nonce) location.replace(form.dataset.answer.replace('NONCE', nonce));
  },
  broke: () => location.replace(form.dataset.answer.replace('NONCE', nonce)),
  home: form.dataset.home,
  refused(html) {
    document.getElementById('refusals').innerHTML = html;
  },
  ended(html) {
    document.getElementById('refusals').innerHTML = html;
  },
  waiting(_count, failing, _reached, busy) {
    document.getElementById('busy').textContent = busy;
    document.getElementById('sending').hidden = !failing;
  },
});

function send() {
  form.querySelector('button').disabled = true;
  queue.add({ nonce, code: form.elements.code.value, source: 'native' });
}
form.addEventListener('submit', (event) => {
  event.preventDefault();
  send();
});
send();
