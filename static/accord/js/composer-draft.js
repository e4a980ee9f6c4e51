/* What is typed and not sent yet is kept on the server, a moment after the last key, and when the page is left. */

const WAIT = 1500;

export function keepDraft(form, text, say) {
  const address = form.dataset.draft;
  if (!address) return;
  let timer = null;
  let kept = text.value;
  let underWay = null;
  let isSent = false;
  let hasSaid = false;
  let isLeaving = false;

  function body() {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.append("text", text.value);
    return data;
  }

  async function keep() {
    window.clearTimeout(timer);
    if (underWay || text.value === kept) return;
    const words = text.value;
    isSent = false;
    underWay = fetch(address, { method: "POST", body: body() }).catch(() => null);
    const answer = await underWay;
    underWay = null;
    if (!answer?.ok) return;
    kept = words;
    // Once: whoever listens to the page need not hear it after each sentence.
    if (!hasSaid && words) say("drafted");
    hasSaid = true;
    // What was sent while this was under way has taken its draft along, and this one came after it.
    if (isSent || text.value !== kept) keep();
  }

  text.addEventListener("input", () => {
    isLeaving = false;
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, WAIT);
  });
  form.addEventListener("accord:sent", () => {
    window.clearTimeout(timer);
    isSent = true;
    isLeaving = false;
    if (!underWay) kept = text.value;
  });
  // An ordinary sending leaves the page too: the server then forgets the draft by itself.
  form.addEventListener("submit", (event) => {
    window.clearTimeout(timer);
    // Once it is known whether a script sends it instead.
    window.setTimeout(() => (isLeaving = !event.defaultPrevented));
  });
  window.addEventListener("pagehide", () => {
    if (text.value !== kept && !isLeaving) navigator.sendBeacon(address, body());
  });
}
