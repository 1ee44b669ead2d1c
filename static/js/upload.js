// Sends the files of an import while showing how far it is; without this script the form posts as it is.
(() => {
  const showAnswer = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.getElementById("main").replaceWith(page.getElementById("main"));
    document.getElementById("main").focus();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.id !== "upload" || !form.elements.file.files.length) return;
    event.preventDefault();
    const request = new XMLHttpRequest();
    const bar = form.querySelector("progress");
    const button = form.querySelector("button.filled");
    bar.hidden = false;
    button.disabled = true;
    request.upload.addEventListener("progress", (sent) => {
      if (sent.lengthComputable && sent.loaded < sent.total) bar.value = sent.loaded / sent.total;
      else bar.removeAttribute("value"); // all is there, and being read
    });
    request.addEventListener("load", () => {
      if (request.status < 400) location.assign(request.responseURL);
      else showAnswer(request.responseText);
    });
    request.addEventListener("error", () => form.submit());
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
})();
