/* The form of a thread: sends over the socket, keeps what was typed until the server has it, and says what was wrong.

   Its hidden key stays the same until a message is through, so a message that is sent again is still one. Where there
   is no socket, or no answer from it, the form goes the ordinary way. */

import { isOpen, on, send } from "./socket.js";

const ANSWER_WITHIN = 5000;
const TYPING_EVERY = 3000;
// The limits of the socket: this much at once is no mistake of the writer, and is sent again by itself.
const AGAIN = new Set(["slow_down", "failed"]);

export function enhance(panel, thread, ask) {
  const form = panel.querySelector("form[data-accord-write]");
  if (!form) return null;
  const text = form.elements.text;
  const key = form.elements.submission;
  const button = form.querySelector("button");
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

  form.addEventListener("submit", (event) => {
    const isSent = isOpen() && send({ type: "send", thread, text: text.value, key: key.value });
    if (!isSent) return;
    event.preventDefault();
    refusal.hidden = true;
    busy(true);
    patience = window.setTimeout(() => {
      busy(false);
      form.submit();
    }, ANSWER_WITHIN);
  });

  text.addEventListener("input", () => {
    if (Date.now() - typedAt < TYPING_EVERY || !text.value.trim()) return;
    typedAt = Date.now();
    send({ type: "typing", thread });
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });

  on("sent", (frame) => {
    if (frame.key !== key.value) return;
    busy(false);
    text.value = "";
    key.value = newKey();
    text.focus();
  });
  on("error", (frame) => {
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
