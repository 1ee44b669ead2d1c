/* Attempts wait here until the server has answered them: in order, with the same nonce, across reloads, whoever is
   signed in. Sending comes before keeping, keeping before showing: a browser that keeps nothing, or a page that cannot
   show what it is told, sends all the same. What is kept is removed only when an answer came; what was answered stays
   as the day's history, for a server that comes back with an older memory. */

import { acknowledge, meet, readAll, remember, remove, setAside, write } from './store.js';

const WAIT = [500, 1000, 2000, 4000];
const TIMEOUT = 6000;
const SOON = 2000; // without an answer by then the device judges by itself
const LONGEST = 20000; // that a busy server is left alone, whatever it says
const KEEPING = 700; // nobody waits longer for what the browser keeps
const SECRET = ['pin', 'decide', 'reason']; // of a decision at once: kept nowhere

const moment = (milliseconds) => new Date(milliseconds).toISOString();
const nothing = () => {};
const within = (milliseconds, work) => Promise.race([work, new Promise((resume) => setTimeout(resume, milliseconds))]);

/* What an answer says: the notice of a page, or all of a fragment. */
export function textOf(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return (template.content.querySelector('main .notice') ?? template.content).textContent.trim();
}

/* What a server says that has too much to do (429), and how long it wants to be left alone. */
function busyOf(response, html) {
  if (response?.status !== 429) return { said: '', pause: 0 };
  const seconds = Number(response.headers.get('Retry-After')) || 1;
  return { said: textOf(html), pause: Math.min(seconds * 1000, LONGEST) };
}

