/* The board: what a person opened stays open while numbers change; whoever may no longer see it is told so. */
(() => {
  window.htmx?.config.morphIgnore.push('open');
  document.addEventListener('rtapp:ended', () => location.reload());
})();
