/* How the message will look, drawn by the server as it will draw the message, while it is being typed. */

const WAIT = 400;

export function showPreview(form, text) {
  const button = form.querySelector("[data-accord-look]");
  const pane = form.querySelector("[data-accord-preview]");
  if (!button || !pane) return;
  pane.id ||= `${text.id}_preview`;
  button.setAttribute("aria-controls", pane.id);
  let timer = null;
  let asked = 0;

  async function draw() {
    const number = (asked += 1);
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append("text", text.value);
    const answer = await fetch(form.dataset.preview, { method: "POST", body }).catch(() => null);
    if (answer?.ok && !answer.redirected && number === asked) pane.innerHTML = await answer.text();
  }

  function show(isShown) {
    pane.hidden = !isShown;
    button.setAttribute("aria-expanded", String(isShown));
    if (isShown) draw();
  }

  show(!pane.hidden);
  button.addEventListener("click", (event) => {
    event.preventDefault();
    show(pane.hidden);
  });
  text.addEventListener("input", () => {
    window.clearTimeout(timer);
    if (!pane.hidden) timer = window.setTimeout(draw, WAIT);
  });
  form.addEventListener("accord:sent", () => {
    window.clearTimeout(timer);
    show(false);
    pane.replaceChildren();
  });
}
