/* The roster snapshot of one checkpoint, kept on this device: who a code or an id is, and who was marked.
   It holds digests of tokens, never a token. */

import { shortsOf, tokensOf } from './codes.js';
import { sha256 } from './sha256.js';
import { meet, read, write } from './store.js';

const folded = (text) => text.normalize('NFD').replace(/[^\p{L}\p{N}]+/gu, ' ').toLowerCase().trim();

export class Snapshot {
  /* checkpoint: its id; url: where the snapshot is had; ended() is told when nobody is signed in any more. */
  constructor({ checkpoint, url, ended, restored, fresh }) {
    Object.assign(this, { url, ended, restored, fresh, key: `roster:${checkpoint}`, taken: 0, people: [] });
    document.addEventListener('rtapp:lost', () => this.kept && write('kept', this.kept));
    this.ready = read('kept', this.key).then((kept) => this.hold(kept)).catch(() => {});
  }

  hold(kept) {
    if (!kept) return;
    this.kept = kept;
    const { wave, taken, tag, people, opens, closes, ahead } = kept;
    Object.assign(this, { wave, taken, tag, people, opens, closes, ahead });
    this.byId = new Map(kept.people.map((person) => [person.id, person]));
    this.byCard = new Map(kept.people.flatMap((card) => [[card.token_sha256, card], [card.short_code, card]]));
  }

  clear() {
    Object.assign(this, { people: [], byId: new Map(), byCard: new Map(), kept: null, tag: '' });
  }

  async refresh() {
    await this.ready;
    try {
      const taken = Date.now();
      const headers = this.tag ? { 'If-None-Match': this.tag } : {};
      const response = await fetch(this.url, { headers, cache: 'no-store' });
      if (await meet(response.headers.get('X-Epoch'))) this.restored();
      if (response.status === 401) return this.ended();
      if (response.status === 304) {
        this.taken = taken;
        return void this.fresh();
      }
      if (!response.ok) return undefined;
      const { wave, people, until, opens_at: opens, closes_at: closes } = await response.json();
      const kept = { key: this.key, wave, people, taken, until: Date.parse(until), tag: response.headers.get('ETag') };
      Object.assign(kept, { opens: Date.parse(opens), closes: Date.parse(closes) }); // not a number where never
      kept.ahead = taken - Date.parse(response.headers.get('Date')) || 0; // by how much this device's clock is ahead
      this.hold(kept);
      await write('kept', kept);
      return void this.fresh();
    } catch {
      return undefined; // asked again later; what is kept serves until then
    }
  }

  /* Whether the checkpoint takes scans at a moment of this device's clock. */
  isOpen(at) {
    const now = at - (this.ahead || 0);
    return !(now < this.opens) && !(now >= this.closes);
  }

  /* Whether it has closed by then. */
  isOver(at) {
    return at - (this.ahead || 0) >= this.closes;
  }

  /* Who an attempt is about: a row, null for nobody known, undefined when this device cannot tell. */
  async find({ participant, code = '', keys = '' }) {
    await this.ready;
    if (!this.people.length) return undefined;
    if (participant) return this.byId.get(Number(participant)) ?? null;
    const short = shortsOf(code).find((one) => this.byCard.has(one));
    if (short) return this.byCard.get(short);
    const digests = await Promise.all([...tokensOf(code), ...tokensOf(keys)].map(sha256));
    if (digests.includes('')) return undefined;
    return this.byCard.get(digests.find((digest) => this.byCard.has(digest))) ?? null;
  }

  /* Find people by words of name and village and by RT, each once: of this wave and not yet present first, then
     who is present, then other waves; marked(id) says when. Gives {found, total}. */
  search(text, marked, most = 8) {
    const words = folded(text).split(' ').filter((word) => word && word !== 'rt');
    const fits = ({ name, village, rt }) => {
      const said = folded(`${name} ${village || ''}`).split(' ');
      const near = said.join('');
      return words.every((word) => Number(word) === parseInt(rt, 10) || said.some((part) => part.startsWith(word))
        || (word.length > 3 && near.includes(word)));
    };
    const rank = ({ id, wave }) => (marked(id) ? 1 : wave === this.wave ? 0 : 2);
    const fitting = words.length && this.byId ? [...this.byId.values()].filter(fits) : [];
    return { found: fitting.sort((a, b) => rank(a) - rank(b)).slice(0, most), total: fitting.length };
  }
}
