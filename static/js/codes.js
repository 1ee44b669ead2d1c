/* What a scanner typed, read as a card's code: its token, the address in its QR, its short code; whatever layout the
   keyboard is set to, whatever letter or sign stands before or behind. The server reads by the same rules
   (badges/token.py) and has the last word; this tells a scan from what a person types. */

const LATIN = 'abcdefghijklmnopqrstuvwxyz234567';
/* What the keys of LATIN give on other layouts, and with Shift where that is no capital of the same letter. Those of the
   second kind are tried only on signs that are not ours; keys that give two letters at once stand as one (PAIRS). */
const NEAR = [
  ['abcdefghijklmnopqrstuvwxzy234567'],
  ['qbcdefghijkl,noparstuvzxyw' + 'é"\'(-è', 'qbcdefghijkl?noparstuvzxyw'],
  ["axje.uidchtnmbrl'poygk,qf;234567", 'AXJE>UIDCHTNMBRL"POYGK<QF:'],
  ['abcsftdhuneimky;qprglvwxjz234567', 'ABCSFTDHUNEIMKY:QPRGLVWXJZ'],
];
const FOREIGN = [
  ['qbcdefghijkl,noparstuvzxyw' + 'é"\'(§è', 'qbcdefghijkl?noparstuvzxyw'],
  ['abcdefghijklmnopqrstuvwxzyěščřžý'],
  ['abcdefghijklmnopqrstuvwxzyľščťžý'],
  ['фисвуапршолдьтщзйкыегмцчня234567'],
  ['фисвуапршолдьтщзйкіегмцчня234567'],
  ['شﻻؤيثبلاهتنمةىخحضقسفعرصءغئ234567', 'ِ|ﻵ|{|]|ُ|[|ﻷ|أ|÷|ـ|،|/|’|آ|×|؛|َ|ٌ|ٍ|ﻹ|‘|}|ً|ْ|إ|~'.split('|')],
  ['שנבגקכעיןחלךצמםפ/רדאוה\'סטז234567'],
  ['αβψδεφγηιξκλμνοπ;ρστθωςχυζ234567'],
  ['uçveğaütnkmlszhpfıiorcgödj234567', 'UÇVEĞAÜTNKMLSZHPFIİORCGÖDJ'],
];
const NAMES = [
  'US', 'QWERTZ', 'AZERTY', 'Dvorak', 'Colemak', 'AZERTY', 'QWERTZ (č)', 'QWERTZ (ľ)', 'ЙЦУКЕН', 'ЙЦУКЕН (і)', 'ضصثق', 'קראט',
  'ςερτ', 'Türkçe F',
];
const PAIRS = { 'لا': 'ﻻ', 'لآ': 'ﻵ', 'لأ': 'ﻷ', 'لإ': 'ﻹ' };
const SHORT = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const ADDRESSED = /(?:^|[^A-Z0-9])K[^A-Z0-9]{1,3}([A-Z2-7]{16})[A-Z2-7]{0,8}(?![A-Z2-7])/;
const BARE = /^[^A-Z2-7]*([A-Z2-7]{16})[^A-Z2-7]*$/;
const RUN = /[A-Z2-7]{16,}/g;
const TEST_CARD = 'UJICOBAKARTUMEJA';
const LONGEST_AROUND = 8; // letters that a scanner puts before or behind a bare token

const isToken = (text) => text === TEST_CARD || (/[2-7]/.test(text) && /[A-Z]/.test(text));

function translate(text, layouts) {
  const keys = new Map(layouts.flatMap((layout) => [...layout].map((key, index) => [key, LATIN[index]])).reverse());
  return [...text].map((sign) => keys.get(sign) ?? keys.get(sign.toLowerCase()) ?? sign).join('').toUpperCase();
}

/* Every way to read a text: as it is, on a German, French, Dvorak and Colemak keyboard; one with foreign letters on more. */
function readings(text) {
  const narrow = text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
  let plain = narrow.replace(/^\][A-Za-z][0-9]/, '');
  try {
    plain = decodeURIComponent(plain);
  } catch {
    /* a sign that stands for itself */
  }
  const joined = Object.entries(PAIRS).reduce((made, [pair, one]) => made.replaceAll(pair, one), plain);
  const foreign = /[^\x20-\x7e]/.test(plain) ? FOREIGN : [];
  return [plain.toUpperCase(), ...[...NEAR, ...foreign].map((layouts) => translate(joined, layouts))];
}

function within(run) {
  const found = [];
  for (let at = 0; at + 16 <= run.length; at += 1) if (isToken(run.slice(at, at + 16))) found.push(run.slice(at, at + 16));
  return run.length - 16 <= LONGEST_AROUND ? found : [];
}

const addressesIn = (reading) => [...reading.matchAll(new RegExp(ADDRESSED, 'g'))].map(([, token]) => token);

