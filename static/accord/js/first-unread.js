/* A discussion opens at the first message that is unread, unless its address names another place. */

const first = document.querySelector("[data-accord-first-unread]");
if (first && !window.location.hash) first.scrollIntoView({ block: "center" });
