/* «Perlu dilihat»: where the server said otherwise than this device had, or refused; each stays until looked at. */

import { clock, fill } from './provisional.js';
import { readAll, remove, write } from './store.js';

export class Aside {
  constructor(section, zone) {
    Object.assign(this, { section, zone });
    section.addEventListener('click', async ({ target }) => {
      const nonce = target.closest('button')?.dataset.nonce;
      if (!nonce) return;
      await remove('aside', nonce);
      this.show();
    });
    this.show();
  }

  async add(difference) {
    await write('aside', difference);
    this.show();
  }

  word(verdict) {
    return this.section.querySelector(`template[data-word="${verdict}"]`)?.content.textContent.trim() || '';
  }

  async show() {
    const kept = (await readAll('aside')).sort((a, b) => b.at - a.at);
    this.section.hidden = !kept.length;
    this.section.querySelector('[data-count]').textContent = kept.length;
    this.section.querySelector('ol').replaceChildren(...kept.map((one) => {
      const line = fill(this.section.querySelector('template[data-line]'), {
        name: one.name, at: clock(one.at, this.zone), said: this.word(one.said), now: this.word(one.now), why: one.why,
      });
      line.dataset.verdict = one.now;
      line.querySelector('button').dataset.nonce = one.nonce;
      return line;
    }));
  }
}
