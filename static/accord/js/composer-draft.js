/* What is typed and not sent yet is kept on the server, a moment after the last key, and when the page is left. */

const WAIT = 1500;

export function keepDraft(form, text, say) {
  const address = form.dataset.draft;
  if (!address) return;
  let timer = null;
  let kept = text.value;
  let under_way = null;
  let isSent = false;
  let hasSaid = false;

  function body() {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.append("text", text.value);
    return data;
  }

  async function keep() {
    window.clearTimeout(timer);
    if (under_way || text.value === kept) return;
    const words = text.value;
    isSent = false;
    under_way = fetch(address, { method: "POST", body: body() }).catch(() => null);
    const answer = await under_way;
    under_way = null;
    if (!answer?.ok) return;
    kept = words;
    // Once: whoever listens to the page need not hear it after each sentence.
    if (!hasSaid && words) say("drafted");
    hasSaid = true;
    // What was sent while this was under way has taken its draft along, and this one came after it.
    if (isSent || text.value !== kept) keep();
  }

  text.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, WAIT);
  });
  form.addEventListener("accord:sent", () => {
    window.clearTimeout(timer);
    isSent = true;
    if (!under_way) kept = text.value;
  });
  // An ordinary sending leaves the page too: the server then forgets the draft by itself.
  form.addEventListener("submit", () => window.clearTimeout(timer));
  window.addEventListener("pagehide", () => {
    if (text.value !== kept && !form.dataset.sent) navigator.sendBeacon(address, body());
  });
}
