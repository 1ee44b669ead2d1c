// Rows of the roster: Escape closes the open row, as its "Batal" does.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const form = event.target.closest?.(".row-form");
  form?.querySelector("[data-cancel]")?.click();
});
