/* What this browser keeps (IndexedDB, one for the whole address): attempts that wait, those the server has
   acknowledged, answers a person should see, the roster snapshots and the epoch they belong to.
   What it does not keep (no IndexedDB, closed, full, slow) stays in this page's memory, is read like the rest, and is
   kept as soon as it can be; until then data-kept="no" stands on <html>, and nothing of it is called kept. */

import { shownCode } from './codes.js';

const STORES = { waiting: 'nonce', history: 'nonce', aside: 'nonce', kept: 'key' };
const DAY = 24 * 60 * 60 * 1000;
const PATIENCE = 4000; // a browser that neither does nor refuses: some iPhones after the background
const SOON = 700; // what is not kept by then is not called kept
const AGAIN = 3000;
const SHUT = 2500; // a browser that gave no database just now is not waited for again

const channel = window.BroadcastChannel ? new BroadcastChannel('rtapp') : null;
const unkept = Object.fromEntries(Object.keys(STORES).map((name) => [name, new Map()])); // key -> value
const gone = Object.fromEntries(Object.keys(STORES).map((name) => [name, new Set()])); // keys that are to be dropped
const missed = new Set(); // keys of scans that are known not to be kept
let opening = null;
let met = ''; // the epoch that this page has taken in
let trying = 0;
let shutUntil = 0;

/* The database, opened again after the browser has closed it; null where it gives none. */
function open() {
  if (!opening && performance.now() < shutUntil) return null;
  opening ||= new Promise((resolve) => {
    const none = () => {
      shut();
      resolve(null);
    };
    const timer = setTimeout(none, PATIENCE);
    try {
      const request = indexedDB.open('rtapp', 2);
      request.onupgradeneeded = () => {
        for (const [name, keyPath] of Object.entries(STORES)) {
          if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, { keyPath });
        }
      };
      request.onsuccess = () => {
        clearTimeout(timer);
        request.result.onclose = lose;
        request.result.onversionchange = () => {
          request.result.close();
          lose();
        };
        resolve(request.result);
      };
      request.onerror = () => {
        clearTimeout(timer);
        none();
      };
    } catch {
      clearTimeout(timer);
      none(); // there is no IndexedDB, or it may not be used here
    }
  });
  return opening;
}

function shut() {
  opening = null;
  shutUntil = performance.now() + SHUT;
}

/* The browser has taken the database away, perhaps with all it held: whoever still has something keeps it anew. */
function lose() {
  opening = null;
  if (met) write('kept', { key: 'epoch', value: met });
  document.dispatchEvent(new CustomEvent('rtapp:lost'));
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
    const timer = setTimeout(() => {
      shut();
      resolve(undefined);
    }, PATIENCE);
    const end = (result) => {
      clearTimeout(timer);
      resolve(result);
    };
    transaction.oncomplete = () => end(request ? request.result : null);
    transaction.onerror = transaction.onabort = () => end(undefined);
    try {
      request = work(transaction);
    } catch {
      transaction.abort();
    }
  });
}

function changed() {
  document.documentElement.dataset.kept = missed.size ? 'no' : 'yes';
  document.dispatchEvent(new CustomEvent('rtapp:kept'));
}
if (channel) channel.onmessage = () => document.dispatchEvent(new CustomEvent('rtapp:kept'));

/* Put values, [store, value] each, and drop keys, [store, key] each, in one step. What cannot be kept stays in memory;
   then nothing is dropped but what waited: a history stays until what it became is kept. Says whether all is done. */
async function change(puts, drops = []) {
  const keyed = puts.map(([name, value]) => [name, value[STORES[name]], value]);
  const isNewest = ([name, key, value]) => unkept[name].get(key) === value;
  const miss = () => {
    for (const put of keyed) if (put[0] !== 'kept' && isNewest(put)) missed.add(put[1]);
    changed();
  };
  for (const [name, key] of drops.filter(([store]) => store === 'waiting' || !puts.length)) {
    unkept[name].delete(key);
    missed.delete(key);
    gone[name].add(key);
  }
  for (const [name, key, value] of keyed) {
    unkept[name].set(key, value);
    gone[name].delete(key);
  }
  const slow = setTimeout(miss, SOON);
  const names = [...new Set([...puts, ...drops].map(([name]) => name))];
  const done = names.length === 0 || (await within(names, 'readwrite', (stores) => {
    for (const [name, value] of puts) stores.objectStore(name).put(value);
    for (const [name, key] of drops) stores.objectStore(name).delete(key);
  })) !== undefined;
  clearTimeout(slow);
  if (done) {
    for (const [name, key] of drops) gone[name].delete(key);
    for (const [name, key] of keyed.filter(isNewest)) { // of others another value is on its way
      unkept[name].delete(key);
      missed.delete(key);
    }
  } else {
    miss();
    trying ||= setTimeout(keepAgain, AGAIN);
  }
  changed();
  if (names.includes('waiting')) channel?.postMessage('kept');
  return done;
}

