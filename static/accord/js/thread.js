/* Keeps the threads on the page up to date and sends what is written without loading the page anew.

   Without a socket it asks the server now and then; without scripts the form is an ordinary one. */

import { Messages } from "./messages.js";
import { follow, isOpen, on, send, subscribe } from "./socket.js";
import { enhance } from "./writing.js";

// Without a socket: how often the page asks for what is new.
const ASK_EVERY = 15000;
const TYPING_SHOWN = 5000;

const panels = new Map();

class Panel {
  constructor(element) {
    this.element = element;
    this.thread = element.dataset.accordThread;
    this.messages = new Messages(element);
    this.form = enhance(element, this.thread, () => this.ask());
    follow(this.thread, () => this.messages.last);
    window.setInterval(() => isOpen() || document.hidden || this.ask(), ASK_EVERY);
  }

  part(name) {
    return this.element.querySelector(`[data-accord-${name}]`);
  }

  add(html) {
    if (!this.messages.add(html)) return;
    this.say("typing", []);
    this.announce();
    this.read();
  }

  announce() {
    const place = this.part("announce");
    const author = this.messages.newest.querySelector("strong");
    if (place) place.textContent = `${place.dataset.label}: ${author ? author.textContent : ""}`;
  }

  /* What is on the screen has been read. */
  read() {
    if (!document.hidden) send({ type: "read", thread: this.thread, number: this.messages.last });
  }

  /* Names under a label; nothing where there is nobody. */
  say(name, names) {
    const place = this.part(name);
    if (!place) return;
    place.textContent = names.length ? `${place.dataset.label} ${names.join(", ")}` : "";
    place.hidden = name === "presence" && !names.length;
  }

  typing(names) {
    this.say("typing", names);
    window.clearTimeout(this.quiet);
    this.quiet = window.setTimeout(() => this.say("typing", []), TYPING_SHOWN);
  }

  async ask() {
    const answer = await fetch(`${this.element.dataset.messages}?after=${this.messages.last}`);
    if (answer.ok && !answer.redirected) this.add(await answer.text());
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
  panel.add(frame.messages.map((message) => message.html).join(""));
  if (frame.more) subscribe(frame.thread);
});
on("subscribed", (frame) => panels.get(frame.thread)?.read());
on("presence", (frame) => panels.get(frame.thread)?.say("presence", frame.names));
on("typing", (frame) => panels.get(frame.thread)?.typing(frame.names));
on("closed", (frame) => panels.get(frame.thread)?.close());
document.addEventListener("visibilitychange", () => {
  for (const panel of panels.values()) panel.read();
});
