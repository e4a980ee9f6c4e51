/* Keeps the threads on the page up to date and sends what is written without loading the page anew.

   Where sockets do not come through it waits for news by requests; without scripts the form is an ordinary one. */

import { Announcer } from "./announcer.js";
import { Messages, replace } from "./messages.js";
import { follow, isFailing, isOpen, on, send } from "./socket.js";
import { enhance } from "./writing.js";

const TYPING_SHOWN = 5000;
const READ_EVERY = 2000;
// Without a socket: how long to wait after a request that failed.
const AGAIN_AFTER = 10000;

const panels = new Map();
const parser = document.createElement("template");

class Panel {
  constructor(element) {
    this.element = element;
    this.thread = element.dataset.accordThread;
    this.change = Number(element.dataset.after);
    this.messages = new Messages(element);
    this.own = new Set();
    this.announcer = new Announcer(this.part("announce"), this.own);
    this.form = enhance(element, this.thread, () => this.ask(element.dataset.messages), (number) => this.own.add(number));
    follow(this.thread, () => this.change);
  }

  part(name) {
    return this.element.querySelector(`[data-accord-${name}]`);
  }

  /* Messages as the server has rendered them, and up to which change. */
  put(html, change) {
    const fresh = this.messages.put(html);
    this.change = Math.max(this.change, change);
    if (!fresh.length) return;
    this.say("typing", []);
    this.announcer.tell(fresh);
    this.read();
  }

  head(html, change) {
    parser.innerHTML = html;
    const fresh = parser.content.querySelector("[data-accord-head]");
    const old = this.part("head");
    if (old && fresh) replace(old, fresh);
    if (fresh?.dataset.title) this.rename(fresh.dataset.title);
    this.change = Math.max(this.change, change);
  }

  /* The subject stands above the panel, in the heading of the page or beside other discussions. */
  rename(subject) {
    const title = document.querySelector(`[data-accord-title-of="${this.thread}"] :is(h1, h2 bdi)`);
    if (title) title.textContent = subject;
  }

  /* What is on the screen has been read. */
  read() {
    if (document.hidden) return;
    this.reading ??= window.setTimeout(() => {
      this.reading = null;
      if (!document.hidden) send({ type: "read", thread: this.thread, number: this.messages.last });
    }, READ_EVERY);
  }

  /* Names under a label; nothing where there is nobody. */
  say(name, names, others = 0) {
    const place = this.part(name);
    if (!place) return;
    const all = others ? [...names, `+${others}`] : names;
    place.textContent = all.length ? `${place.dataset.label} ${all.join(", ")}` : "";
    place.hidden = name === "presence" && !all.length;
  }

  typing(names) {
    this.say("typing", names);
    window.clearTimeout(this.quiet);
    this.quiet = window.setTimeout(() => this.say("typing", []), TYPING_SHOWN);
  }

  /* What is new, by a request; gives how long to wait before the next. */
  async ask(address) {
    const answer = await fetch(`${address}?after=${this.change}`).catch(() => null);
    if (answer?.status === 404) this.close();
    if (!answer?.ok || answer.redirected) return AGAIN_AFTER;
    const html = await answer.text();
    this.head(html, 0);
    this.put(html, Number(answer.headers.get("Accord-Change")));
    return 0;
  }

  /* As long as no socket opens: one request after the other, each answered when there is news. */
  async wait() {
    if (this.isWaiting) return;
    this.isWaiting = true;
    while (!isOpen() && panels.has(this.thread)) {
      const pause = document.hidden ? AGAIN_AFTER : await this.ask(this.element.dataset.wait);
      await new Promise((done) => window.setTimeout(done, pause * (0.5 + Math.random())));
    }
    this.isWaiting = false;
  }

  close() {
    panels.delete(this.thread);
    this.element.closest("#discussion")?.remove();
    this.element.remove();
  }
}

for (const element of document.querySelectorAll("[data-accord-thread][data-live]")) {
  panels.set(element.dataset.accordThread, new Panel(element));
}

on("messages", (frame) => {
  const panel = panels.get(frame.thread);
  if (!panel) return;
  panel.put(frame.messages.map((message) => message.html).join(""), frame.messages.at(-1).change);
});
on("head", (frame) => panels.get(frame.thread)?.head(frame.html, frame.change));
on("sent", (frame) => panels.get(frame.thread)?.own.add(frame.number));
on("subscribed", (frame) => panels.get(frame.thread)?.read());
on("presence", (frame) => panels.get(frame.thread)?.say("presence", frame.names, frame.others));
on("typing", (frame) => panels.get(frame.thread)?.typing(frame.names));
on("closed", (frame) => panels.get(frame.thread)?.close());
on("lost", () => {
  if (isFailing()) for (const panel of panels.values()) panel.wait();
});
document.addEventListener("visibilitychange", () => {
  for (const panel of panels.values()) panel.read();
});
