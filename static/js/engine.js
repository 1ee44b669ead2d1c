/* Before every other script, in words that any engine reads: what this browser can do stands on <html> as data-engine.
   «old»: pages work by their forms alone, and the scripts of the desk stay away (full.js). */
(function () {
  var able = false;
  try {
    /* Chromium 132–143 has this with a second argument that throws; htmx, which takes it where it is, would break. */
    if (Document.parseHTMLUnsafe) Document.parseHTMLUnsafe('', {});
  } catch (error) {
    Document.parseHTMLUnsafe = undefined;
  }
  try {
    document.querySelector(':not(a b)');
    able = Boolean(Object.hasOwn && Array.prototype.at && Element.prototype.replaceChildren && window.AbortController);
  } catch (error) {
    able = false;
  }
  document.documentElement.setAttribute('data-engine', able ? 'full' : 'old');

  /* A scanner does not wait until the page is there: what it types before scanner.js listens is handed over. */
  window.rtappEarly = [];
  window.rtappEarly.hear = function (event) {
    var field = document.activeElement;
    if (window.rtappEarly.length > 99) window.rtappEarly.length = 0;
    window.rtappEarly.push({ key: event.key, code: event.code, at: event.timeStamp, field: field, value: field && field.value });
  };
  window.addEventListener('keydown', window.rtappEarly.hear, true);
})();
