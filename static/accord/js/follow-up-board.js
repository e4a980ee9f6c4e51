/* Cards of the board can be dragged. A drop sends the form in the card's menu: the same that works without scripts. */

const board = document.querySelector("[data-accord-board]");
let dragged = null;

const formOf = (card) => card.querySelector(".accord-board-menu form");
const columns = () => [...board.querySelectorAll("[data-state]")];

function leadsTo(card, state) {
  return [...formOf(card).elements.state.options].some((option) => option.value === state);
}

function end() {
  dragged = null;
  for (const column of columns()) {
    delete column.dataset.openToCard;
    delete column.dataset.over;
  }
}

for (const card of board.querySelectorAll("[data-accord-row]")) {
  if (!formOf(card)) continue; // not the reader's to move
  card.draggable = true;
  card.addEventListener("dragstart", (event) => {
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.querySelector("a").href);
    for (const column of columns()) if (leadsTo(card, column.dataset.state)) column.dataset.openToCard = "";
  });
  card.addEventListener("dragend", end);
}

for (const column of columns()) {
  column.addEventListener("dragover", (event) => {
    if (!dragged || !("openToCard" in column.dataset)) return;
    event.preventDefault();
    column.dataset.over = "";
  });
  column.addEventListener("dragleave", () => delete column.dataset.over);
  column.addEventListener("drop", (event) => {
    if (!dragged || !("openToCard" in column.dataset)) return;
    event.preventDefault();
    const form = formOf(dragged);
    form.elements.state.value = column.dataset.state;
    end();
    form.requestSubmit();
  });
}
