/* What has been written down and is not in the record yet: kept in the tab, sent in its order until there is an answer.

   Each entry has its submission: sent again after a lost answer, the server knows it, and it is in the record once. */

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;
const ANSWER_WITHIN = 10000;
// Refused with a reason: typed wrongly, older than what is there, somebody else writes in the section.
const REFUSED = new Set([400, 409, 423]);

/* What the tab keeps of a record for its reader; an empty thing where the browser keeps nothing. */
export class Kept {
  constructor(name) {
    this.name = name;
  }

  read() {
    try {
      return JSON.parse(window.sessionStorage.getItem(this.name)) ?? {};
    } catch {
      return {};
    }
  }

  write(changes) {
    try {
      window.sessionStorage.setItem(this.name, JSON.stringify({ ...this.read(), ...changes }));
    } catch {
      // The browser keeps nothing: what is on the page is all there is.
    }
  }
}

export class Outbox {
  /* `listener` has waiting(entry), done(entry, answer), refused(entry, errors). */
  constructor(kept, listener) {
    this.kept = kept;
    this.listener = listener;
    this.entries = kept.read().outbox ?? [];
    this.wait = FIRST_WAIT;
    this.busy = false;
    window.addEventListener("online", () => this.send());
    window.addEventListener("beforeunload", (event) => {
      if (this.entries.length) event.preventDefault();
    });
  }

  begin() {
    for (const entry of this.entries) this.listener.waiting(entry);
    this.send();
  }

  add(entry) {
    this.entries.push(entry);
    this.kept.write({ outbox: this.entries });
    this.listener.waiting(entry);
    this.send();
  }

  async send() {
    if (this.busy) return;
    this.busy = true;
    window.clearTimeout(this.later);
    try {
      while (this.entries.length) {
        await this.sendOne(this.entries[0]);
        this.wait = FIRST_WAIT;
      }
    } catch {
      // No connection, or a server that is restarting: it stays first in line.
      this.later = window.setTimeout(() => this.send(), this.wait * (0.5 + Math.random()));
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    } finally {
      this.busy = false;
    }
  }

  async sendOne(entry) {
    const body = new URLSearchParams(entry.fields);
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    const signal = AbortSignal.timeout(ANSWER_WITHIN);
    const answer = await fetch(entry.url, { method: "POST", body, signal, redirect: "manual" });
    if (answer.status >= 500) throw new Error("later");
    if (answer.ok) {
      const saved = await answer.json();
      this.forget(entry);
      this.listener.done(entry, saved);
    } else {
      const errors = REFUSED.has(answer.status) ? (await answer.json()).errors : {};
      this.forget(entry);
      this.listener.refused(entry, errors);
    }
  }

  forget(entry) {
    this.entries = this.entries.filter((one) => one !== entry);
    this.kept.write({ outbox: this.entries });
  }
}
