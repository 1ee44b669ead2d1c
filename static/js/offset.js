/* By how much this device's clock is ahead of the server's: what late scans are corrected by. */

/* Ask the server for its time once; gives how long it took and by how many milliseconds the clock here is ahead. */
export async function ping(url) {
  const sent = Date.now();
  const began = performance.now();
  const response = await fetch(url, { cache: 'no-store' });
  if (!response.ok) throw new Error(response.status);
  const { ms } = await response.json();
  const took = performance.now() - began;
  return { took, offset: sent + took / 2 - ms };
}

/* Let the server keep it. */
export function keepOffset(url, offset, csrf) {
  const body = new URLSearchParams({ offset: Math.round(offset) });
  return fetch(url, { method: 'POST', body, headers: { 'X-CSRFToken': csrf } });
}
