/* The messages of one thread on the page: put in by their number, each once, and in their order. */

const parser = document.createElement("template");

export class Messages {
  constructor(panel) {
    this.list = panel.querySelector("[data-accord-messages]");
    this.empty = panel.querySelector("[data-accord-empty]");
    this.last = Number(panel.dataset.after);
  }

  /* Adds what comes after the last message, as the server has rendered it; gives how many there were. */
  add(html) {
    parser.innerHTML = html;
    const fresh = [...parser.content.querySelectorAll("li[data-number]")].filter(
      (item) => Number(item.dataset.number) > this.last,
    );
    for (const item of fresh) {
      this.list.append(item);
      this.last = Number(item.dataset.number);
    }
    if (fresh.length && this.empty) this.empty.hidden = true;
    return fresh.length;
  }

  get newest() {
    return this.list.lastElementChild;
  }
}
