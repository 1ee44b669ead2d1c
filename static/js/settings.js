/* What this browser remembers of a person's taste; one that is full or forbids it remembers nothing and goes on. */

export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/* Remember a value; null forgets it. */
export function retain(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    /* it stays as it is for this page */
  }
}
