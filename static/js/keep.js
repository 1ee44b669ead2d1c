/* Forms that are posted as they are ([data-keep]): asked first whether the server answers and somebody is signed in,
   so that what was typed is never lost to an error page; their nonces make sending twice safe. */

const PATIENCE = 4000;

function tell(id) {
  document.getElementById('toast').replaceChildren(document.getElementById(id).content.cloneNode(true));
}

/* Give a fresh form token, '' when nobody is signed in, null when the server does not answer. */
async function freshToken() {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE);
  try {
    const response = await fetch('/csrf-token', { headers: { 'HX-Request': 'true' }, signal: abort.signal });
    if (response.status === 401) return '';
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('[data-keep]')) return;
  event.preventDefault();
  if (form.dataset.keep === 'asking') return;
  form.dataset.keep = 'asking';
  const token = await freshToken();
  form.dataset.keep = '';
  if (!token) return tell(token === '' ? 'no-session' : 'unreached');
  form.elements.csrf_token.value = token;
  form.submit();
});