/* The tokens a text may hold, likeliest first; none where it holds two cards. */
export function tokensOf(text) {
  const found = [];
  for (const [index, reading] of readings(text).entries()) {
    const [, addressed] = ADDRESSED.exec(reading) || [];
    const [, bare] = BARE.exec(reading) || [];
    found.push(...[addressed, bare].filter((token) => token && isToken(token)));
    const runs = [...reading.matchAll(RUN)].map(([run]) => within(run)).filter((tokens) => tokens.length);
    if (index === 0 && (new Set(addressesIn(reading)).size > 1 || (!addressed && runs.length > 1))) return [];
    if (!addressed && index !== 2) found.push(...runs.flat()); // a French hyphen is a 6: names would be codes
  }
  return [...new Set(found)];
}

/* The codes of a burst in which two cards were scanned, one behind the other; none where it holds one, or none. */
function severalIn(text) {
  const reading = text.trim().toUpperCase();
  const addressed = [...new Set(addressesIn(reading))].filter(isToken);
  if (addressed.length > 1) return addressed;
  const shorts = tokensOf(text).length ? [] : shortsApart(reading);
  if (shorts.length > 1) return shorts;
  const halves = reading.length === 32 ? [reading.slice(0, 16), reading.slice(16)] : [];
  return halves.length && halves.every((half) => /^[A-Z2-7]{16}$/.test(half) && isToken(half)) ? [...new Set(halves)] : [];
}

/* Which keyboard this device reads a scanner with that imitates an American one, as far as the test card tells. */
export function layoutOf(text) {
  const index = readings(text).findIndex((reading) => reading.includes(TEST_CARD));
  const small = /[a-z]/.test(text) && !/[A-Z]/.test(text) ? ' + Caps Lock' : '';
  return index < 0 ? '?' : NAMES[index] + small;
}

export const isTestCard = (text) => tokensOf(text).includes(TEST_CARD);

function checks(short) {
  const sum = [...short.slice(0, 6)].reduce((total, sign, index) => total + (index + 2) * SHORT.indexOf(sign), 0);
  return SHORT[((-sum % 31) + 31) % 31] === short[6];
}

/* The short code that letters are, with whatever parts them; '' where they are none: a wrong sign is noticed. */
function shortOf(letters) {
  const short = letters.toUpperCase().replace(/[\s.\-–_\x00-\x1f]/g, '');
  return /^[2-9A-HJKMNP-Z]{7}$/.test(short) && /\d/.test(short) && checks(short) ? short : '';
}

/* The short code that a text is, whatever the layout. */
export function shortCodeOf(text) {
  return readings(text).map(shortOf).find(Boolean) || '';
}

/* The short codes that signs in which no short code is written part from each other. */
const shortsApart = (text) => [...new Set(text.toUpperCase().split(/[^2-9A-HJKMNP-Z]+/).map(shortOf))].filter(Boolean);

/* The short codes a text may hold, likeliest first: whole, parted, or with one or two letters around it. One of 31 such
   pieces is a code by chance: of several it is the one that a card has. */
export function shortsOf(text) {
  const whole = readings(text).map(shortOf).filter(Boolean);
  if (whole.length) return [...new Set(whole)];
  const apart = shortsApart(text);
  if (apart.length) return apart.length > 1 ? [] : apart;
  const ends = [[0, 1], [0, 2], [1, 0], [2, 0], [1, 1]].map(([front, back]) => text.slice(front, text.length - back));
  return [...new Set(ends.map(shortOf))].filter(Boolean);
}

/* What of a text is a card's code, as it is sent; '' where it is none. */
function cardIn(text) {
  const shorts = tokensOf(text).length ? [] : shortsOf(text);
  return shorts.length === 1 ? shorts[0] : tokensOf(text).length || shorts.length ? text.trim() : '';
}

/* Every card's code in a burst, as it is sent. */
export function cardsIn(text) {
  const several = severalIn(text);
  const one = several.length ? '' : cardIn(text);
  return one ? [one] : several;
}

/* Whether a name, a reason or a note holds a card's code: as a whole, or with words around it. */
export function holdsCard(text) {
  const words = text.toUpperCase().split(/[^A-Z0-9]+/);
  return ADDRESSED.test(text.toUpperCase()) && tokensOf(text).length > 0
    || words.some((word) => /^[A-Z2-7]{16}$/.test(word) && isToken(word)) || Boolean(shortCodeOf(text));
}

/* What stands for somebody whose name is not known: of a card its end alone, for its code is a secret. */
export function shownCode(code = '') {
  const [token] = tokensOf(code);
  return token || code.length > 40 || /\/K\//i.test(code) ? `… ${(token || code).slice(-4)}` : shortCodeOf(code) || code || '—';
}
