/* The device's own verdict while the server does not answer, marked «sementara»: judged by the snapshot, by what
   this device has scanned since, and shown in the card that the page keeps ready for each verdict. */

import { isTestCard, shortCodeOf, shownCode, tokensOf } from './codes.js';
import { readAll } from './store.js';

export const COUNTED = ['WELCOME', 'REPRESENTED', 'ALREADY'];

const cardOf = ({ code = '' }) => tokensOf(code)[0] || shortCodeOf(code) || code;
const same = (attempt, other, person) => other.nonce !== attempt.nonce && other.url === attempt.url
  && ((attempt.code && cardOf(other) === cardOf(attempt)) || (person && other.said?.id === person.id)
    || (person && other.participant && Number(other.participant) === person.id));

/* What was answered since the snapshot was asked for: one that came while a scan was under way may not hold it. */
async function answeredSince({ taken }) {
  return (await readAll('history')).filter(({ answered, order }) => (answered ?? order) > taken);
}

/* Whether this device has marked the person already: what waits, and what was answered after the snapshot. */
async function markedHere(attempt, person, snapshot) {
  const earlier = [
    ...(await readAll('waiting')).filter((other) => other.order < attempt.order),
    ...(await answeredSince(snapshot)),
  ];
  return earlier.find((other) => same(attempt, other, person) && (!other.said || COUNTED.includes(other.said.verdict)
    || other.said.verdict === 'QUEUED'));
}

/* When each person was marked as far as this device knows: {id: milliseconds}. */
export async function marksHere(snapshot, url) {
  const marks = new Map((snapshot.people || []).filter(({ at }) => at).map(({ id, at }) => [id, Date.parse(at)]));
  const mine = [...(await answeredSince(snapshot)), ...(await readAll('waiting'))];
  for (const { said, order, url: of } of mine) {
    if (of === url && said?.id && COUNTED.includes(said.verdict) && !marks.has(said.id)) marks.set(said.id, order);
  }
  return marks;
}

function isOfOtherWave(person, wave) {
  return person.wave === null ? Boolean(person.seat) : person.wave !== wave;
}

/* Judge an attempt; gives {verdict, heading, id, name, rt, village, at} as far as this device knows them. */
export async function judge(attempt, snapshot) {
  if (isTestCard(attempt.code || '')) return { verdict: 'TEST' };
  const person = await snapshot.find(attempt);
  const about = person ? { id: person.id, name: person.name, rt: person.rt || '', village: person.village || '' } : {};
  const said = (verdict, at) => ({ ...about, verdict, at });
  const before = await markedHere(attempt, person, snapshot);
  if (attempt.decide) return said('QUEUED');
  if (person === null) return said('UNKNOWN');
  if (person?.revoked && !attempt.participant) return said('REVOKED');
  if (!snapshot.isOpen(attempt.order)) {
    return { ...said('NOT_OPEN'), heading: snapshot.isOver(attempt.order) ? 'CLOSED' : 'NOT_OPEN' };
  }
  if (person?.at) return said('ALREADY', Date.parse(person.at));
  if (before) return said('ALREADY', before.order);
  if (person === undefined) return said('QUEUED');
  if (isOfOtherWave(person, snapshot.wave)) return said('OTHER_WAVE');
  return said('WELCOME');
}

const length = (name) => (name.length <= 12 ? 'short' : name.length <= 22 ? 'medium' : name.length <= 36 ? 'long' : 'longest');

export function clock(milliseconds, zone) {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  return parts.format(milliseconds).replace(':', '.');
}

/* Fill the empty places of a template's copy: data-slot names what belongs there; a part without a value goes. */
export function fill(template, values) {
  const copy = template.content.firstElementChild.cloneNode(true);
  for (const slot of copy.querySelectorAll('[data-slot]')) slot.textContent = values[slot.dataset.slot] ?? '';
  for (const part of copy.querySelectorAll('[data-needs]')) if (!values[part.dataset.needs]) part.remove();
  return copy;
}

/* Put the card of the device's verdict in the place of the last one. */
export function show(attempt, said, zone) {
  const template = document.getElementById(`provisional-${said.heading || said.verdict}`);
  const name = said.name || shownCode(attempt.code);
  const at = said.at ? clock(said.at, zone) : '';
  const card = fill(template, { ...said, name, at, rt: said.rt && `RT ${said.rt}` });
  card.id = 'verdict';
  card.dataset.nonce = attempt.nonce;
  card.querySelector('.verdict-name').dataset.length = length(name);
  document.getElementById('verdict').replaceWith(card);
}
