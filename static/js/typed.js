/* What was typed while the page was still coming: htmx, which looks at the page last, hears of it then. */
document.addEventListener('DOMContentLoaded', () => {
  for (const field of document.querySelectorAll('input[type=search]')) {
    const typed = field.value !== field.defaultValue && field.closest('[hx-trigger^=input]');
    if (typed) field.dispatchEvent(new Event('input', { bubbles: true }));
  }
});
