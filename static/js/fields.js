/* What a form would send, the button that was pressed too: FormData(form, button) is younger than some of our phones. */
export function fieldsOf(form, button) {
  const fields = Object.fromEntries(new FormData(form));
  if (button?.name && !button.disabled) fields[button.name] = button.value;
  return fields;
}
