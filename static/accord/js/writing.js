/* Sends what is written in the form of a thread without loading the page anew, and says what was wrong.

   Plain words go over the socket; words with files, in answer to something or without a socket, by a request of their
   own, with progress. The hidden key stays the same until a message is through, so what is sent again is still one. */

import { upload } from "./composer-upload.js";
import { AGAIN, isOpen, on, send } from "./socket.js";

const ANSWER_WITHIN = 5000;
const TYPING_EVERY = 3000;

export function enhance(panel, thread, ask, isOwn) {
  const form = panel.querySelector("form[data-accord-write]");
  if (!form) return null;
  const text = form.elements.text;
  const key = form.elements.submission;
  const button = form.querySelector(".accord-form-end .btn-primary");
  const refusal = form.querySelector("[data-accord-refusal]");
  let patience = null;
  let typedAt = 0;

  function busy(isBusy) {
    window.clearTimeout(patience);
    button.disabled = isBusy;
    text.readOnly = isBusy;
    delete form.dataset.sent;
  }

  function refuse(sentence) {
    busy(false);
    refusal.textContent = sentence;
    refusal.hidden = false;
    text.focus();
  }

  function done() {
    busy(false);
    text.value = "";
    key.value = newKey();
    form.dispatchEvent(new CustomEvent("accord:sent"));
    text.focus();
  }

  const isPlain = () => !form.elements.files?.files.length && !form.elements.answers?.value;

  async function post() {
    const { status, text: said } = await upload(form, form.dataset.say);
    if (status === 201) {
      isOwn(JSON.parse(said).number);
      done();
      if (!isOpen()) ask();
    } else if (status === 422) refuse(Object.values(JSON.parse(said).errors).flat().join(" "));
    else if (status === 0) refuse(form.querySelector("[data-accord-said]")?.dataset.unsent ?? "");
    // The page says what has become of the thread, or of the session.
    else form.submit();
  }

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.submitter?.name === "preview") return;
    event.preventDefault();
    if (button.disabled) return;
    refusal.hidden = true;
    busy(true);
    const isSent = isPlain() && isOpen() && send({ type: "send", thread, text: text.value, key: key.value });
    if (isSent) patience = window.setTimeout(post, ANSWER_WITHIN);
    else post();
  });

  text.addEventListener("input", () => {
    if (Date.now() - typedAt < TYPING_EVERY || !text.value.trim()) return;
    typedAt = Date.now();
    send({ type: "typing", thread });
  });

  on("sent", (frame) => {
    if (frame.key === key.value) done();
  });
  on("error", (frame) => {
    // The limits of the socket are no mistake of the writer: what met them is sent again by itself.
    if (frame.key === key.value && !AGAIN.has(frame.code)) refuse(frame.text);
  });
  on("lost", ask);
  return form;
}

/* A UUID for something that is sent: sent again with it, it is the same. */
export function newKey() {
  return window.crypto.randomUUID ? window.crypto.randomUUID() : uuid();
}

/* For pages that are not served securely, where the browser keeps its own back. */
function uuid() {
  const bytes = window.crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
