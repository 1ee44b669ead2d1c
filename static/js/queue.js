/* Attempts wait here until the server has answered them: in order, with the same nonce, across reloads, whoever is
   signed in. What is kept is removed only when an answer came; what was answered stays as the day's history, for a
   server that comes back with an older memory. */

import { acknowledge, meet, readAll, remember, setAside, write } from './store.js';

const WAIT = [500, 1000, 2000, 4000];
const TIMEOUT = 6000;
const SOON = 2000; // without an answer by then the device judges by itself
const LATE = 15000; // what waited longer tells when it happened, and is judged by that time
const SECRET = ['pin', 'decide', 'reason']; // of a decision at once: kept nowhere

const moment = (milliseconds) => new Date(milliseconds).toISOString();
const nothing = () => {};

/* What an answer says: the notice of a page, or all of a fragment. */
function textOf(html) {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  return (body.querySelector('main .notice') ?? body).textContent.trim();
}

export function newNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Queue {
  /* url: where attempts of this page are posted; csrfUrl: where a fresh form token is had; token: the page's own;
     home: whose attempts these are (the instance). Told: answered(html, attempt), refused(html),
     waiting(count, failing, reached), late(attempt) when no answer came soon, ended(html) when nobody is signed in. */
  constructor({ url = '', csrfUrl, token, home, ...told }) {
    const silent = { answered: nothing, refused: nothing, waiting: nothing, late: nothing, ended: nothing };
    Object.assign(this, { url, csrfUrl, token, home }, silent, told);
    this.items = [];
    this.passed = new Set(); // not for whoever is signed in now; the next one may
    this.overdue = new Set();
    this.failures = 0;
    this.reached = true;
    this.running = false;
    this.ready = this.restore();
    window.addEventListener('online', () => this.run());
    let staying = false;
    document.addEventListener('click', (event) => {
      staying = event.target.closest?.('a[href]')?.origin === location.origin;
    });
    window.addEventListener('beforeunload', (event) => {
      if (this.items.length && !staying) event.preventDefault();
    });
  }

  /* Take up what is kept, also what another page of this address could not send. */
  async restore() {
    const kept = await readAll('waiting');
    const here = new Set(this.items.map((attempt) => attempt.nonce));
    const mine = kept.filter((attempt) => !here.has(attempt.nonce) && (attempt.home ?? this.home) === this.home);
    this.items = [...mine, ...this.items].sort((a, b) => a.order - b.order);
    this.run();
  }

  async add(fields) {
    const attempt = { nonce: newNonce(), ...fields, url: this.url, home: this.home, order: Date.now() + Math.random() };
    await this.ready;
    if (this.items.some((item) => item.nonce === attempt.nonce)) return this.run();
    this.items.push(attempt);
    this.tell();
    if (this.failures) this.becomeOverdue(attempt);
    else setTimeout(() => this.items.includes(attempt) && this.becomeOverdue(attempt), SOON);
    await write('waiting', attempt);
    return this.run();
  }

  /* Send fields once, now, and keep no secret of them; says whether an answer came. */
  async once(fields) {
    const attempt = { nonce: newNonce(), ...fields, url: this.url, home: this.home, order: Date.now() };
    const outcome = await this.send(attempt);
    if (!outcome) return false;
    for (const field of SECRET) delete attempt[field];
    if (outcome.answered) {
      this.answered(outcome.html, attempt);
      await remember(attempt);
    } else this.refused(outcome.html);
    return true;
  }

  /* Keep what this device said of an attempt: its own verdict, to hold against the server's. */
  async note(attempt, said) {
    attempt.said = said;
    if (this.items.includes(attempt)) await write('waiting', attempt);
  }

  becomeOverdue(attempt) {
    if (this.overdue.has(attempt.nonce)) return;
    this.overdue.add(attempt.nonce);
    this.late(attempt);
  }

  async run() {
    await this.ready;
    if (this.running) return;
    this.running = true;
    for (let attempt = this.next(); attempt; attempt = this.next()) {
      const outcome = await this.send(attempt);
      if (outcome) await this.settle(attempt, outcome);
      else {
        this.failures += 1;
        this.items.forEach((item) => this.becomeOverdue(item));
        this.tell();
        const pause = WAIT[Math.min(this.failures, WAIT.length) - 1];
        await new Promise((resume) => setTimeout(resume, pause));
      }
    }
    this.running = false;
  }

  next() {
    return this.items.find((attempt) => !this.passed.has(attempt.nonce));
  }

  async settle(attempt, { answered, passed, html }) {
    this.failures = 0;
    if (passed) this.passed.add(attempt.nonce);
    else this.items = this.items.filter((item) => item !== attempt);
    if (answered) {
      this.answered(html, attempt);
      const { again: _again, ...known } = attempt;
      await acknowledge(known);
    } else {
      if (!passed) await setAside(attempt, textOf(html));
      this.refused(attempt.url === this.url ? html : '');
    }
    this.tell();
  }

  /* Send one attempt; gives its outcome, or null when it must be sent again. */
  async send(attempt) {
    const { url, order, home: _home, said: _said, chain: _chain, again, ...fields } = attempt;
    if (again || Date.now() - order > LATE) {
      Object.assign(fields, { source: 'offline', client_at: moment(order), sent_at: moment(Date.now()) });
    }
    const headers = { 'HX-Request': 'true', 'X-CSRFToken': this.token };
    const response = await this.ask(url, { method: 'POST', body: new URLSearchParams(fields), headers });
    if (!response) return null;
    const { status, html } = response;
    if (response.ok) return { answered: true, html };
    if (response.refusal === 'csrf') await this.renewToken();
    else if (status === 401) this.ended(html);
    else if (again && response.refusal === 'nonce_reused') return { answered: true, html: '' }; // it was known
    else if (status === 403) return { passed: true, html };
    else if (status >= 400 && status < 500 && ![408, 429].includes(status)) return { html };
    return null;
  }

  /* Fetch; gives what matters of the answer, null when none came. An answer also tells the server's epoch. */
  async ask(url, options) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT);
    try {
      const response = await fetch(url, { ...options, signal: abort.signal, redirect: 'manual' });
      const done = response.type === 'opaqueredirect'; // a form of a page, recorded
      const html = done ? '' : await response.text();
      this.reached = response.status < 500;
      if (await meet(response.headers.get('X-Epoch'))) await this.restore();
      return { ok: response.ok || done, status: response.status, refusal: response.headers.get('X-Refusal'), html };
    } catch {
      this.reached = false;
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  async renewToken() {
    const response = await this.ask(this.csrfUrl, { headers: { 'HX-Request': 'true' } });
    if (response?.ok) this.token = response.html;
    else if (response?.status === 401) this.ended(response.html);
  }

  tell() {
    this.waiting(this.items.length, this.failures > 0, this.reached);
  }
}
