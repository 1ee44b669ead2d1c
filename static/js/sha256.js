/* The SHA-256 of a text in hexadecimal: by the browser, or on plain HTTP, where it does not do that, by a library. */

const LIBRARY = '../vendor/node_modules/@noble/hashes/sha2.js';
const library = window.crypto.subtle ? null : import(LIBRARY).catch(() => null); // now: later the server may be away

/* Give the digest, '' where this device can make none. */
export async function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const made = library ? (await library)?.sha256(bytes) : await crypto.subtle.digest('SHA-256', bytes);
  return made ? Array.from(new Uint8Array(made), (byte) => byte.toString(16).padStart(2, '0')).join('') : '';
}
