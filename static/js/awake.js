/* The screen stays on while a desk is open, where the browser allows it (HTTPS and localhost). */

export const canStayAwake = () => 'wakeLock' in navigator;

/* Ask for it now and whenever the page is seen again: a hidden page loses it. Says whether it was given. */
export async function stayAwake() {
  if (!canStayAwake()) return false;
  document.addEventListener('visibilitychange', ask);
  return ask();
}

async function ask() {
  if (document.hidden) return false;
  try {
    await navigator.wakeLock.request('screen');
    return true;
  } catch {
    return false; // a battery that is nearly empty refuses it
  }
}
