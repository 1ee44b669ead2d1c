/* Attempts wait here until the server has answered them: in order, with the same nonce, across reloads.
   What is kept (IndexedDB) is removed only when an answer came. */

const WAIT = [500, 1000, 2000, 4000];
const TIMEOUT = 6000;
const LATE = 15000; // what waited longer tells when it happened, and is judged by that time

const moment = (milliseconds) => new Date(milliseconds).toISOString();

export function newNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/* Open the store of waiting attempts; null where the browser has none (they then wait in memory alone). */
function openStore() {
  return new Promise((resolve) => {
    if (!window.indexedDB) return resolve(null);
    const request = indexedDB.open('rtapp', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('waiting', { keyPath: 'nonce' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}

function inStore(store, mode, work) {
  return new Promise((resolve) => {
    if (!store) return resolve([]);
    const transaction = store.transaction('waiting', mode);
    const request = work(transaction.objectStore('waiting'));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => resolve([]);
  });
}

export class Queue {
  /* url: where attempts are posted; csrfUrl: where a fresh form token is had; token: the page's own.
     answered(html, attempt), refused(html, attempt) and waiting(count, failing) are told. */
  constructor({ url, csrfUrl, token, answered, refused, waiting }) {
    Object.assign(this, { url, csrfUrl, token, answered, refused, waiting });
    this.items = [];
    this.failures = 0;
    this.running = false;
    this.ready = this.restore();
    window.addEventListener('online', () => this.run());
    window.addEventListener('beforeunload', (event) => {
      if (this.items.length) event.preventDefault();
    });
  }

  async restore() {
    this.store = await openStore();
    const kept = await inStore(this.store, 'readonly', (waiting) => waiting.getAll());
    const mine = kept.filter((attempt) => attempt.url === this.url).sort((a, b) => a.order - b.order);
    this.items = [...mine, ...this.items];
    this.run();
  }

  async add(fields) {
    const attempt = { nonce: newNonce(), ...fields, url: this.url, order: Date.now() + Math.random() };
    this.items.push(attempt);
    this.tell();
    await this.ready;
    await inStore(this.store, 'readwrite', (waiting) => waiting.put(attempt));
    this.run();
    return attempt.nonce;
  }

  /* Send fields once, now, and keep nothing of them; says whether an answer came. */
  async once(fields) {
    const settle = await this.send({ nonce: newNonce(), ...fields, url: this.url, order: Date.now() });
    if (settle) await settle();
    return Boolean(settle);
  }

  async run() {
    if (this.running) return;
    this.running = true;
    while (this.items.length) {
      const attempt = this.items[0];
      const settle = await this.send(attempt);
      if (settle) {
        this.items.shift();
        this.failures = 0;
        await inStore(this.store, 'readwrite', (waiting) => waiting.delete(attempt.nonce));
        this.tell();
        await settle();
      } else {
        this.failures += 1;
        this.tell();
        const pause = WAIT[Math.min(this.failures, WAIT.length) - 1];
        await new Promise((resume) => setTimeout(resume, pause));
      }
    }
    this.running = false;
  }

  /* Send one attempt; gives what to do with the answer, or null when it must be sent again. */
  async send(attempt) {
    const { url, order, ...fields } = attempt;
    if (Date.now() - order > LATE) {
      Object.assign(fields, { source: 'offline', client_at: moment(order), sent_at: moment(Date.now()) });
    }
    const body = new URLSearchParams(fields);
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT);
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: { 'HX-Request': 'true', 'X-CSRFToken': this.token },
        signal: abort.signal,
        redirect: 'manual',
      });
      const html = response.type === 'opaqueredirect' ? '' : await response.text();
      if (response.ok) return () => this.answered(html, attempt);
      if (response.headers.get('X-Refusal') === 'csrf') await this.renewToken();
      else if (response.status >= 400 && response.status < 500 && ![401, 408, 429].includes(response.status)) {
        return () => this.refused(html, attempt);
      } else if (response.status === 401) this.refused(html, attempt);
      return null;
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  async renewToken() {
    try {
      const response = await fetch(this.csrfUrl, { headers: { 'HX-Request': 'true' } });
      if (response.ok) this.token = await response.text();
    } catch {
      /* asked again before the next attempt */
    }
  }

  tell() {
    this.waiting(this.items.length, this.failures > 0);
  }
}
