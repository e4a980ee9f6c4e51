/* The page on which a record is written by several, or followed along: brings what others do, within a second.

   Frames: docs/protocol.md. Without a socket the forms save all the same; what others write comes when it is back. */

import { Composer } from "./record-composer.js";
import { Locks, ask } from "./record-locks.js";
import { Kept, Outbox } from "./record-outbox.js";
import {
  draftElement, fragment, line, listen, notice, paragraphOf, pending, put, record, root, sectionOf, settle,
} from "./record-page.js";
import { isOpen, on, send } from "./socket.js";

const kept = new Kept(`accord-record-${record}-${root.dataset.reader}`);
let composer = null;

// --- what was written down here and has no answer yet ----------------------------------------------------------------
const outbox = new Outbox(kept, {
  waiting(entry) {
    const shown = draftElement({ label: entry.kind, author: root.dataset.reader, text: entry.text });
    shown.classList.add("accord-writing-pending");
    pending.set(entry.key, shown);
    sectionOf(entry.section)?.querySelector("[data-accord-drafts]").append(shown);
  },
  done(entry, saved) {
    const shown = pending.get(entry.key);
    if (shown) shown.dataset.saved = saved.key;
    if (paragraphOf(saved.key) || isOpen()) settle(saved.key);
    if (!entry.paragraph && saved.text.trim() !== entry.text.trim().replace(/\r\n/g, "\n")) {
      notice("differs");
      composer?.open(entry.section, { text: entry.text, kind: entry.kind });
    }
    composer?.say("");
  },
  async refused(entry, errors) {
    pending.get(entry.key)?.remove();
    pending.delete(entry.key);
    const form = entry.paragraph ? await change(paragraphOf(entry.paragraph)) : composer;
    form?.open(entry.section, { key: entry.key, text: entry.text, kind: entry.kind, fields: entry.fields });
    form?.refuse(Object.values(errors).flat().join(" ") || root.dataset.over);
  },
});

// --- frames ------------------------------------------------------------------------------------------------------------
listen("paragraphs", (frame) => {
  for (const key of frame.gone) paragraphOf(key)?.remove();
  for (const { key, section, after, html } of frame.paragraphs) {
    if (!put(html, key, section, after)) notice("agenda");
    settle(key);
  }
});

listen("drafts", (frame) => {
  for (const key of frame.gone) root.querySelector(`[data-accord-draft="${key}"]`)?.remove();
  for (const draft of frame.drafts) {
    root.querySelector(`[data-accord-draft="${draft.key}"]`)?.remove();
    if (pending.has(draft.key) || (draft.mine && composer?.key === draft.key && composer.section)) continue;
    const shown = draftElement(draft);
    shown.dataset.accordDraft = draft.key;
    shown.querySelector("[data-accord-adopt]").hidden = Boolean(draft.paragraph);
    shown.querySelector("[data-accord-adopt]").addEventListener("click", () => {
      shown.remove();
      writeIn(String(draft.section), draft);
    });
    sectionOf(draft.section)?.querySelector("[data-accord-drafts]").append(shown);
  }
});

listen("state", (frame) => {
  if (frame.state !== "draft") notice("over");
  if (frame.writes || !composer) return;
  composer.end();
  root.querySelectorAll("[data-accord-here], [data-accord-change], [data-accord-draft]").forEach((part) => part.remove());
});
listen("sections", () => notice("agenda"));
listen("closed", () => {
  composer?.end();
  root.replaceChildren();
  root.textContent = root.dataset.closed;
});

function begin() {
  line("online");
  const there = [...root.querySelectorAll("[data-accord-paragraph]")];
  const has = Object.fromEntries(there.map((one) => [one.dataset.accordParagraph, one.dataset.stamp]));
  send({ type: "record.follow", record, has });
  outbox.send();
  locks.writing?.again();
}

// --- writing -----------------------------------------------------------------------------------------------------------
function writeIn(section, words, below = null) {
  const there = sectionOf(section);
  (below ?? there.querySelector("[data-accord-drafts]")).after(composer.form);
  composer.form.dataset.add = there.dataset.add;
  composer.form.elements.after.value = below?.dataset.accordParagraph ?? "";
  composer.open(section, words);
  locks.writing = composer;
}

async function change(shown) {
  if (!shown) return null;
  const answer = await fetch(shown.querySelector("[data-accord-change]").dataset.accordChange);
  if (!answer.ok || answer.redirected) return null;
  const form = fragment(await answer.text());
  composer?.close();
  shown.after(form);
  shown.hidden = true;
  const changing = new Composer(form, record, kept, outbox);
  changing.onend = () => {
    form.remove();
    const there = paragraphOf(changing.paragraph);
    if (there) there.hidden = false;
    locks.writing = composer;
  };
  locks.writing = changing;
  return changing;
}

const form = root.querySelector("form[data-accord-composer]");
if (form) composer = new Composer(form, record, kept, outbox);
if (composer) composer.onplaced = () => writeIn(composer.section, { kind: composer.kind });
const locks = new Locks(root, record, composer, writeIn);

root.addEventListener("click", async (event) => {
  const here = event.target.closest("[data-accord-here]");
  const changed = event.target.closest("[data-accord-change]");
  const section = event.target.closest("[data-accord-section]")?.dataset.accordSection;
  if (here && composer) {
    event.preventDefault();
    if (locks.isTaken(section)) ask(record, section);
    else writeIn(section, undefined, here.closest("[data-accord-paragraph]"));
  } else if (changed && composer) {
    event.preventDefault();
    const begun = await change(changed.closest("[data-accord-paragraph]"));
    begun?.open(section);
  }
});

on("open", begin);
on("lost", () => line("offline"));
if (isOpen()) begin();
outbox.begin();
const { typed } = kept.read();
if (typed && composer && sectionOf(typed.section) && !typed.paragraph) {
  writeIn(typed.section, { key: typed.key, text: typed.fields.text, kind: typed.kind, fields: typed.fields });
}
