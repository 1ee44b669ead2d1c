/* What was typed while the page was still coming: htmx, which looks at the page last, hears of it then. */
document.addEventListener('DOMContentLoaded', () => {
  for (const field of document.querySelectorAll('[hx-trigger^=input] input[type=search]')) {
    if (field.value !== field.defaultValue) field.dispatchEvent(new Event('input', { bubbles: true }));
  }
});
