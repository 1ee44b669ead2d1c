/* What was typed into a row and not saved: kept in this tab by person, offered again after a reload or a lost line.
   A draft keeps the version it was begun with, so that what somebody else saved meanwhile is asked about, never lost. */

const PREFIX = 'rtapp:row:';
const STATE = new Set(['csrf_token', 'version', 'was', 'then', 'own']);
const board = document.getElementById('unsaved'); // names those whose row is not open here
const mine = `${PREFIX}${board?.dataset.actor}:`;

const keyOf = (form) => mine + form.dataset.row;

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function keys() {
  return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
}

function fieldsOf(form) {
  const typed = [...new FormData(form)].filter(([name]) => !STATE.has(name) && !name.startsWith('choose-'));
  return Object.fromEntries(typed);
}

/* Keep what stands in the form; forget it where that is what was read. */
export function keep(form) {
  const fields = fieldsOf(form);
  const was = JSON.parse(form.elements.was.value || '{}');
  if (Object.entries(fields).every(([name, value]) => value === (was[name] ?? ''))) return forget(form);
  const before = read(keyOf(form));
  const begun = before ?? { version: form.elements.version.value, was: form.elements.was.value };
  const draft = { ...begun, fields, name: form.dataset.name, address: form.getAttribute('action') };
  try {
    sessionStorage.setItem(keyOf(form), JSON.stringify(draft));
  } catch {
    /* a tab without storage keeps what is typed as long as it is open */
  }
}

export function forget(form) {
  sessionStorage.removeItem(keyOf(form));
}

/* Put what was typed back into a form that was opened anew; a form the server answered holds it already. */
export function restore(form) {
  const draft = read(keyOf(form));
  if (!draft || form.querySelector('.both, [aria-invalid=true]')) return;
  for (const [name, value] of Object.entries(draft.fields)) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  form.elements.version.value = draft.version;
  form.elements.was.value = draft.was;
  form.querySelector('[data-restored]').hidden = false;
}

/* Open the rows of this page that have a draft. */
export function reopen() {
  for (const key of keys().filter((each) => each.startsWith(mine))) {
    const link = document.querySelector(`#row-${CSS.escape(key.slice(mine.length))} .row-open`);
    if (link) window.htmx.ajax('GET', link.href, { target: link.closest('.row'), swap: 'outerHTML' });
  }
}

/* Name those whose draft has no open row on this page. */
export function offer() {
  if (!board) return;
  const drafts = keys().filter((key) => !document.querySelector(`form[data-row="${key.slice(mine.length)}"]`));
  board.querySelector('[data-drafts]').replaceChildren(...drafts.map(entry));
  board.hidden = !drafts.length;
}

function entry(key) {
  const draft = read(key);
  const shown = board.querySelector('template').content.firstElementChild.cloneNode(true);
  const link = shown.querySelector('a');
  link.textContent = draft.name;
  link.href = draft.address;
  shown.querySelector('button').addEventListener('click', () => {
    sessionStorage.removeItem(key);
    offer();
  });
  return shown;
}

/* Somebody else's drafts are not for whoever signed in after them. */
for (const key of keys()) if (board && !key.startsWith(mine)) sessionStorage.removeItem(key);
