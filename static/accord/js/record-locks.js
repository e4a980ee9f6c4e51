/* Who writes in which section: shown beside it, asked for, handed over. The server decides; this shows what it says. */

import { on, send } from "./socket.js";

export function ask(record, section) {
  send({ type: "record.ask", record, section: Number(section) });
}

export class Locks {
  constructor(root, record, composer, writeIn) {
    Object.assign(this, { root, record, writing: composer, writeIn, held: new Map(), asked: new Set() });
    on("record.locks", (frame) => frame.record === record && this.show(frame.locks));
    on("error", (frame) => this.refused(frame));
    on("record.done", (frame) => frame.record === record && this.done(frame));
    if (!composer) return;
    this.buttons("ask", (section) => this.want(section));
    this.buttons("give", (section) => {
      this.writing?.tell();
      this.writing?.close();
      send({ type: "record.release", record, section: Number(section) });
    });
    this.buttons("keep", (section) => send({ type: "record.keep", record, section: Number(section) }));
  }

  buttons(name, deed) {
    for (const button of this.root.querySelectorAll(`[data-accord-${name}]`)) {
      button.addEventListener("click", () => deed(button.closest("[data-accord-section]").dataset.accordSection));
    }
  }

  isTaken(section) {
    const lock = this.held.get(String(section));
    return Boolean(lock) && !lock.mine;
  }

  want(section) {
    this.asked.add(section);
    ask(this.record, section);
  }

  show(locks) {
    this.held = new Map(locks.map((lock) => [String(lock.section), lock]));
    for (const element of this.root.querySelectorAll("[data-accord-section]")) {
      this.showIn(element, this.held.get(element.dataset.accordSection));
    }
    const section = this.writing?.section;
    if (section) this.writing.keepOut(this.isTaken(section), this.sentence(this.held.get(section)));
  }

  showIn(element, lock) {
    const section = element.dataset.accordSection;
    const place = element.querySelector("[data-accord-lock]");
    place.hidden = !lock;
    if (!lock) {
      if (this.asked.delete(section)) this.take(section);
      return;
    }
    place.querySelector("[data-accord-who]").textContent = this.sentence(lock);
    this.reveal(place, "ask", !lock.mine && !lock.asked);
    this.reveal(place, "give", lock.mine && lock.asked);
    this.reveal(place, "keep", lock.mine && lock.asked);
    if (lock.mine && this.asked.delete(section)) this.writeIn(section);
    // Whoever does not answer in time has handed it over.
    if (lock.asked_by_me) window.setTimeout(() => this.take(section), (lock.seconds + 0.5) * 1000);
    else if (!lock.mine && lock.asked === "") this.asked.delete(section);
  }

  reveal(place, name, isShown) {
    const button = place.querySelector(`[data-accord-${name}]`);
    if (button) button.hidden = !isShown;
  }

  sentence(lock) {
    if (!lock) return "";
    const { mine, asks, writes } = this.root.dataset;
    if (lock.mine) return lock.asked ? asks.replace("%s", lock.asked) : mine;
    return writes.replace("%s", lock.name);
  }

  take(section) {
    const lock = this.held.get(section);
    if (lock && (lock.mine || !lock.asked_by_me)) return;
    this.asked.add(section);
    send({ type: "record.take", record: this.record, section: Number(section) });
  }

  /* What was asked for is there: nobody wrote there any more, or whoever did has not answered. */
  done(frame) {
    const section = String(frame.section);
    if (frame.deed === "type") this.writing?.key === frame.key && this.writing.say("typed");
    if (frame.deed === "ask" && !this.isTaken(section) && this.asked.has(section)) this.take(section);
    if (frame.deed === "take" && this.asked.delete(section)) this.writeIn(section);
  }

  refused(frame) {
    const section = this.writing?.section;
    if (!section || String(frame.section) !== section) return;
    if (frame.code === "taken") this.writing.keepOut(true, frame.text);
    else if (frame.key === this.writing.key && frame.code === "invalid") this.writing.refuse(frame.text);
  }
}
