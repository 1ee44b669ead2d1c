/* The board: what a person opened stays open while numbers change; whoever may no longer see it is told so; a text
   is copied also where the clipboard is closed to plain HTTP. */
(() => {
  window.htmx?.config.morphIgnore.push('open');
  document.addEventListener('rtapp:ended', () => location.reload());
  document.addEventListener('click', async ({ target }) => {
    const button = target.closest('[data-copy]');
    if (!button) return;
    const text = document.querySelector(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      text.select();
      document.execCommand('copy');
    }
    button.lastElementChild.textContent = button.dataset.done;
  });
})();
