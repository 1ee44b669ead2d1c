/* A hand scanner is a keyboard that types wherever the cursor is. A burst of keys that is a card's code is a scan and
   none of the field's business: what had the focus is put back as it was. A burst ends with Enter, Tab or a pause. */

import { cardsIn, holdsCard, tokensOf } from './codes.js';

const GAP = 120; // ms between two keys of one burst: a slow scanner over Bluetooth; what it typed must be a code besides
const PAUSE = 160; // ms without a key after which a burst has ended
const LATE_END = 400; // ms in which more of a burst's end may still come: CR and LF, Tab and Enter, Enter after a pause
const STALL = 1000; // a busy page or a weak radio tears a burst apart; so long its rest is waited for
const REST = 2500; // and so late it may still come: the pieces together must be a code
const LEAST = 7;
const QUICK = 35; // ms a key: no person types that fast
const QUICK_SHORT = 60; // nor a short code, whose letters make no word
const QUICK_LEAST = 6;
const ADDRESS = /^(h?t?t?p?s?|\S*[.:/]\S*)$/i; // what may come in a piece of its own
const UNREAD = /^(?=.*\d)\S{16,}$/; // a quick burst that was scanned, not typed, whatever it is
const DIGITS = { Digit2: '2', Digit3: '3', Digit4: '4', Digit5: '5', Digit6: '6', Digit7: '7', Digit8: '8', Digit9: '9' };
const SIGNS = { Slash: '/', Period: '.', Semicolon: ':', Minus: '-', Digit0: '0', Digit1: '1' };

/* What a key gives on the keyboard that scanners imitate, whatever layout this device is set to. */
function american({ code = '' }) {
  if (code.startsWith('Key')) return code.slice(3);
  return DIGITS[code] ?? SIGNS[code] ?? (/^Numpad\d$/.test(code) ? code[6] : ' ');
}

/* How a key ends a burst, '' if it does not; scanners send CR, LF and HT as Ctrl and a letter, too. */
function endOf({ key, code, ctrlKey }) {
  if (ctrlKey) return { j: 'Enter', m: 'Enter', i: 'Tab' }[key.toLowerCase()] || '';
  return key === 'Tab' ? 'Tab' : key === 'Enter' || code === 'NumpadEnter' ? 'Enter' : '';
}

/* What was put into a text since it was this one. */
function addition(before, now) {
  let start = 0;
  while (start < before.length && before[start] === now[start]) start += 1;
  let rest = 0;
  const most = Math.min(before.length, now.length) - start;
  while (rest < most && before[before.length - 1 - rest] === now[now.length - 1 - rest]) rest += 1;
  return now.slice(start, now.length - rest);
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
    else if (field.type !== 'file') {
      if (!range) field.value = ''; // of a date that is half typed the value does not change
      field.value = value;
    }
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
    this.presses = 0;
  }

  add(text, key, at) {
    this.text += text;
    this.keys += key;
    this.presses += 1;
    this.last = at;
  }

  get pace() {
    return (this.last - this.first) / Math.max(1, this.presses - 1);
  }

  /* The codes and where they began: in this piece, or in one before it that a scanner typed, too. A short code is what
     people type, too, and what a piece of another code may look like: it is one where nothing else is found. */
  get found() {
    const whole = { text: '', keys: '' };
    const shorts = this.isFaster(QUICK_SHORT) ? cardsOf(this) : [];
    let found = null;
    for (let piece = this, pieces = 0; piece && pieces < 40; piece = piece.before, pieces += 1) {
      whole.text = piece.text + whole.text;
      whole.keys = piece.keys + whole.keys;
      const cards = cardsOf(whole).filter(({ code }) => tokensOf(code).length);
      if (cards.length) found = { cards, first: piece, ...whole };
      if (found && !(piece.before?.quick || ADDRESS.test(piece.before?.text ?? '-'))) break;
    }
    return found ?? (shorts.length ? { cards: shorts, first: this, text: this.text, keys: this.keys, isShort: true } : null);
  }

  get quick() {
    return this.isFaster(QUICK);
  }

  isFaster(pace) {
    return this.presses >= QUICK_LEAST && this.pace <= pace;
  }
}

/* What was scanned, [{code, keys}]: as the text reads, and as the keys that were pressed read on the scanner's own
   keyboard; where both are codes the server knows which. */
function cardsOf({ text, keys }) {
  const [read, pressed] = [text, keys.trim()].map((each) => (each.length < LEAST ? [] : cardsIn(each)));
  if (!read.length) return pressed.map((code) => ({ code }));
  const same = (code, index) => pressed.length !== read.length || pressed[index].toUpperCase() === code.toUpperCase();
  return read.map((code, index) => (same(code, index) ? { code } : { code, keys: pressed[index] }));
}

