/* The messages of one thread on the page: each is put in its place by its number, and one that has changed in place of
   what was there. Messages before the first that the page shows stay away. */

const parser = document.createElement("template");
const FOCUSABLE = "a[href], button, input, textarea, summary";

export class Messages {
  constructor(panel) {
    this.list = panel.querySelector("[data-accord-messages]");
    this.empty = panel.querySelector("[data-accord-empty]");
    this.last = this.numbers().at(-1) ?? 0;
  }

  items() {
    return [...this.list.querySelectorAll(":scope > li[data-number]")];
  }

  numbers() {
    return this.items().map((item) => Number(item.dataset.number));
  }

  /* Puts in what the server has rendered; gives the messages that are new at the end. */
  put(html) {
    parser.innerHTML = html;
    const first = this.numbers()[0] ?? 0;
    const fresh = [];
    for (const item of parser.content.querySelectorAll("li[data-number]")) {
      const number = Number(item.dataset.number);
      if (number < first) continue;
      const there = this.list.querySelector(`:scope > #${CSS.escape(item.id)}`);
      if (there) replace(there, item);
      else this.insert(item, number);
      if (number > this.last) fresh.push(item);
      this.last = Math.max(this.last, number);
    }
    if (this.empty && this.last) this.empty.hidden = true;
    return fresh;
  }

  insert(item, number) {
    const next = this.items().find((other) => Number(other.dataset.number) > number);
    if (next) keepPlace(next, () => next.before(item));
    else this.list.append(item);
  }
}

/* Puts `fresh` in place of `old`: what had the focus has it again, what was opened stays open. */
export function replace(old, fresh) {
  const focusable = [...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  const open = [...old.querySelectorAll("details")].map((details) => details.open);
  keepPlace(old, () => old.replaceWith(fresh));
  [...fresh.querySelectorAll("details")].forEach((details, which) => {
    details.open = open[which] ?? false;
  });
  if (focusable >= 0) [...fresh.querySelectorAll(FOCUSABLE)].at(focusable)?.focus({ preventScroll: true });
}

/* Does something above of what is being read without moving that. */
function keepPlace(element, change) {
  const isAbove = element.getBoundingClientRect().bottom < 0;
  const before = document.documentElement.scrollHeight;
  change();
  if (isAbove && !CSS.supports("overflow-anchor", "auto")) {
    window.scrollBy(0, document.documentElement.scrollHeight - before);
  }
}
