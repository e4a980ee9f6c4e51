/* The buttons above a message, and their shortcuts: they put the signs of the formatting around what is selected. */

import { insert } from "./composer-insert.js";

const AROUND = { bold: "**", italic: "*", struck: "~~" };
const BEFORE = { quote: () => "> ", list: () => "- ", numbers: (line) => `${line + 1}. ` };
const TABLE = "|  |  |\n|---|---|\n|  |  |";
// By the key that is pressed, since Shift makes other signs of digits on each keyboard.
const SHORTCUTS = {
  KeyB: "bold", KeyI: "italic", KeyK: "link", KeyE: "code",
  "Shift+KeyX": "struck", "Shift+Digit7": "numbers", "Shift+Digit8": "list", "Shift+Digit9": "quote",
};

export function offerMarks(form, text) {
  const bar = form.querySelector("[data-accord-toolbar]");
  const buttons = [...bar.querySelectorAll("[data-mark]")];
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mark]");
    if (button) mark(text, button.dataset.mark);
  });
  text.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const name = SHORTCUTS[(event.shiftKey ? "Shift+" : "") + event.code];
    if (!name) return;
    event.preventDefault();
    mark(text, name);
  });
  rove(bar, buttons);
}

/* One stop for Tab; the arrows go from button to button, the way that the page reads. */
function rove(bar, buttons) {
  const stop = (at) => buttons.forEach((button, place) => (button.tabIndex = place === at ? 0 : -1));
  stop(0);
  bar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const forward = getComputedStyle(bar).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    const to = { [forward]: at + 1, [back]: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const place = (to + buttons.length) % buttons.length;
    stop(place);
    buttons[place].focus();
  });
}

export function mark(text, name) {
  const { selectionStart: start, selectionEnd: end } = text;
  const chosen = text.value.slice(start, end);
  if (name in AROUND) around(text, AROUND[name], chosen, start);
  else if (name in BEFORE) before(text, BEFORE[name]);
  else if (name === "code") chosen.includes("\n") ? insert(text, `\`\`\`\n${chosen}\n\`\`\``) : around(text, "`", chosen, start);
  else if (name === "link") link(text, chosen, start);
  else if (name === "name") insert(text, `${/(^|\s)$/.test(text.value.slice(0, start)) ? "" : " "}@`);
  else insert(text, `${start && text.value[start - 1] !== "\n" ? "\n\n" : ""}${TABLE}\n`);
}

function around(text, sign, chosen, start) {
  insert(text, sign + chosen + sign);
  text.setSelectionRange(start + sign.length, start + sign.length + chosen.length);
}

function link(text, chosen, start) {
  const isAddress = /^https?:\/\/\S+$/.test(chosen);
  insert(text, isAddress ? `[](${chosen})` : `[${chosen}](https://)`);
  const at = isAddress ? start + 1 : start + chosen.length + 3;
  text.setSelectionRange(at, isAddress ? at : at + "https://".length);
}

/* Whole lines, from the first to the last that is selected. */
function before(text, sign) {
  const start = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
  const found = text.value.indexOf("\n", text.selectionEnd);
  const end = found < 0 ? text.value.length : found;
  const lines = text.value.slice(start, end).split("\n");
  insert(text, lines.map((line, at) => sign(at) + line).join("\n"), start, end);
}
