/* Who is ticked, also while a search shows others: those not shown stand in the bar's form as hidden fields. */

const ticked = new Set();
const boxes = () => [...document.querySelectorAll('.tick > input')];
const bar = () => document.getElementById('bulk');

function hiddenField(id) {
  const field = document.createElement('input');
  Object.assign(field, { type: 'hidden', name: 'people', value: id });
  field.dataset.unseen = '';
  return field;
}

function tell() {
  const form = bar();
  if (!form) return;
  const all = form.elements.all?.checked;
  const shown = new Set(boxes().map((box) => box.value));
  const unseen = all ? [] : [...ticked].filter((id) => !shown.has(id));
  form.querySelectorAll('[data-unseen][type=hidden]').forEach((field) => field.remove());
  form.append(...unseen.map(hiddenField));
  form.parentElement.toggleAttribute('data-any', Boolean(all || ticked.size));
  const said = form.querySelector('[data-ticked]');
  const count = all ? Number(form.elements.all.value) : ticked.size;
  said.textContent = said.dataset.ticked.replace('{n}', count.toLocaleString(document.documentElement.lang));
  if (unseen.length) said.textContent += ` · ${said.dataset.unseen.replace('{n}', unseen.length)}`;
}

function tick(box, on) {
  box.checked = on;
  if (on) ticked.add(box.value);
  else ticked.delete(box.value);
}

function closePanels(form) {
  form.querySelectorAll('details[open]').forEach((panel) => { panel.open = false; });
}

/* After the rows changed: tick again what was ticked, and what the page came ticked with. */
export function showTicks() {
  for (const box of boxes()) tick(box, box.checked || ticked.has(box.value));
  tell();
}

document.addEventListener('change', ({ target }) => {
  if (target.matches('.tick > input')) {
    tick(target, target.checked);
    if (!target.checked && bar().elements.all) bar().elements.all.checked = false;
  } else if (target.matches('#bulk [name=all]')) {
    for (const box of boxes()) tick(box, target.checked);
  } else return;
  tell();
});

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-tick-shown]')) return;
  event.preventDefault();
  const on = boxes().some((box) => !box.checked);
  for (const box of boxes()) tick(box, on);
  tell();
});

document.addEventListener('reset', ({ target }) => {
  if (target.id !== 'bulk') return;
  ticked.clear();
  closePanels(target);
  document.getElementById('bulk-said').replaceChildren();
  setTimeout(() => {
    for (const box of boxes()) box.checked = false;
    tell();
  });
});

/* Enter in a panel presses that panel's own button; Escape closes the panel, then lets go of the ticks. */
document.addEventListener('keydown', (event) => {
  const form = event.target.closest?.('#bulk');
  if (!form || event.isComposing) return;
  const panel = event.target.closest('details');
  if (event.key === 'Enter' && panel && event.target.matches('input, select')) {
    event.preventDefault();
    panel.querySelector('.bulk-panel button').click();
  }
  if (event.key === 'Escape' && panel?.open) {
    panel.open = false;
    panel.querySelector('summary').focus();
  }
});

document.addEventListener('submit', ({ target, submitter }) => {
  if (target.id !== 'bulk') return;
  document.getElementById('bulk-lost').hidden = true;
  if (submitter?.value === 'cards') closePanels(target);
}, true);
document.addEventListener('htmx:error', ({ detail: { ctx } }) => {
  if (ctx?.sourceElement.id === 'bulk' && !ctx.response) document.getElementById('bulk-lost').hidden = false;
});