/* What stayed in memory is tried again, until the browser keeps it; so is what it would not drop. */
function keepAgain() {
  trying = 0;
  const puts = Object.entries(unkept).flatMap(([name, values]) => [...values.values()].map((value) => [name, value]));
  const drops = Object.entries(gone).flatMap(([name, keys]) => [...keys].map((key) => [name, key]));
  if (drops.length) change([], drops); // by itself: dropping needs no room
  if (puts.length) change(puts);
}

export async function read(name, key) {
  return unkept[name].get(key) ?? within([name], 'readonly', (stores) => stores.objectStore(name).get(key));
}

export async function readAll(name) {
  const kept = (await within([name], 'readonly', (stores) => stores.objectStore(name).getAll())) || [];
  const isHere = (key) => unkept[name].has(key) || gone[name].has(key);
  return [...kept.filter((value) => !isHere(value[STORES[name]])), ...unkept[name].values()];
}

export const count = async (name) => (await readAll(name)).length;
/* Keep a value; says whether it is kept. */
export const write = (name, value) => change([[name, value]]);
export const remove = (name, key) => change([], [[name, key]]);

/* What is remembered of an attempt: with the head of the trail that the page shows, which must be in it for ever after. */
const HEAD = /data-chain="([0-9a-f]{64})"/;

/* An attempt with the head of the trail that its answer tells; what this page shows may be older, even of a trail that
   a restore has ended. */
function withHead(attempt, html = '') {
  const [, head = document.querySelector('[data-chain]')?.dataset.chain ?? attempt.chain] = HEAD.exec(html) || [];
  return { ...attempt, chain: head, answered: Date.now() };
}

/* The server has answered: what waited becomes part of the day's history, in one step. */
export const acknowledge = (attempt, html) => change([['history', withHead(attempt, html)]], [['waiting', attempt.nonce]]);

/* What never waited becomes part of it, too. */
export const remember = (attempt, html) => write('history', withHead(attempt, html));

/* What was taken back here, by anybody, must not come back with this device's history: undone(attempt) tells of each. */
export async function forget(undone) {
  const gone = (await readAll('history')).filter(undone);
  if (gone.length) await change([], gone.map(({ nonce }) => ['history', nonce]));
}

/* The server will never take it: no longer sent, and shown until a person has looked at it. */
export function setAside(attempt, why) {
  const { nonce, order, code, said } = attempt;
  const name = said?.name || shownCode(code);
  const told = { nonce, at: order, name, said: said?.verdict, now: 'REFUSED', why, attempt };
  return change([['aside', told]], [['waiting', nonce]]);
}

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
  if (!epoch || epoch === met) return false;
  met = epoch; // where it cannot be kept, once in a page is enough
  const now = Date.now();
  const known = (await read('kept', 'epoch'))?.value;
  if (known === epoch) return false;
  const home = epoch.split('-')[0];
  const restored = known?.split('-')[0] === home;
  const mine = (one) => one.home === home && one.answered < now;
  const again = restored ? (await readAll('history')).filter(mine) : [];
  const receipts = restored ? (await readAll('kept')).filter(({ key }) => key.startsWith(RECEIPTS)) : [];
  const waiting = [
    ...again.map((attempt) => ({ ...attempt, again: true })),
    ...receipts.filter((told) => told.home === home && told.receipts.length).map(asAttempt),
  ];
  await change(
    [...waiting.map((attempt) => ['waiting', attempt]), ['kept', { key: 'epoch', value: epoch }]],
    [...again.map(({ nonce }) => ['history', nonce]), ...receipts.map(({ key }) => ['kept', key])],
  );
  return restored;
}

/* Forget names and history; what waits unsent stays, and so does what was refused and nobody has looked at. */
export async function wipe() {
  const [history, aside, kept] = await Promise.all(['history', 'aside', 'kept'].map(readAll));
  await change([], [
    ...history.map(({ nonce }) => ['history', nonce]),
    ...aside.filter(({ now }) => now !== 'REFUSED').map(({ nonce }) => ['aside', nonce]),
    ...kept.filter(({ key }) => key !== 'epoch').map(({ key }) => ['kept', key]),
  ]);
  await window.caches?.delete('rtapp-pages').catch(() => {});
}

/* Forget what is over: 24 hours after the wave's day, or after its own where no snapshot tells. */
export async function wipeWhatIsOver(now = Date.now()) {
  const rosters = (await readAll('kept')).filter((kept) => kept.until);
  if (rosters.length && rosters.every((kept) => now > kept.until)) return wipe();
  if (rosters.length) return undefined;
  return forget(({ answered, order }) => now - (answered ?? order) > 2 * DAY);
}

/* Whether this browser keeps anything at all: tried with a value of no meaning. */
export async function keeps() {
  const probe = { key: 'probe' };
  const kept = await write('kept', probe);
  await remove('kept', probe.key);
  return kept;
}
