/* The connection mark of every page (Tersambung, Terputus): keeps streams alive and believes only answers of the
   server. Other scripts have window.rtapp: connected() and lost() tell what their own requests saw, waiting(n) how
   many scans wait on this device (more than none is lost, too); state is 'connected' or 'lost'.
   Events on document: 'rtapp:connection' when state changed, 'rtapp:ended' when a stream was refused for good. */
(() => {
  const EVERY = 3000;
  const PING_AFTER = 15000;
  const SILENCE = 40000; // the server says something every 15 s
  const FOR_GOOD = [401, 403, 404];

  const streams = new Map(); // htmx's connection -> when it was last heard
  const refused = new WeakSet();
  const failed = new Set(); // elements whose stream could not be opened at all
  let reachable = true;
  let waiting = 0;
  let leaving = false;
  let asking = false;
  let heard = Date.now();

  const rtapp = { state: 'connected', connected: () => reach(true), lost: () => reach(false), waiting: wait };
  window.rtapp = Object.assign(window.rtapp ?? {}, rtapp);

  function reach(answered) {
    if (leaving) return; // a page that is left sees its requests fail
    if (answered) heard = Date.now();
    const back = answered && !reachable;
    reachable = answered;
    show();
    if (back) openFailed();
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

  function show() {
    const state = reachable && !waiting ? 'connected' : 'lost';
    if (window.rtapp.state === state) return;
    window.rtapp.state = state;
    const mark = document.getElementById('connection');
    if (mark) mark.dataset.state = state;
    document.dispatchEvent(new CustomEvent('rtapp:connection', { detail: { state } }));
  }

  /* htmx opens a stream once; after a failed first request nobody would try again. */
  function openFailed() {
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
    try {
      const answer = await fetch('/healthz', { cache: 'no-store', signal: abort.signal });
      reach(answer.ok);
    } catch {
      reach(false);
    }
    clearTimeout(timer);
    asking = false;
  }

  function look() {
    if (document.hidden) return;
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

  on('htmx:sse:after:connection', ({ connection }) => {
    streams.set(connection, Date.now());
    reach(true);
  });
  on('htmx:sse:after:message', ({ connection }) => {
    streams.set(connection, Date.now());
    reach(true);
  });
  on('htmx:sse:error', ({ connection, status }) => {
    if (!FOR_GOOD.includes(status)) return reach(false);
    refused.add(connection);
    document.dispatchEvent(new CustomEvent('rtapp:ended', { detail: { status } }));
  });
  on('htmx:sse:before:connection', ({ connection }) => {
    if (refused.has(connection)) connection.cancelled = true;
  });
  on('htmx:sse:close', ({ connection }) => streams.delete(connection));
  on('htmx:after:request', ({ ctx }) => {
    if (ctx.response.status < 500) reach(true);
    else giveUp(ctx);
  });
  on('htmx:error', ({ ctx }) => {
    if (ctx && !ctx.response) giveUp(ctx); // the request itself, not what was done with its answer
  });

  function giveUp(ctx) {
    if (ctx.sourceElement.hasAttribute('hx-sse:connect')) failed.add(ctx.sourceElement);
    reach(false);
  }

  /* Whoever signs out leaves nothing of what they typed in this tab (drafts.js keeps it under this name). */
  document.addEventListener('submit', ({ target }) => {
    if (!target.matches('form[action$="/sign-out"]')) return;
    for (const key of Object.keys(sessionStorage)) if (key.startsWith('rtapp:row:')) sessionStorage.removeItem(key);
  });
  window.addEventListener('pagehide', () => { leaving = true; });
  window.addEventListener('pageshow', () => { leaving = false; });
  window.addEventListener('online', ping);
  window.addEventListener('offline', ping); // the server may well be on this machine
  document.addEventListener('visibilitychange', look);
  setInterval(look, EVERY);

  if (window.htmx) window.htmx.config.sse = { reconnectMaxDelay: 4000 };
})();
