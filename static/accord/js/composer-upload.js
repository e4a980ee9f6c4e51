/* Sends a form with its files by a request of its own, and shows how far they are. */

export function upload(form, address) {
  const place = form.querySelector("[data-accord-progress]");
  const bar = place?.querySelector("progress");
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.upload.addEventListener("progress", (event) => {
      if (bar && event.lengthComputable) bar.value = Math.round((100 * event.loaded) / event.total);
    });
    request.addEventListener("loadend", () => {
      if (place) place.hidden = true;
      resolve({ status: request.status, url: request.responseURL, text: request.responseText });
    });
    if (place) place.hidden = !form.elements.files?.files.length;
    if (bar) bar.value = 0;
    request.send(new FormData(form));
  });
}

/* A form that leads to another page, with files: the page is shown once they are there. Whatever was wrong is said by
   the page of the form itself. */
export function uploadBefore(form) {
  if (form.hasAttribute("data-accord-write")) return; // writing.js sends it
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.name === "preview" || !form.elements.files?.files.length) return;
    event.preventDefault();
    const button = form.querySelector(".accord-form-end .btn-primary");
    button.disabled = true;
    const { status, url } = await upload(form, form.action);
    button.disabled = false;
    if (status !== 200 || url === form.action) return form.submit();
    form.elements.text.value = "";
    form.dispatchEvent(new CustomEvent("accord:sent"));
    window.location.assign(url);
  });
}
