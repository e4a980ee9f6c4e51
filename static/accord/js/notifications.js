/* Keeps the number at the bell as the socket tells it. */

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

on("notifications", (frame) => {
  for (const badge of document.querySelectorAll("[data-accord-bell] [data-accord-unread]")) show(badge, frame.unread);
});
