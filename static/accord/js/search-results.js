/* The arrow keys lead from the field of the search page to the results, and from one to the next; Enter follows the link
   as it does anywhere. Without scripts the same is done with Tab. */

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step || event.defaultPrevented || event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  // Asked for anew each time: htmx may have put other results in their place.
  const titles = [...document.querySelectorAll("[data-search-hits] .accord-hit-title a")];
  const field = document.getElementById("id_q");
  const at = titles.findIndex((title) => title.closest("li").contains(document.activeElement));
  if (at < 0 && (document.activeElement !== field || step < 0)) return;
  const next = at + step < 0 ? field : titles[at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
