/* The connection mark of every page (Tersambung, Terputus): keeps streams alive and believes only answers of the
   server. Other scripts have window.rtapp: connected() and lost() tell what their own requests saw, waiting(n) how
   many scans wait on this device (more than none is lost, too); state is 'connected', 'lost', 'opening' (nothing has
   come yet), or 'still': the server answers, but the numbers of this page do not move.
   Events on document: 'rtapp:connection' when state changed, 'rtapp:ended' when a stream was refused for good. */
(() => {
  const EVERY = 3000;
  const PING_AFTER = 15000;
  const SILENCE = 40000; // the server says something every 15 s
  const FOR_GOOD = [401, 403, 404];
  const STREAMS = 2; // of one browser: it has six connections to a host, and recording must find one free
  const LEASE = 10000; // what a page that ended without a word held is free by then
  const LEASES = 'rtapp:streams';
  const SLOWEST = 60000;
  const OPENING = 8000; // within which the first numbers come
  const full = document.documentElement.dataset.engine === 'full' && Boolean(window.htmx);
  const me = String(Math.random()).slice(2);

  const streams = new Map(); // htmx's connection -> when it was last heard
  const refused = new WeakSet();
  const showing = new Set(); // connections whose message is being put into the page
  const failed = new Set(); // elements whose stream could not be opened at all
  const dead = new Set(); // connections that failed and have told nothing since
  let reachable = true;
  let waiting = 0;
  let leaving = false;
  let asking = false;
  let heard = Date.now();
  let told = 0; // when numbers were last put into the page
  let broken = 0; // streams in a row that could not be opened, or whose message could not be shown
  let openAgain = 0;
  let ailing = Date.now(); // since when no numbers come

  const rtapp = { state: 'opening', connected: () => reach(true), lost: () => reach(false), waiting: wait };
  window.rtapp = Object.assign(window.rtapp ?? {}, rtapp);

  function reach(answered) {
    if (leaving) return; // a page that is left sees its requests fail
    if (answered) heard = Date.now();
    const back = answered && !reachable;
    reachable = answered;
    show();
    if (back) openFailed(0);
  }

  function wait(count) {
    waiting = count;
    const number = document.getElementById('waiting');
    if (number) {
      number.textContent = count;
      number.closest('.waiting').hidden = !count;
    }
    show();
  }

  /* Whether the numbers of this page move: undefined while they may be on their way. */
  function moving() {
    if (!full) return false;
    if (!document.querySelector('[hx-sse\\:connect]')) return true;
    const now = Date.now();
    if (told && !broken && !dead.size && now - told < SILENCE) return true;
    return now - ailing < OPENING ? undefined : false;
  }

  /* A stream that cannot be opened, or whose message cannot be shown; whether the server answers is another question. */
  function ail() {
    if (!broken && !dead.size) ailing = Date.now();
  }

  function show() {
    const moves = moving();
    const state = !reachable || waiting ? 'lost' : moves ? 'connected' : moves === undefined ? 'opening' : 'still';
    if (window.rtapp.state === state) return;
    window.rtapp.state = state;
    const mark = document.getElementById('connection');
    if (mark) mark.dataset.state = state;
    document.dispatchEvent(new CustomEvent('rtapp:connection', { detail: { state } }));
  }

  /* What pages of this browser hold streams: {page: when it last said so}. */
  function leases() {
    try {
      const kept = Object.entries(JSON.parse(localStorage.getItem(LEASES)) || {});
      return Object.fromEntries(kept.filter(([, at]) => Math.abs(Date.now() - at) < LEASE));
    } catch {
      return {};
    }
  }

  /* Take, renew or give back this page's lease; says whether it has one. Where nothing can be kept, every page has. */
  function lease(wanted) {
    const held = leases();
    const may = wanted && (me in held || Object.keys(held).length < STREAMS);
    delete held[me];
    if (may) held[me] = Date.now();
    try {
      localStorage.setItem(LEASES, JSON.stringify(held));
    } catch {
      return wanted;
    }
    return may;
  }

  /* A page without a lease asks for one message at a time, and again after a few seconds: it holds no connection. */
  const request = (element) => requests.get(element);
  const requests = new WeakMap(); // element -> the request its stream is opened with
  function ask(element) {
    const headers = request(element)?.headers;
    if (headers) headers['X-Stream'] = lease(!document.hidden) ? 'open' : 'once';
  }

  /* htmx opens a stream once; after a failed first request nobody would try again. */
  function openFailed(since = openAgain) {
    if (Date.now() < since) return;
    for (const element of failed) {
      failed.delete(element);
      if (element.isConnected) {
        window.htmx.ajax('GET', element.getAttribute('hx-sse:connect'), { source: element });
      }
    }
  }

  async function ping() {
    if (asking) return;
    asking = true;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), 5000);
    try { // of a device it is asked, too, whether it is still one of ours: names leave its screen when it is revoked
      const address = document.querySelector('.waiting[data-device]') ? '/csrf-token' : '/healthz';
      const headers = { 'HX-Request': 'true' };
      const { status } = await fetch(address, { headers, cache: 'no-store', signal: abort.signal });
      reach(status < 500);
      if (status === 401) document.dispatchEvent(new CustomEvent('rtapp:ended', { detail: { status } }));
    } catch {
      reach(false);
    }
    clearTimeout(timer);
    asking = false;
  }

  function look() {
    if (document.hidden) return void lease(false);
    show();
    if (reachable) openFailed();
    if (streams.size && me in leases()) lease(true);
    const now = Date.now();
    for (const [connection, last] of streams) {
      if (connection.reader && now - last > SILENCE) {
        streams.set(connection, now);
        connection.reader.cancel().catch(() => {}); // a line that died without a word: htmx opens it again
        reach(false);
      }
    }
    if (!streams.size && (!reachable || now - heard > PING_AFTER)) ping();
  }

  const on = (name, listen) => document.addEventListener(name, (event) => listen(event.detail, event));

  on('htmx:config:request', ({ ctx }) => {
    if (!ctx.sourceElement?.hasAttribute?.('hx-sse:connect')) return;
    requests.set(ctx.sourceElement, ctx.request);
    ask(ctx.sourceElement);
  });
  on('htmx:sse:after:connection', ({ connection }) => {
    streams.set(connection, Date.now());
    reach(true);
  });
  on('htmx:sse:after:message', ({ connection }) => {
    streams.set(connection, Date.now());
    showing.delete(connection);
    dead.delete(connection);
    broken = 0;
    told = Date.now();
    reach(true);
  });
  on('htmx:sse:before:message', ({ connection }) => showing.add(connection));
  /* What could not be shown leaves its connection open, and the next is opened at once: close it, and wait longer. */
  function backOff(connection) {
    ail();
    broken += 1;
    connection.config.reconnectDelay = Math.min(SLOWEST, 1000 * 2 ** broken);
    connection.config.reconnectMaxDelay = SLOWEST;
    connection.abortController?.abort();
    show();
  }
  on('htmx:sse:error', ({ connection, status }) => {
    if (showing.delete(connection)) return backOff(connection);
    if (!FOR_GOOD.includes(status)) {
      ail();
      if (connection) dead.add(connection);
      show();
      return void ping();
    }
    refused.add(connection);
    document.dispatchEvent(new CustomEvent('rtapp:ended', { detail: { status } }));
  });
  on('htmx:sse:before:connection', ({ connection }, { target }) => {
    if (refused.has(connection)) connection.cancelled = true;
    else ask(target);
  });
  on('htmx:sse:close', ({ connection }) => {
    streams.delete(connection);
    dead.delete(connection);
    if (!streams.size) lease(false);
  });
  on('htmx:after:request', ({ ctx }) => {
    if (ctx.response.status < 500) reach(true);
    else giveUp(ctx);
  });
  on('htmx:error', ({ ctx }) => {
    if (ctx && !ctx.response) giveUp(ctx); // the request itself, not what was done with its answer
  });

  function giveUp(ctx) {
    if (ctx.sourceElement.hasAttribute('hx-sse:connect')) {
      failed.add(ctx.sourceElement);
      ail();
      broken += 1;
      openAgain = Date.now() + Math.min(SLOWEST, 1000 * 2 ** broken);
      show();
      ping();
    } else reach(false);
  }

  /* Whoever signs out leaves nothing of what they typed in this tab (drafts.js keeps it under this name). */
  document.addEventListener('submit', ({ target }) => {
    if (!target.matches('form[action$="/sign-out"]')) return;
    for (const key of Object.keys(sessionStorage)) if (key.startsWith('rtapp:row:')) sessionStorage.removeItem(key);
  });
  window.addEventListener('pagehide', () => {
    leaving = true;
    lease(false);
  });
  window.addEventListener('pageshow', () => { leaving = false; });
  window.addEventListener('online', ping);
  window.addEventListener('offline', ping); // the server may well be on this machine
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && told) told = Date.now(); // its stream was at rest, and is opened now
    look();
  });
  setInterval(look, EVERY);

  if (window.htmx) window.htmx.config.sse = { reconnectMaxDelay: 4000 };
  show();
})();
