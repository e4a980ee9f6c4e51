// Links that are there to be passed on: a click copies the whole address and says so. Without scripts, or where the
// browser refuses, the link leads to its own place, and the address bar holds it.
const SHOWN_MS = 2500;

function say(link, words) {
  const said = document.createElement("span");
  said.className = "accord-copied";
  said.setAttribute("role", "status");
  link.after(said);
  said.textContent = words;
  setTimeout(() => said.remove(), SHOWN_MS);
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-accord-copy]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return;
  try {
    await navigator.clipboard.writeText(link.href);
    say(link, link.dataset.accordCopy);
  } catch {
    // Refused: the address stands in the bar.
  }
});
