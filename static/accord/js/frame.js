import { forget } from "./briefing-keeping.js";

/* What the frame does better with scripts; all of it works without (menus are <details>). */

const menus = () => document.querySelectorAll("details.accord-menu[open]");

function close(menu, giveFocusBack) {
  menu.open = false;
  if (giveFocusBack) menu.querySelector("summary").focus();
}

// One menu at a time, and none once the reader goes elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) close(menu, false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of menus()) close(menu, true);
});
document.addEventListener("focusin", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) close(menu, false);
});

// The field of the search box is one key away, where the reader is not typing, and has not switched such keys off.
function keysAreOff() {
  try {
    return localStorage.getItem("accord-keys") === "off";
  } catch {
    return false; // a browser that keeps nothing
  }
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || keysAreOff() || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.querySelector("form[data-accord-search] input[type=search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
});

// A form sent once is not sent again by an impatient click; coming back to the page makes it usable again.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A briefing that a phone keeps goes when its reader signs out, and wherever nobody is signed in.
const signsOut = (form) => form.matches('form[action$="/account/logout/"]');
document.addEventListener("submit", (event) => {
  if (signsOut(event.target)) forget();
});
if (document.querySelector('form[action$="/account/login/"]')) forget();

// Of tabs that are wider than the page, the one that is open is seen.
for (const tab of document.querySelectorAll(".accord-tabs [aria-current]")) {
  const strip = tab.closest(".accord-tabs");
  const [all, own] = [strip.getBoundingClientRect(), tab.getBoundingClientRect()];
  if (own.left < all.left || own.right > all.right) strip.scrollLeft += own.left - all.left - (all.width - own.width) / 2;
}
