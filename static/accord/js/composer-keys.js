/* Which key sends: Ctrl+Enter always; Enter alone for whoever has chosen so. A hint says which, and lets choose. */

const CHOICE = "accord-enter-sends";

export function sendByKeys(form, text) {
  const hint = form.querySelector("[data-accord-hint]");
  const box = form.querySelector("[data-accord-enter]");
  // On a screen that is touched, Enter is the only way to a new line.
  const isTouched = window.matchMedia("(pointer: coarse)").matches;
  const show = () => {
    box.checked = chosen();
    hint.title = box.checked ? hint.dataset.enter : hint.dataset.control;
  };
  show();
  hint.hidden = isTouched;
  box.addEventListener("change", () => {
    choose(box.checked);
    for (const other of document.querySelectorAll("[data-accord-enter]")) other.dispatchEvent(new Event("accord:chosen"));
  });
  box.addEventListener("accord:chosen", show);

  text.addEventListener("keydown", (event) => {
    // While a letter is being put together, as in some scripts, Enter ends that.
    if (event.key !== "Enter" || event.isComposing || event.altKey) return;
    const byControl = event.ctrlKey || event.metaKey;
    if (!byControl && (isTouched || event.shiftKey || !chosen())) return;
    event.preventDefault();
    const button = form.querySelector(".accord-form-end .btn-primary");
    if (!button.disabled) form.requestSubmit(button);
  });
}

function chosen() {
  try {
    return window.localStorage.getItem(CHOICE) === "1";
  } catch {
    return false; // the browser keeps nothing
  }
}

function choose(isChosen) {
  try {
    window.localStorage.setItem(CHOICE, isChosen ? "1" : "0");
  } catch {
    // It holds on this page only.
  }
}
