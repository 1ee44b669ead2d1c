/* Receipts of what was undone and decided in this wave, kept on this device for a server that comes back with an older
   memory (store.js hands them to the queue then). They are sealed: no device can read or write one. */

import { keepReceipts, lastReceipt } from './store.js';

export class Receipts {
  /* checkpoint: its id; url: where they are had; handIn: where they are handed in; home: whose they are. */
  constructor({ checkpoint, url, handIn, home }) {
    Object.assign(this, { checkpoint, url, handIn, home, fetching: false });
  }

  /* Fetch what this device has not, where the page shows a later number than it knows. */
  async refresh() {
    const newest = () => Number(document.getElementById('count')?.dataset.receipts);
    if (this.fetching || this.refused) return;
    this.fetching = true;
    try {
      for (let last = await lastReceipt(this.checkpoint); newest() > last;) {
        const response = await fetch(`${this.url}?after=${last}`, { cache: 'no-store' });
        this.refused = [401, 403].includes(response.status); // until this page is opened anew
        if (!response.ok) break;
        const told = await response.json();
        const epoch = response.headers.get('X-Epoch');
        if (!(told.last > last)) break;
        await keepReceipts({ ...told, epoch, checkpoint: this.checkpoint, url: this.handIn, home: this.home });
        last = told.last;
      }
    } catch {
      /* asked again with the next message */
    } finally {
      this.fetching = false;
    }
  }
}
