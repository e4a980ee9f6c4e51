/* Items of the agenda can be dragged to their place. A drop sends the order by a form on the page, and the answer is
   the list with its new times. The arrows beside each item do the same without this module. */

let dragged = null;
const list = () => document.querySelector("[data-accord-agenda]");
const items = () => [...document.querySelectorAll("[data-accord-agenda-item]")];
const order = () => items().map((item) => item.dataset.accordAgendaItem).join(" ");

function send() {
  const form = list().querySelector("[data-accord-agenda-order]");
  form.elements.order.value = order();
  form.requestSubmit();
}

function over(item, event) {
  const box = item.getBoundingClientRect();
  const isBelow = event.clientY > box.top + box.height / 2;
  item[isBelow ? "after" : "before"](dragged);
}

function makeDraggable(item) {
  const grip = item.querySelector(".accord-agenda-grip");
  // Only by its grip, so that the words can still be marked with the mouse.
  grip.addEventListener("pointerdown", () => (item.draggable = true));
  grip.addEventListener("pointerup", () => (item.draggable = false));
  item.addEventListener("dragstart", (event) => {
    dragged = item;
    item.dataset.before = order();
    item.dataset.dragged = "";
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", item.dataset.accordAgendaItem);
  });
  item.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    if (item !== dragged) over(item, event);
  });
  item.addEventListener("drop", (event) => event.preventDefault());
  item.addEventListener("dragend", () => {
    const before = item.dataset.before;
    delete item.dataset.dragged;
    item.draggable = false;
    dragged = null;
    if (order() !== before) send();
  });
}

function begin() {
  const found = list();
  if (!found || "accordDraggable" in found.dataset) return;
  found.dataset.accordDraggable = "";
  items().forEach(makeDraggable);
}

// The list is another one after each move: whoever moves by the keyboard stays on the button that was pressed.
let pressed = "";
document.body.addEventListener("htmx:beforeRequest", () => (pressed = document.activeElement?.id ?? ""));

begin();
document.body.addEventListener("htmx:afterSettle", () => {
  begin();
  if (pressed) document.getElementById(pressed)?.focus();
});
