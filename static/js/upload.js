// Sends the files of an import while showing how far it is; without this script the form posts as it is.
const form = document.getElementById("upload");
const bar = form?.querySelector("progress");
form?.addEventListener("submit", (event) => {
  if (!form.elements.file.files.length) return;
  event.preventDefault();
  const request = new XMLHttpRequest();
  const button = form.querySelector("button.filled");
  bar.hidden = false;
  button.disabled = true;
  request.upload.addEventListener("progress", (sent) => {
    if (sent.lengthComputable) bar.value = sent.loaded / sent.total;
    if (sent.loaded === sent.total) bar.removeAttribute("value");
  });
  request.addEventListener("load", () => {
    if (request.status < 400 && request.responseURL !== form.action) {
      location.assign(request.responseURL);
      return;
    }
    document.open();
    document.write(request.responseText);
    document.close();
  });
  request.addEventListener("error", () => {
    bar.hidden = true;
    button.disabled = false;
    form.submit();
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
});
