// Starts Wagtail's widgets on the editors' side. Where Wagtail would write a script into the page, an empty template
// stands there and says what to start: no script within a page runs. See coordination/editors_widgets.py.

const WAITING = "template[data-start]:not([data-started])";

const start = (element) => {
  element.setAttribute("data-started", "");
  const { start: name, with: given } = element.dataset;
  const start = window[name];
  if (name.startsWith("init")) start(...JSON.parse(given));
  else new start(...JSON.parse(given));
};

const startWithin = (node) => {
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  if (node.matches(WAITING)) start(node);
  node.querySelectorAll(WAITING).forEach(start);
};

const begin = () => {
  startWithin(document.documentElement);
  // What is added to a list, and what a dialogue brings.
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach(startWithin);
  }).observe(document.documentElement, { childList: true, subtree: true });
};

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
else begin();
