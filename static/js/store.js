/* What this browser keeps (IndexedDB, one for the whole address): attempts that wait, those the server has
   acknowledged, answers a person should see, the roster snapshots and the epoch they belong to.
   Where a browser has no IndexedDB, or has closed or filled it, lists are empty and attempts wait in memory alone. */

import { shownCode } from './codes.js';

const STORES = { waiting: 'nonce', history: 'nonce', aside: 'nonce', kept: 'key' };
const DAY = 24 * 60 * 60 * 1000;

const channel = window.BroadcastChannel ? new BroadcastChannel('rtapp') : null;
const OPENING = 4000; // a browser that neither opens nor refuses: some iPhones after the background
let opening = null;

/* The database, opened again after the browser has closed it; null where it gives none. */
function open() {
  opening ||= new Promise((resolve) => {
    const none = () => {
      opening = null;
      resolve(null);
    };
    const timer = setTimeout(none, OPENING);
    try {
      const request = indexedDB.open('rtapp', 2);
      request.onupgradeneeded = () => {
        for (const [name, keyPath] of Object.entries(STORES)) {
          if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, { keyPath });
        }
      };
      request.onsuccess = () => {
        clearTimeout(timer);
        const closed = () => { opening = null; };
        request.result.onclose = closed;
        request.result.onversionchange = () => {
          request.result.close();
          closed();
        };
        resolve(request.result);
      };
      request.onerror = none;
    } catch {
      none(); // there is no IndexedDB, or it may not be used here
    }
  });
  return opening;
}

/* Do work(transaction) in one transaction over these stores; gives the result of the request it returns, undefined
   where nothing was read or kept. What the browser has closed meanwhile is opened once more. */
async function within(names, mode, work, again = true) {
  const database = await open();
  if (!database) return undefined;
  let transaction;
  try {
    transaction = database.transaction(names, mode);
  } catch {
    opening = null;
    return again ? within(names, mode, work, false) : undefined;
  }
  return new Promise((resolve) => {
    let request;
    transaction.oncomplete = () => {
      if (mode === 'readwrite' && names.includes('waiting')) changed();
      resolve(request?.result);
    };
    transaction.onerror = transaction.onabort = () => resolve(undefined);
    try {
      request = work(transaction);
    } catch {
      transaction.abort();
    }
  });
}

function changed() {
  document.dispatchEvent(new CustomEvent('rtapp:kept'));
  channel?.postMessage('kept');
}
if (channel) channel.onmessage = () => document.dispatchEvent(new CustomEvent('rtapp:kept'));

export const read = (name, key) => within([name], 'readonly', (kept) => kept.objectStore(name).get(key));
export const readAll = async (name) => (await within([name], 'readonly', (kept) => kept.objectStore(name).getAll())) || [];
export const count = async (name) => (await within([name], 'readonly', (kept) => kept.objectStore(name).count())) || 0;
/* Keep a value; gives undefined where it was not kept. */
export const write = (name, value) => within([name], 'readwrite', (kept) => kept.objectStore(name).put(value));
export const remove = (name, key) => within([name], 'readwrite', (kept) => kept.objectStore(name).delete(key));

/* What is remembered of an attempt: with the head of the trail that the page shows, which must be in it for ever after. */
const HEAD = /data-chain="([0-9a-f]{64})"/;

/* An attempt with the head of the trail that its answer tells; what this page shows may be older, even of a trail that
   a restore has ended. */
function withHead(attempt, html = '') {
  const [, head = document.querySelector('[data-chain]')?.dataset.chain ?? attempt.chain] = HEAD.exec(html) || [];
  return { ...attempt, chain: head };
}

/* The server has answered: what waited becomes part of the day's history, in one step. */
export const acknowledge = (attempt, html) => within(['waiting', 'history'], 'readwrite', (kept) => {
  kept.objectStore('waiting').delete(attempt.nonce);
  kept.objectStore('history').put({ ...withHead(attempt, html), answered: Date.now() });
});

/* What was taken back here, by anybody, must not come back with this device's history: undone(attempt) tells of each. */
export async function forget(undone) {
  const gone = (await readAll('history')).filter(undone);
  for (const { nonce } of gone) await remove('history', nonce);
}

