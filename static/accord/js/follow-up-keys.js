/* One key for what is done often in a list or on a board; the help (?) lists them. All of it can be done without: the
   keys press links, boxes and buttons that stand on the page. They can be switched off in the help, in this browser. */

const SWITCH = "accord-keys"; // frame.js asks the same for its own key
const help = document.querySelector("dialog[data-accord-keys]");
const helpButton = document.querySelector("[data-accord-keys-help]");
const isOn = help?.querySelector("[data-accord-keys-on]");

const rows = () => [...document.querySelectorAll("[data-accord-row]")].filter((row) => row.offsetParent !== null);
const present = () => document.activeElement.closest("[data-accord-row]");
const title = (row) => row.querySelector("a.accord-row-title");

// The row that one came from is remembered: after choosing or searching, j goes on from there.
let last = null;
document.addEventListener("focusin", () => (last = present() ?? last));

function go(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(present() ?? last);
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  title(all[next]).focus();
  all[next].scrollIntoView({ block: "nearest" });
}

function follow(address) {
  if (address) window.location.assign(address);
}

function report(row) {
  // Where the reader may not report, the page of the action still has its discussion.
  follow(`${title(row).href}#${row.dataset.edit ? "id_text" : "discussion"}`);
}

function move(row) {
  const menu = row.querySelector("details.accord-board-menu");
  if (!menu) return;
  menu.open = true;
  menu.querySelector("select").focus();
}

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  "?": () => help?.showModal(),
  "/": () => document.querySelector("[data-accord-filter] input[name=q]")?.focus(),
};
const KEYS_ON_A_ROW = {
  o: (row) => follow(title(row).href),
  Enter: (row) => follow(title(row).href),
  x: (row) => row.querySelector("input[name=chosen]")?.click(),
  e: (row) => follow(row.dataset.edit),
  c: report,
  m: move,
};

function isTyping(target) {
  return target.closest("textarea, select, [contenteditable], input:not([type=checkbox])") !== null;
}

/* Where the keyboard writes another script, the key that has the letter on it counts. */
function letter(event) {
  const onIt = /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase();
  return onIt && /^[^\x00-\x7f]$/.test(event.key) ? onIt : event.key;
}

function pressed(event) {
  const key = letter(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !"jk".includes(key)) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]") || isOn?.checked === false) return;
  const row = present();
  if (key === "Enter" && (!row || event.target.closest("a, button, summary, input"))) return; // what has focus takes it
  const deed = KEYS[key] ?? (row && KEYS_ON_A_ROW[key]);
  if (!deed) return;
  event.preventDefault();
  event.stopPropagation(); // the frame's own "/" would lead to the search of everything
  deed(row);
}

if (help && helpButton) {
  try {
    isOn.checked = localStorage.getItem(SWITCH) !== "off";
  } catch {
    // A browser that keeps nothing: the keys are on, and switched off for this page alone.
  }
  isOn.addEventListener("change", () => {
    try {
      localStorage.setItem(SWITCH, isOn.checked ? "on" : "off");
    } catch {
      // as above
    }
  });
  helpButton.hidden = false;
  helpButton.addEventListener("click", () => help.showModal());
}
document.addEventListener("keydown", pressed, { capture: true });
