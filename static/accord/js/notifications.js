/* Keeps the number at the bell as the socket tells it, and the list of news where it is open. */

import { on } from "./socket.js";

const MOST_SHOWN = 99;

function show(badge, count) {
  const number = count > MOST_SHOWN ? `${MOST_SHOWN}+` : String(count);
  // The number is the first text in the badge; hidden words for those who listen come after it.
  const text = [...badge.childNodes].find((node) => node.nodeType === Node.TEXT_NODE);
  if (text) text.data = number;
  else badge.prepend(number);
  badge.hidden = count === 0;
}

let asked = false;

/* The list as the page would show it now. Not while somebody is in it: what one is about to press would move. */
async function renew() {
  const list = document.querySelector("[data-accord-news]");
  if (!list || asked || list.contains(document.activeElement)) return;
  asked = true;
  try {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    const found = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = found && found.querySelector("[data-accord-news]");
    if (fresh && !list.contains(document.activeElement)) list.replaceWith(document.adoptNode(fresh));
  } catch {
    // Without a network the list stays as it is; the next count renews it.
  } finally {
    asked = false;
  }
}

let known = null;

on("notifications", (frame) => {
  for (const badge of document.querySelectorAll("[data-accord-bell] [data-accord-unread]")) show(badge, frame.unread);
  // The first count of a socket says how it stands: the page has that already.
  if (known !== null && known !== frame.unread) renew();
  known = frame.unread;
});