/* Call scanned({code, keys}, burst) for every card's code that is typed in a burst on this page; burst tells text, keys,
   end, and pace (ms a key). other(burst, field) is asked of a quick burst that is no code and ends with Enter: true takes
   it, field and all; missed(burst) is told of every quick burst that is none, unread whether no person typed it. */
export function listen(scanned, { other = () => false, missed = () => {} } = {}) {
  let burst = null;
  let stalled = null;
  let timer = 0;
  let typed = false; // the last key is about to put its letter into the field
  let ended = -Infinity;
  let number = ''; // of a letter that a scanner types with Alt held down
  const held = new WeakMap(); // field -> what it held

  function end(how, fresh = true) {
    clearTimeout(timer);
    const whole = burst;
    burst = null;
    if (!whole) return false;
    const { found, quick } = whole;
    const told = { text: whole.text, keys: whole.keys, end: how, pace: whole.pace };
    const isPiece = how === 'pause' && (!found || found.isShort); // perhaps: the rest of it may be late
    stalled = isPiece ? whole : null;
    if (isPiece) {
      const alone = () => stalled === whole && !burst;
      if (found || quick) setTimeout(() => alone() && (found ? accept(found, told) : giveUp(whole, told)), STALL);
      return false;
    }
    if (found) return accept(found, told);
    if (!quick) return false;
    if (fresh && how === 'Enter' && other(whole, whole.field)) {
      whole.restore();
      return true;
    }
    return giveUp(whole, told);
  }

  function accept(found, told) {
    stalled = null;
    ended = performance.now();
    found.first.restore();
    for (const card of found.cards) scanned(card, { ...told, ...found, field: found.first.field });
    return true;
  }

  /* A quick burst is no card; says whether no person typed it, and then leaves the field as it was. */
  function giveUp(whole, told) {
    const unread = UNREAD.test(whole.text);
    if (unread) {
      ended = performance.now();
      whole.restore();
    }
    missed({ ...told, unread });
    return unread;
  }

  function take(text, key, at, field = document.activeElement, value = field?.value) {
    if (burst && at - burst.last > GAP) end('pause');
    const before = stalled && at - stalled.last < REST ? stalled : null;
    burst = burst || new Burst(field, at, value, before);
    burst.add(text, key, at);
    clearTimeout(timer);
    timer = setTimeout(end, PAUSE, 'pause');
  }

  const early = window.rtappEarly || [];
  window.removeEventListener('keydown', early.hear, true);
  for (const { key, code, at, field, value } of early.splice(0)) {
    if (key?.length === 1) take(key, american({ code }), at, field, value);
  }

  function swallow(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  window.addEventListener('keydown', (event) => {
    const { key, code, timeStamp } = event;
    const alone = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph');
    const now = performance.now();
    const how = endOf(event);
    if (how && (!alone || burst?.quick || now - ended < LATE_END)) {
      const fresh = Boolean(burst);
      if (!fresh && now - ended < LATE_END) return swallow(event);
      burst ??= stalled;
      if (burst && timeStamp - burst.last <= STALL && end(how, fresh)) swallow(event);
      else burst = null;
      return undefined;
    }
    if (event.altKey && /^Numpad\d$/.test(code)) number += code[6];
    if (alone && burst?.quick) return swallow(event); // a control character, and none of the browser's commands
    const isSign = key.length === 1 || /^(Key[A-Z]|Numpad\d)$/.test(code);
    if (alone || !isSign) return undefined;
    typed = true;
    if (event.repeat) return end('pause'); // no scanner holds a key
    return take(key.length === 1 && !event.isComposing ? key : '', american(event), timeStamp);
  }, true);
  window.addEventListener('keyup', ({ key, timeStamp }) => {
    typed = false;
    if (key !== 'Alt' || !number) return;
    const sign = String.fromCharCode(Number(number));
    number = '';
    if (!document.activeElement?.matches('input, textarea')) take(sign, sign, timeStamp);
  }, true);

  /* Letters that come without keys: some phones, and what a scanner types into a field by numbers. No whole texts. */
  window.addEventListener('focus', ({ target }) => held.set(target, target.value), true);
  window.addEventListener('input', ({ target, isTrusted, inputType, timeStamp }) => {
    const before = held.get(target) ?? '';
    held.set(target, target.value);
    if (!isTrusted || typed || inputType === 'insertFromPaste' || typeof target.value !== 'string') return;
    const added = addition(before, target.value);
    if (added.length === 1 || added.length === 2) take(added, '', timeStamp, target, before);
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
