/* The desk's page and its files, from the network first; what was kept when no answer comes within two seconds.
   Nothing else is touched: no POST, no stream, no card's address. */

const PATIENCE = 2000;
const DESK = /^\/desk\/\d+$/;
const VERSIONED = /^\/static\/[0-9a-f]{12}\//;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate' && DESK.test(pathname)) {
    event.respondWith(networkFirst(request, 'rtapp-pages', pathname, !search));
  } else if (pathname.startsWith('/static/')) {
    event.respondWith(VERSIONED.test(pathname) ? keptFirst(request) : networkFirst(request, 'rtapp-shell', request.url, true));
  }
});

async function keptFirst(request) {
  return (await caches.match(request)) || fetch(request);
}

async function networkFirst(request, name, key, keep) {
  const cache = await caches.open(name);
  const kept = await cache.match(key);
  const asked = fetch(request).then(async (response) => {
    if (response.status === 200 && keep) await cache.put(key, response.clone());
    return response;
  });
  if (!kept) return asked;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
  return Promise.race([asked.catch(() => kept), late]);
}
