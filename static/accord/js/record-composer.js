/* The form in which a rapporteur writes: in one section at a time, whose lock it holds; every letter is kept. */

import { FIELDS_OF, FIELDS_OF_SOME } from "./record-fields.js";
import { cleanPastesInto } from "./record-paste.js";
import { isOpen, send } from "./socket.js";
import { newKey } from "./writing.js";

const TYPED_EVERY = 350;
// The lease on a section is renewed this often, as long as something has been typed within the last minutes.
const RENEW_EVERY = 8000;
const IDLE_AFTER = 180000;

export class Composer {
  constructor(form, record, kept, outbox) {
    Object.assign(this, { form, record, kept, outbox, section: null, number: 0, activeAt: 0 });
    this.text = form.elements.text;
    this.paragraph = form.dataset.paragraph ?? "";
    cleanPastesInto(this.text, form.querySelector("[data-accord-pasted]"));
    form.addEventListener("submit", (event) => this.save(event));
    form.addEventListener("input", () => this.touch());
    form.elements.kind?.addEventListener("change", () => this.showFields());
    form.querySelector("[data-accord-cancel]").addEventListener("click", () => this.close());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    this.renewal = window.setInterval(() => this.renew(), RENEW_EVERY);
  }

  get kind() {
    return this.form.elements.kind?.value ?? this.form.dataset.kind;
  }

  /* Begin in a section, or go on with words that are kept. */
  open(section, { key = newKey(), text = "", kind = null, fields = {} } = {}) {
    if (this.section && this.section !== section) this.leave();
    Object.assign(this, { section, key, number: Date.now() % 2 ** 30, activeAt: Date.now() });
    for (const [name, value] of Object.entries(fields)) if (this.form.elements[name]) this.form.elements[name].value = value;
    if (text || !this.paragraph) this.text.value = text;
    if (kind && this.form.elements.kind) this.form.elements.kind.value = kind;
    this.form.hidden = false;
    this.refuse("");
    this.keepOut(false);
    this.showFields();
    this.renew();
    this.text.focus();
  }

  showFields() {
    const wanted = this.paragraph ? FIELDS_OF_SOME : (FIELDS_OF[this.kind] ?? []);
    for (const name of FIELDS_OF_SOME.filter((one) => this.form.elements[one])) {
      const field = this.form.elements[name];
      field.closest(".accord-field").hidden = !wanted.includes(name);
      if (!wanted.includes(name)) field.value = "";
    }
  }

  touch() {
    this.activeAt = Date.now();
    this.keep();
    this.typing ??= window.setTimeout(() => {
      this.typing = null;
      this.tell();
    }, TYPED_EVERY);
  }

  /* Keep in the tab what is typed; elsewhere it is kept when it arrives. */
  keep() {
    const { key, kind, paragraph } = this;
    const fields = Object.fromEntries(new FormData(this.form));
    delete fields.csrfmiddlewaretoken;
    this.kept.write({ typed: this.text.value.trim() ? { section: this.section, key, kind, paragraph, fields } : null });
  }

  tell() {
    if (!this.section || this.form.hidden || this.text.readOnly) return;
    const { record, section, key, paragraph, kind } = this;
    this.number += 1;
    const isSent = send({
      type: "record.type", record, section: Number(section), key, paragraph, kind, text: this.text.value, number: this.number,
    });
    if (!isSent) this.say("offline");
  }

  renew() {
    if (!this.section || this.form.hidden || Date.now() - this.activeAt > IDLE_AFTER) return;
    send({ type: "record.take", record: this.record, section: Number(this.section) });
  }

  /* The connection is back. */
  again() {
    this.renew();
    if (this.text.value.trim()) this.tell();
  }

  save(event) {
    event.preventDefault();
    if (!this.text.value.trim() || this.text.readOnly) return;
    this.tell();
    const fields = { ...Object.fromEntries(new FormData(this.form)), submission: this.key };
    const { section, key, paragraph, kind } = this;
    const url = this.paragraph ? this.form.action : this.form.dataset.add;
    this.kept.write({ typed: null });
    window.clearTimeout(this.typing);
    this.typing = null;
    this.outbox.add({ url, fields, section, key, paragraph, kind, text: this.text.value });
    // One paragraph goes below another; those that follow go to the end of the section again.
    if (this.form.elements.after?.value) this.onplaced?.();
    if (this.paragraph) this.end();
    else this.open(section, { kind });
    this.say(isOpen() ? "sending" : "offline");
  }

  /* Leave it: what is written and not written down stays a draft, of which the section shows the words. */
  close() {
    this.leave();
    this.end();
  }

  leave() {
    if (!this.section) return;
    if (!this.text.value.trim() || this.paragraph) send({ type: "record.drop", record: this.record, key: this.key });
    send({ type: "record.release", record: this.record, section: Number(this.section) });
    this.kept.write({ typed: null });
  }

  end() {
    this.section = null;
    this.form.hidden = true;
    this.onend?.();
    if (this.paragraph) window.clearInterval(this.renewal);
  }

  keepOut(isKeptOut, sentence = "") {
    this.text.readOnly = isKeptOut;
    this.form.querySelector("[type=submit]").disabled = isKeptOut;
    if (isKeptOut) this.refuse(sentence);
  }

  refuse(sentence) {
    const place = this.form.querySelector("[data-accord-refusal]");
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  say(what) {
    const place = this.form.querySelector("[data-accord-kept]");
    place.textContent = place.dataset[what] ?? "";
  }
}