/* What never waited becomes part of it, too. */
export const remember = (attempt, html) => write('history', { ...withHead(attempt, html), answered: Date.now() });

/* The server will never take it: no longer sent, and shown until a person has looked at it. */
export const setAside = (attempt, why) => within(['waiting', 'aside'], 'readwrite', (kept) => {
  const { nonce, order, code, said } = attempt;
  const name = said?.name || shownCode(code);
  kept.objectStore('waiting').delete(nonce);
  kept.objectStore('aside').put({ nonce, at: order, name, said: said?.verdict, now: 'REFUSED', why, attempt });
});

/* Receipts of a checkpoint (receipts.js), by the number of the last: kept until a backup is restored. */
const RECEIPTS = 'receipts:';

export const keepReceipts = ({ checkpoint, last, ...told }) => write('kept', {
  key: `${RECEIPTS}${checkpoint}:${last}`, checkpoint, last, ...told,
});

export async function lastReceipt(checkpoint) {
  const mine = (await readAll('kept')).filter(({ key, checkpoint: of }) => key.startsWith(RECEIPTS) && of === checkpoint);
  return Math.max(0, ...mine.map(({ last }) => last));
}

/* Receipts as an attempt that goes before every scan: what was undone must not count for a moment. */
const asAttempt = ({ key, epoch, url, home, last, receipts }) => ({
  nonce: `${key}@${epoch}`, url, home, order: last, receipts: receipts.join(' '), again: true,
});

/* Take in the epoch of an answer ("instance-epoch"). Another one of the same instance means that a backup was
   restored: what was acknowledged before waits again, with its own nonces. Gives whether it did. */
export async function meet(epoch) {
  if (!epoch) return false;
  const home = epoch.split('-')[0];
  let again = false;
  await within(['kept', 'history', 'waiting'], 'readwrite', (kept) => {
    const known = kept.objectStore('kept').get('epoch');
    known.onsuccess = () => {
      if (known.result?.value === epoch) return;
      kept.objectStore('kept').put({ key: 'epoch', value: epoch });
      if (!known.result || known.result.value.split('-')[0] !== home) return;
      again = true;
      const acknowledged = kept.objectStore('history').getAll();
      acknowledged.onsuccess = () => {
        for (const attempt of acknowledged.result.filter((one) => one.home === home)) {
          kept.objectStore('waiting').put({ ...attempt, again: true });
          kept.objectStore('history').delete(attempt.nonce);
        }
      };
      const all = kept.objectStore('kept').getAll();
      all.onsuccess = () => {
        for (const told of all.result.filter(({ key }) => key.startsWith(RECEIPTS))) {
          if (told.home === home && told.receipts.length) kept.objectStore('waiting').put(asAttempt(told));
          kept.objectStore('kept').delete(told.key);
        }
      };
    };
  });
  return again;
}

/* Forget names and history; what waits unsent stays, and so does what was refused and nobody has looked at. */
export async function wipe() {
  await within(['kept', 'history', 'aside'], 'readwrite', (kept) => {
    kept.objectStore('history').clear();
    const told = kept.objectStore('aside').getAll();
    told.onsuccess = () => {
      for (const { nonce } of told.result.filter(({ now }) => now !== 'REFUSED')) kept.objectStore('aside').delete(nonce);
    };
    const keys = kept.objectStore('kept').getAllKeys();
    keys.onsuccess = () => keys.result.filter((key) => key !== 'epoch').forEach((key) => kept.objectStore('kept').delete(key));
  });
  await window.caches?.delete('rtapp-pages').catch(() => {});
}

/* Forget what is over: 24 hours after the wave's day, or after its own where no snapshot tells. */
export async function wipeWhatIsOver(now = Date.now()) {
  const rosters = (await readAll('kept')).filter((kept) => kept.until);
  if (rosters.length && rosters.every((kept) => now > kept.until)) return wipe();
  if (rosters.length) return undefined;
  const old = (await readAll('history')).filter(({ answered, order }) => now - (answered ?? order) > 2 * DAY);
  for (const attempt of old) await remove('history', attempt.nonce);
  return undefined;
}
