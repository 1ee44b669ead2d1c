/* The roster snapshot of one checkpoint, kept on this device: who a code or an id is, and who was marked.
   It holds digests of tokens, never a token; without a secure context (plain HTTP) digests cannot be made, and a
   card's code then stays unjudged while short codes and search go on. */

import { meet, read, write } from './store.js';

const IN_ADDRESS = /(?:^|[^A-Z0-9])K[^A-Z0-9]{1,3}([A-Z2-7]{16})(?![A-Z0-9])/;
const BARE = /(?:^|[^A-Z2-7])([A-Z2-7]{16})[^A-Z2-7]*$/;
const SHORT = /^[2-9A-HJKMNP-Z]{7}$/;
const TEST_CARD = /(?:^|[^A-Z2-7])UJICOBAKARTUMEJA[^A-Z2-7]*$/i;

const folded = (text) => text.normalize('NFD').replace(/[^\p{L}\p{N}]+/gu, ' ').toLowerCase().trim();

export const isTestCard = (code) => TEST_CARD.test(code);
export const tokenOf = (code) => (IN_ADDRESS.exec(code.toUpperCase()) || BARE.exec(code.toUpperCase()))?.[1];

async function digest(text) {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Snapshot {
  /* checkpoint: its id; url: where the snapshot is had; ended() is told when nobody is signed in any more. */
  constructor({ checkpoint, url, ended, restored }) {
    Object.assign(this, { url, ended, restored, key: `roster:${checkpoint}`, taken: 0, people: [] });
    this.ready = read('kept', this.key).then((kept) => this.hold(kept));
  }

  hold(kept) {
    if (!kept) return;
    const { wave, taken, tag, people, opens, closes, ahead } = kept;
    Object.assign(this, { wave, taken, tag, people, opens, closes, ahead });
    this.byId = new Map(kept.people.map((person) => [person.id, person]));
    this.byCard = new Map(kept.people.flatMap((card) => [[card.token_sha256, card], [card.short_code, card]]));
  }

  async refresh() {
    await this.ready;
    try {
      const taken = Date.now();
      const headers = this.tag ? { 'If-None-Match': this.tag } : {};
      const response = await fetch(this.url, { headers, cache: 'no-store' });
      if (await meet(response.headers.get('X-Epoch'))) this.restored();
      if (response.status === 401) return this.ended();
      if (response.status === 304) this.taken = taken;
      if (!response.ok) return undefined;
      const { wave, people, until, opens_at: opens, closes_at: closes } = await response.json();
      const kept = { key: this.key, wave, people, taken, until: Date.parse(until), tag: response.headers.get('ETag') };
      Object.assign(kept, { opens: Date.parse(opens), closes: Date.parse(closes) }); // not a number where never
      kept.ahead = taken - Date.parse(response.headers.get('Date')) || 0; // by how much this device's clock is ahead
      this.hold(kept);
      return await write('kept', kept);
    } catch {
      return undefined; // asked again later; what is kept serves until then
    }
  }

  /* Whether the checkpoint takes scans at a moment of this device's clock. */
  isOpen(at) {
    const now = at - (this.ahead || 0);
    return !(now < this.opens) && !(now >= this.closes);
  }

  /* Who an attempt is about: a row, null for nobody known, undefined when this device cannot tell. */
  async find({ participant, code = '' }) {
    await this.ready;
    if (!this.people.length) return undefined;
    if (participant) return this.byId.get(Number(participant)) ?? null;
    const short = code.replace(/[\s.\-–_]/g, '').toUpperCase();
    if (SHORT.test(short) && this.byCard.has(short)) return this.byCard.get(short);
    const token = tokenOf(code);
    if (token && !window.crypto.subtle) return undefined;
    return (token && this.byCard.get(await digest(token))) || null;
  }

  /* Find people by words of name and village and by RT, each once. */
  search(text, most = 8) {
    const words = folded(text).split(' ').filter((word) => word && word !== 'rt');
    const fits = ({ name, village, rt }) => {
      const said = folded(`${name} ${village || ''}`).split(' ');
      const near = said.join('');
      return words.every((word) => Number(word) === parseInt(rt, 10) || said.some((part) => part.startsWith(word))
        || (word.length > 3 && near.includes(word)));
    };
    const found = words.length && this.byId ? [...this.byId.values()].filter(fits) : [];
    return found.slice(0, most);
  }
}
