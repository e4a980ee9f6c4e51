/* What stands on the page of a record that is being written, and the frames about it. */

import { on } from "./socket.js";

export const root = document.querySelector("[data-accord-record]");
export const record = root.dataset.accordRecord;
// What was written down here and has no answer yet, as it stands on the page.
export const pending = new Map();

export const sectionOf = (pk) => root.querySelector(`[data-accord-section="${pk}"]`);
export const paragraphOf = (key) => root.querySelector(`[data-accord-paragraph="${key}"]`);

export function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

export function notice(what) {
  const place = root.querySelector("[data-accord-notice]");
  place.querySelector("span").textContent = root.dataset[what];
  place.hidden = false;
}

export function line(what) {
  const place = root.querySelector("[data-accord-line]");
  place.textContent = place.dataset[what];
  place.dataset.state = what;
}

export function settle(key) {
  for (const [submission, shown] of pending) {
    if (shown.dataset.saved !== key || !paragraphOf(key)) continue;
    shown.remove();
    pending.delete(submission);
  }
}

export function draftElement({ label, author, text }) {
  const shown = document.querySelector("[data-accord-draft-template]").content.firstElementChild.cloneNode(true);
  shown.querySelector(".accord-tag").textContent = label;
  shown.querySelector("bdi").textContent = author;
  shown.querySelector("[lang]").textContent = text;
  return shown;
}

export function listen(kind, listener) {
  on(`record.${kind}`, (frame) => frame.record === record && listener(frame));
}

/* Puts a paragraph where it stands now; says whether there is such a place. */
export function put(html, key, section, after) {
  const made = fragment(html);
  const old = paragraphOf(key);
  const list = sectionOf(section)?.querySelector("[data-accord-paragraphs]");
  const before = after && paragraphOf(after);
  if (old) made.hidden = old.hidden;
  if (old) old.replaceWith(made);
  else if (before && list) before.after(made);
  else list?.prepend(made);
  return Boolean(old || list);
}