export function newNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Queue {
  /* url: where attempts of this page are posted; csrfUrl: where a fresh form token is had; token: the page's own;
     home: whose attempts these are (the instance). Told: answered(html, attempt), refused(html),
     waiting(count, failing, reached, busy) with what a server says that wants to be asked later, late(attempt) when no
     answer came soon, ended(html) when nobody is signed in; heard(html, attempt) before the answer is kept;
     broke(attempt) when an answer could not be shown. */
  constructor({ url = '', csrfUrl, token, home, ...told }) {
    const silent = { answered: nothing, refused: nothing, waiting: nothing, late: nothing, ended: nothing };
    Object.assign(silent, { heard: nothing, broke: nothing });
    Object.assign(this, { url, csrfUrl, token, home }, silent, told);
    this.items = [];
    this.passed = new Set(); // not for whoever is signed in now; the next one may
    this.overdue = new Set();
    this.settled = new Set();
    this.broken = new Map(); // nonce -> how often the server failed over it: the others go first
    this.failures = 0;
    this.reached = true;
    this.busy = busyOf();
    this.running = false;
    this.ready = this.restore();
    window.addEventListener('online', () => this.run());
    document.addEventListener('rtapp:lost', () => this.items.forEach((attempt) => this.keep(attempt)));
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
    const done = ({ nonce, again }) => here.has(nonce) || (this.settled.has(nonce) && !again);
    const mine = kept.filter((attempt) => !done(attempt) && (attempt.home ?? this.home) === this.home);
    for (const { nonce } of mine) this.settled.delete(nonce);
    this.items = [...mine, ...this.items].sort((a, b) => a.order - b.order);
    this.run();
  }

  /* Send, keep and tell, in this order. */
  async add(fields) {
    const attempt = { nonce: newNonce(), ...fields, url: this.url, home: this.home, order: Date.now() + Math.random() };
    if (this.items.some((item) => item.nonce === attempt.nonce)) return this.run();
    this.items.push(attempt);
    this.settled.delete(attempt.nonce);
    this.run();
    this.keep(attempt);
    this.tell();
    if (this.failures) this.becomeOverdue(attempt);
    else setTimeout(() => this.items.includes(attempt) && this.becomeOverdue(attempt), SOON);
    return undefined;
  }

  async keep(attempt) {
    await write('waiting', attempt);
    if (this.settled.has(attempt.nonce)) return void remove('waiting', attempt.nonce); // answered meanwhile
    this.tell();
    return undefined;
  }

  /* Send fields once, now, and keep no secret of them; says whether an answer came. */
  async once(fields) {
    const attempt = { nonce: newNonce(), ...fields, url: this.url, home: this.home, order: Date.now() };
    let outcome = await this.send(attempt, { once: true });
    if (outcome?.renewed) outcome = await this.send(attempt, { once: true });
    if (!outcome || outcome.renewed) return false;
    for (const field of SECRET) delete attempt[field];
    if (outcome.answered) {
      this.safely(() => this.heard(outcome.html, attempt));
      await within(KEEPING, remember(attempt, outcome.html));
      this.safely(() => this.answered(outcome.html, attempt)) || this.broke(attempt);
    } else this.refused(outcome.html);
    return true;
  }

  /* Keep what this device said of an attempt: its own verdict, to hold against the server's. */
  async note(attempt, said) {
    attempt.said = said;
    if (this.items.includes(attempt)) await within(KEEPING, this.keep(attempt));
  }

  becomeOverdue(attempt) {
    if (this.overdue.has(attempt.nonce)) return;
    this.overdue.add(attempt.nonce);
    this.safely(() => this.late(attempt));
  }

  /* Whatever the page does with what it is told, sending goes on; says whether it went well. */
  safely(tell) {
    try {
      Promise.resolve(tell()).catch((error) => console.error(error));
      return true;
    } catch (error) {
      console.error(error);
      return false;
    }
  }

  async run() {
    if (this.running) return;
    this.running = true;
    for (let attempt = this.next(); attempt; attempt = this.next()) {
      const outcome = await this.send(attempt);
      if (outcome && !outcome.renewed) await this.settle(attempt, outcome).catch((error) => console.error(error));
      else {
        this.failures += 1;
        this.items.forEach((item) => this.becomeOverdue(item));
        this.tell();
        const pause = outcome?.renewed && this.failures < 3 ? 0 : WAIT[Math.min(this.failures, WAIT.length) - 1];
        await new Promise((resume) => setTimeout(resume, Math.max(pause, this.busy.pause)));
      }
    }
    this.running = false;
  }

  next() {
    const tries = ({ nonce }) => this.broken.get(nonce) || 0;
    return this.items.filter(({ nonce }) => !this.passed.has(nonce)).sort((a, b) => tries(a) - tries(b))[0];
  }

  async settle(attempt, { answered, passed, html }) {
    this.failures = 0;
    if (passed) this.passed.add(attempt.nonce);
    else {
      this.items = this.items.filter((item) => item !== attempt);
      this.settled.add(attempt.nonce);
    }
    if (answered) {
      this.safely(() => this.heard(html, attempt));
      const { again: _again, ...known } = attempt;
      await within(KEEPING, acknowledge(known, html));
      this.safely(() => this.answered(html, attempt)) || this.broke(attempt);
    } else {
      if (!passed) await within(KEEPING, setAside(attempt, textOf(html)));
      this.safely(() => this.refused(attempt.url === this.url ? html : ''));
    }
    this.tell();
  }

  /* Send one attempt; gives its outcome, or null when it must be sent again. What does not arrive at once tells when it
     happened, and is judged by that time. */
  async send(attempt, { once = false } = {}) {
    const { url, order, home: _home, said: _said, chain: _chain, answered: _answered, again, ...fields } = attempt;
    if (!once && (again || Date.now() - order > SOON)) {
      Object.assign(fields, { source: 'offline', client_at: moment(order), sent_at: moment(Date.now()) });
    }
    const headers = { 'HX-Request': 'true', 'X-CSRFToken': this.token };
    const response = await this.ask(url, { method: 'POST', body: new URLSearchParams(fields), headers });
    if (!response) return null;
    const { status, html } = response;
    if (response.ok) return { answered: true, html };
    if (status >= 500) this.broken.set(attempt.nonce, (this.broken.get(attempt.nonce) || 0) + 1);
    if (response.refusal === 'csrf') return (await this.renewToken()) ? { renewed: true } : null;
    if (status === 401) this.safely(() => this.ended(html));
    else if (again && response.refusal === 'nonce_reused') return { answered: true, html: '' }; // it was known
    else if (status === 403) return { passed: true, html };
    else if (status >= 400 && status < 500 && (once || ![408, 429].includes(status))) return { html };
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
      this.busy = busyOf(response, html);
      this.meet(response.headers.get('X-Epoch'));
      return { ok: response.ok || done, status: response.status, refusal: response.headers.get('X-Refusal'), html };
    } catch {
      this.reached = false;
      this.busy = busyOf();
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  async meet(epoch) {
    if (await meet(epoch)) await this.restore();
  }

  async renewToken() {
    const response = await this.ask(this.csrfUrl, { headers: { 'HX-Request': 'true' } });
    if (response?.ok) this.token = response.html;
    else if (response?.status === 401) this.safely(() => this.ended(response.html));
    return Boolean(response?.ok);
  }

  tell() {
    this.safely(() => this.waiting(this.items.length, this.failures > 0, this.reached, this.busy.said));
  }
}
