/* What can be done with a message, shown beside it instead of on a page of its own; signs put and taken off at a click.

   Without scripts both are ordinary links, and whatever fails here is left to them. The change itself comes by the socket. */

const parser = new DOMParser();
const isPlainClick = (event) => !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) return null;
  return parser.parseFromString(await answer.text(), "text/html").querySelector("[data-accord-sheet]");
}

async function send(address, body) {
  const answer = await fetch(address, { method: "POST", body, redirect: "manual" });
  // A redirect is how a deed that is done is answered.
  return answer.type === "opaqueredirect";
}

/* The sheet in a dialog of the browser's own, which keeps the focus and closes with Escape. */
function show(sheet, link) {
  const dialog = document.createElement("dialog");
  dialog.className = "accord-sheet";
  dialog.setAttribute("aria-label", link.textContent.trim());
  for (const hidden of sheet.querySelectorAll("[data-accord-sheet-only]")) hidden.hidden = false;
  dialog.append(document.adoptNode(sheet));
  dialog.addEventListener("submit", (event) => submit(event, dialog));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.isConnected && link.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

async function submit(event, dialog) {
  const form = event.target;
  if (!form.matches("[data-accord-signs]")) return;
  event.preventDefault();
  const done = await send(form.action, new FormData(form, event.submitter)).catch(() => false);
  if (done) dialog.close();
  else window.location.assign(form.action);
}

async function open(link) {
  const sheet = await fetched(link.href).catch(() => null);
  if (sheet) show(sheet, link);
  else window.location.assign(link.href);
}

async function toggle(link) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
  body.set(link.classList.contains("accord-sign-own") ? "take" : "put", link.dataset.accordSign);
  const done = await send(link.href, body).catch(() => false);
  if (!done) window.location.assign(link.href);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-accord-deeds], a[data-accord-sign]");
  if (!link || !isPlainClick(event)) return;
  event.preventDefault();
  if ("accordSign" in link.dataset) toggle(link);
  else open(link);
});
