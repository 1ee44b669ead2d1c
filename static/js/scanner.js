/* A hand scanner is a keyboard that types wherever the cursor is. A burst of keys that is a card's code is a scan and
   none of the field's business: what had the focus is put back as it was. A burst ends with Enter, Tab or a pause. */

import { cardIn, holdsCard, tokensOf } from './codes.js';

const GAP = 120; // ms between two keys of one burst: a slow scanner over Bluetooth; what it typed must be a code besides
const PAUSE = 160; // ms without a key after which a burst has ended
const LATE_END = 400; // ms in which the Enter of a burst that a pause has ended may still come
const STALL = 1000; // a busy page or a weak radio tears a burst apart: its pieces together must be a code
const LEAST = 7;
const QUICK = 35; // ms a key: no person types that fast
const QUICK_LEAST = 6;
const DIGITS = { Digit2: '2', Digit3: '3', Digit4: '4', Digit5: '5', Digit6: '6', Digit7: '7', Digit8: '8', Digit9: '9' };
const SIGNS = { Slash: '/', Period: '.', Semicolon: ':', Minus: '-', Digit0: '0', Digit1: '1' };

/* What a key gives on the keyboard that scanners imitate, whatever layout this device is set to. */
function american({ code = '' }) {
  if (code.startsWith('Key')) return code.slice(3);
  return DIGITS[code] ?? SIGNS[code] ?? (code.startsWith('Numpad') && code.length === 7 ? code[6] : ' ');
}

/* How a field was before the burst, and how to make it so again. */
function remember(field, value = field?.value) {
  if (!field?.matches?.('input, textarea, select')) return () => {};
  const { checked, selectedIndex } = field;
  const custom = field.matches('[type=checkbox], [type=radio]');
  let range = null;
  try {
    range = [field.selectionStart, field.selectionEnd];
  } catch {
    /* a field of numbers or times has no place of the cursor */
  }
  return () => {
    if (field.matches('select')) field.selectedIndex = selectedIndex;
    else if (custom) field.checked = checked;
    else if (field.type !== 'file') field.value = value;
    try {
      if (range && range[0] !== null && document.activeElement === field) field.setSelectionRange(...range);
    } catch {
      /* as above */
    }
    field.dispatchEvent(new Event(field.matches('select') ? 'change' : 'input', { bubbles: true }));
  };
}

class Burst {
  constructor(field, at, value, before) {
    this.before = before; // the piece that came just before, if it may be of the same burst
    this.field = field;
    this.restore = remember(field, value);
    this.first = at;
    this.last = at;
    this.text = '';
    this.keys = '';
  }

  add(text, key, at) {
    this.text += text;
    this.keys += key;
    this.last = at;
  }

  get pace() {
    return (this.last - this.first) / Math.max(1, this.text.length - 1);
  }

  /* The code and where it began: in this piece, or in one before it. */
  get found() {
    const whole = { text: '', keys: '' };
    for (let piece = this, pieces = 0; piece && pieces < 40; piece = piece.before, pieces += 1) {
      whole.text = piece.text + whole.text;
      whole.keys = piece.keys + whole.keys;
      const card = cardOf(whole, piece === this && this.quick);
      const more = /^h?t?t?p?s?:?\/*$/i.test(piece.before?.text.slice(0, 8) ?? '-');
      if (card && !more) return { card, first: piece, ...whole };
    }
    return null;
  }

  get quick() {
    return this.text.length >= QUICK_LEAST && this.keys.length === this.text.length && this.pace <= QUICK;
  }
}

/* What was scanned: as the text reads, else as the keys that were pressed read on the scanner's own keyboard. A short
   code is one that people type, too: it is a scan where nobody types that fast. */
function cardOf({ text, keys }, quick) {
  const read = [text, keys.trim()].filter((each) => each.length >= LEAST).map(cardIn);
  return read.find((code) => code && (quick || tokensOf(code).length)) || '';
}

/* Call scanned(code, burst) for every card's code that is typed in a burst on this page; burst tells text, keys, end.
   other(burst, field) is asked of a quick burst that is no code and ends with Enter: true takes it, field and all. */
export function listen(scanned, { other = () => false } = {}) {
  let burst = null;
  let stalled = null;
  let timer = 0;
  let typed = false; // the last key is about to put its letter into the field
  let ended = -Infinity;

  function end(how, fresh = true) {
    clearTimeout(timer);
    const whole = burst;
    burst = null;
    if (!whole) return false;
    const { found } = whole;
    stalled = found || how !== 'pause' ? null : whole;
    if (!found && !(fresh && how === 'Enter' && whole.quick && other(whole, whole.field))) return false;
    (found?.first ?? whole).restore();
    if (found) scanned(found.card, { ...found, field: found.first.field, end: how });
    return true;
  }

  function take(text, key, at, field = document.activeElement, value = field?.value) {
    if (burst && at - burst.last > GAP) end('pause');
    const before = stalled && at - stalled.last < STALL ? stalled : null;
    burst = burst || new Burst(field, at, value, before);
    burst.add(text, key, at);
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (end('pause')) ended = performance.now();
    }, PAUSE);
  }

  const early = window.rtappEarly || [];
  window.removeEventListener('keydown', early.hear, true);
  for (const { key, code, at, field, value } of early.splice(0)) {
    if (key?.length === 1) take(key, american({ code }), at, field, value);
  }

  window.addEventListener('keydown', (event) => {
    const { key, timeStamp } = event;
    if (key === 'Enter' || key === 'Tab' || event.code === 'NumpadEnter') {
      const late = !burst && performance.now() - ended < LATE_END;
      const fresh = Boolean(burst);
      burst ??= stalled;
      if (late || (burst && timeStamp - burst.last <= STALL && end(key === 'Tab' ? key : 'Enter', fresh))) {
        ended = -Infinity;
        event.preventDefault();
        event.stopImmediatePropagation();
      } else burst = null;
      return;
    }
    const alone = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph');
    if (event.isComposing || alone || (key.length !== 1 && !event.code.startsWith('Key'))) return;
    typed = true;
    take(key.length === 1 ? key : '', american(event), timeStamp);
  }, true);

  /* Letters that come without keys: some phones, and scanners that type by numbers. Whole texts are no burst. */
  window.addEventListener('input', (event) => {
    if (!event.isTrusted || event.inputType === 'insertFromPaste' || !event.data || event.data.length > 2) return;
    if (typed && event.data.length === 1) {
      typed = false;
      return;
    }
    take(event.data, '', event.timeStamp);
  }, true);
}

/* No form of this page takes a card's code for a name, a reason, a note: the field says so, and keeps what it holds. */
export function guardForms() {
  const sentence = document.getElementById('card-in-field')?.content.textContent.trim();
  if (!sentence) return;
  const texts = 'input:not([type]), input[type=text], input[type=tel], textarea:not([name=codes])';
  const isCode = (field) => field.name !== 'code' && !field.readOnly && holdsCard(field.value);
  document.addEventListener('submit', (event) => {
    const found = [...event.target.querySelectorAll(texts)].find(isCode);
    if (!found || event.target.method === 'get') return;
    event.preventDefault();
    event.stopImmediatePropagation();
    found.setCustomValidity(sentence);
    found.reportValidity();
    found.addEventListener('input', () => found.setCustomValidity(''), { once: true });
  }, true);
}
