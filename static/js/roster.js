/* Rows of the roster: where the eye and the keyboard are when one opens or closes, and what is kept of a row
   that could not be saved. */

import { forget, keep, offer, reopen, restore } from './drafts.js';
import { showTicks } from './ticks.js';

let byKeys = false; // how the person works at this moment: a field takes the focus only where no keyboard pops up
let typed = ''; // the field last typed in: the next row opens at the same one

document.addEventListener('pointerdown', () => { byKeys = false; }, true);
document.addEventListener('keydown', () => { byKeys = true; }, true);

const rowForm = (element) => element.closest?.('form[data-row]');

function lookAt(row) {
  const form = row.querySelector('form');
  restore(form);
  const wrong = row.querySelector('[aria-invalid=true]') ?? row.querySelector('.both');
  const field = (byKeys || typed) && (form.elements[typed] ?? form.elements.name);
  const eye = wrong ?? (field || row);
  eye.focus({ preventScroll: true });
  if (eye.matches('input:not([type=radio])')) eye.setSelectionRange?.(eye.value.length, eye.value.length);
  row.scrollIntoView({ block: 'nearest' });
  if (eye !== row) eye.scrollIntoView({ block: 'nearest' });
}

function lookAround() {
  for (const row of document.querySelectorAll('.row-form:not([data-seen])')) {
    row.dataset.seen = '';
    if (row.querySelector('form[data-row]')) lookAt(row);
  }
  typed = '';
  offer();
  showTicks();
}

document.addEventListener('input', (event) => {
  const form = rowForm(event.target);
  if (!form) return;
  if (event.target.name.startsWith('choose-')) choose(form, event.target);
  else {
    typed = event.target.name;
    chooseMine(form, event.target);
  }
  keep(form);
});

/* What is chosen stands in its field, so that what is seen is what is saved. */
function choose(form, radio) {
  const name = radio.name.slice('choose-'.length);
  const field = form.elements[name];
  const set = radio.closest('fieldset');
  if (radio.value === 'theirs') {
    set.dataset.mine = field.value;
    field.value = JSON.parse(form.elements.was.value)[name] ?? '';
  } else if ('mine' in set.dataset) field.value = set.dataset.mine;
}

function chooseMine(form, field) {
  const radio = form.querySelector(`input[name="choose-${field.name}"][value=mine]`);
  if (!radio) return;
  radio.checked = true;
  radio.closest('fieldset').dataset.mine = field.value;
  radio.parentElement.querySelector('b').textContent = field.selectedOptions?.[0].text ?? field.value;
}

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
  const row = event.target.closest?.('.row-form');
  if (!row) return;
  if (event.target.matches('select')) row.focus({ preventScroll: true }); // this one closed its list
  else row.querySelector('[data-cancel]')?.click();
});

document.addEventListener('click', (event) => {
  const form = rowForm(event.target);
  if (!form) return;
  if (event.target.closest('[data-cancel]')) forget(form);
  if (event.target.closest('[data-again]')) form.requestSubmit(pressed.get(form));
  if (event.target.closest('[data-discard]')) {
    forget(form);
    if (form.elements.own) location.reload();
    else window.htmx.ajax('GET', form.getAttribute('action'), { target: form.closest('.row-form'), swap: 'outerHTML' });
  }
});

/* A save that got no answer leaves the row as it is and says so; the same button is pressed again on demand. */
const pressed = new WeakMap();
document.addEventListener('submit', (event) => {
  if (!rowForm(event.target)) return;
  pressed.set(event.target, event.submitter?.isConnected ? event.submitter : undefined);
  event.target.querySelector('[data-unsent]').hidden = true;
}, true);

document.addEventListener('htmx:error', ({ detail: { ctx } }) => {
  const form = ctx && rowForm(ctx.sourceElement);
  if (!form || ctx.response || ctx.request.method !== 'POST') return;
  const unsent = form.querySelector('[data-unsent]');
  unsent.hidden = false;
  unsent.scrollIntoView({ block: 'nearest' });
});

document.addEventListener('htmx:after:request', ({ detail: { ctx } }) => {
  if (ctx.request.method === 'POST' && ctx.response.status === 200 && rowForm(ctx.sourceElement)) forget(ctx.sourceElement);
});

document.addEventListener('htmx:after:swap', lookAround);

/* An on-screen keyboard that opens must not hide the field it is for. */
window.visualViewport?.addEventListener('resize', () => {
  const field = document.activeElement;
  if (field?.closest('.row-form')) field.scrollIntoView({ block: 'nearest' });
});

lookAround();
reopen();
