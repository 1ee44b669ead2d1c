/* Over HTTPS or localhost the desk opens with the server gone: this page and all it needs are kept beforehand. */

import { wipeWhatIsOver } from './store.js';

const PAGES = 'rtapp-pages';
const SHELL = 'rtapp-shell';
const VERSIONED = /^\/static\/[0-9a-f]{12}\//;

export async function keepPage(decoder) {
  await wipeWhatIsOver();
  if (!window.isSecureContext || !navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register('/sw.js', { scope: '/' });
    await navigator.storage?.persist?.();
    await navigator.serviceWorker.ready;
    const used = performance.getEntriesByType('resource').map(({ name }) => name.split('#')[0]);
    const needed = [...new Set([...used, ...Object.values(decoder)].map((name) => new URL(name, location).href))]
      .filter((name) => name.startsWith(`${location.origin}/static/`));
    const shell = await caches.open(SHELL);
    const missing = (await Promise.all(needed.map(async (name) => (await shell.match(name)) ? null : name))).filter(Boolean);
    await shell.addAll(missing);
    const pages = await caches.open(PAGES);
    if (!(await pages.match(location.pathname))) await pages.add(location.pathname);
    for (const old of await shell.keys()) {
      if (!needed.includes(old.url) && VERSIONED.test(new URL(old.url).pathname)) await shell.delete(old);
    }
  } catch {
    /* kept again when the page is opened next */
  }
}
