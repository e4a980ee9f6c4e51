/* Who can be named, offered while an @ is typed: a list below the field, gone through with the arrows. The server offers
   those only who can read the discussion. */

import { insert } from "./composer-insert.js";

const WAIT = 150;
// What may stand between the @ and the caret: the beginning of a name of a few words.
const TYPED = /(?:^|[^\p{L}\p{N}_@])@((?:[\p{L}\p{N}\p{M}'’.&-]+(?: [\p{L}\p{N}\p{M}'’.&-]+){0,3})?)$/u;

export function offerNames(form, text, say) {
  const list = form.querySelector("[data-accord-names]");
  if (!list || !form.dataset.names) return;
  let timer = null;
  let asked = 0;
  let at = -1;

  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-haspopup", "listbox");
  text.setAttribute("aria-controls", list.id);

  const typed = () => TYPED.exec(text.value.slice(0, text.selectionStart))?.[1];
  const options = () => [...list.querySelectorAll("[role=option]")];

  function close() {
    window.clearTimeout(timer);
    asked += 1;
    list.hidden = true;
    list.replaceChildren();
    text.removeAttribute("aria-activedescendant");
    at = -1;
  }

  function point(place) {
    const all = options();
    at = (place + all.length) % all.length;
    all.forEach((option, number) => {
      option.id = `${list.id}_${number}`;
      option.setAttribute("aria-selected", String(number === at));
    });
    text.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    const words = typed();
    const end = text.selectionStart;
    if (words === undefined) return close();
    insert(text, `@${option.dataset.name} `, end - words.length - 1, end);
    close();
  }

  async function ask() {
    const words = typed();
    if (words === undefined) return close();
    const number = (asked += 1);
    const answer = await fetch(`${form.dataset.names}?q=${encodeURIComponent(words.trim())}`).catch(() => null);
    if (!answer?.ok || answer.redirected || number !== asked) return;
    list.innerHTML = await answer.text();
    if (!options().length) {
      close();
      // Whoever writes on after a name is not told so at each word.
      if (words && !words.includes(" ")) say("none");
      return;
    }
    list.hidden = false;
    point(0);
  }

  text.addEventListener("input", () => {
    window.clearTimeout(timer);
    if (typed() === undefined) return close();
    timer = window.setTimeout(ask, WAIT);
  });
  text.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const deeds = {
      ArrowDown: () => point(at + 1),
      ArrowUp: () => point(at - 1),
      Enter: () => choose(options()[at]),
      Tab: () => choose(options()[at]),
      Escape: close,
    };
    if (!deeds[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    deeds[event.key]();
  });
  // The field keeps the caret while something is pointed at.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
  text.addEventListener("blur", close);
  form.addEventListener("accord:sent", close);
}
