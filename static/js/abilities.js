/* What this browser can do at this address: secure contexts have a camera; offline work needs a trusted certificate. */

export function hasCamera() {
  return window.isSecureContext && Boolean(navigator.mediaDevices?.getUserMedia);
}

/* Whether a service worker may run: after clicking a certificate warning away the interface is there, yet refuses. */
export async function worksOffline(probe) {
  if (!window.isSecureContext || !navigator.serviceWorker) return false;
  try {
    const taken = await navigator.serviceWorker.register(probe, { scope: `${probe}-scope/` });
    await taken.unregister();
    return true;
  } catch {
    return false;
  }
}
