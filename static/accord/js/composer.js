/* The form of a message, made comfortable: each module adds one thing to what works without any of them. */

import { keepDraft } from "./composer-draft.js";
import { takeFiles } from "./composer-files.js";
import { offerMarks } from "./composer-format.js";
import { sendByKeys } from "./composer-keys.js";
import { offerNames } from "./composer-names.js";
import { showPreview } from "./composer-preview.js";
import { quoteInto } from "./composer-quote.js";
import { uploadBefore } from "./composer-upload.js";

function compose(form) {
  const text = form.elements.text;
  if (!text) return;
  const said = form.querySelector("[data-accord-said]");
  // What is not seen is said to those who listen to the page.
  const say = (name) => (said.textContent = said.dataset[name] ?? "");
  // Names first: while their list is open, Enter and Tab choose from it.
  offerNames(form, text, say);
  sendByKeys(form, text);
  offerMarks(form, text);
  takeFiles(form, text, said.dataset);
  uploadBefore(form);
  showPreview(form, text);
  keepDraft(form, text, say);
  quoteInto(form, text);
}

for (const form of document.querySelectorAll("form[data-accord-compose]")) compose(form);
