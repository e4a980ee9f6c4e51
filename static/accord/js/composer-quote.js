/* Answering from the page: the message that is answered to is named above the field, and what is selected of it is
   quoted. Without this module “Answer” opens a page of its own. */

import { insert } from "./composer-insert.js";

export function quoteInto(form, text) {
  const panel = form.closest("[data-accord-thread]");
  const answers = form.elements.answers;
  const line = form.querySelector("[data-accord-answers]");
  if (!panel || !answers || !line) return;

  function answer(key, name) {
    answers.value = key;
    line.querySelector("[data-accord-answers-to]").textContent = name;
    line.hidden = !key;
  }

  panel.addEventListener("click", (event) => {
    const link = event.target.closest("[data-accord-answer]");
    // With a key that opens another tab, it does.
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const message = link.closest("li");
    answer(link.dataset.accordAnswer, message.querySelector("strong")?.textContent ?? "");
    const chosen = selectedIn(message);
    text.focus();
    if (chosen) quote(chosen);
  });

  function quote(chosen) {
    const lines = chosen.split("\n").map((words) => `> ${words}`.trimEnd());
    const start = text.selectionStart;
    const gap = start && text.value[start - 1] !== "\n" ? "\n\n" : "";
    insert(text, `${gap}${lines.join("\n")}\n\n`);
  }

  line.querySelector("[data-accord-answers-no]").addEventListener("click", () => {
    answer("", "");
    text.focus();
  });
  form.addEventListener("accord:sent", () => answer("", ""));
}

/* What is selected of the words of this message, and of nothing else. */
function selectedIn(message) {
  const selection = window.getSelection();
  const words = message.querySelector(".accord-message-text");
  if (!words || selection.isCollapsed || !selection.rangeCount) return "";
  const range = selection.getRangeAt(0);
  return words.contains(range.commonAncestorContainer) ? selection.toString().trim() : "";
}
