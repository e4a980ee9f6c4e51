// Terms of the glossary in a text. Without this module they are links with a note that shows on hover and focus. With it
// a first touch shows the note and a second follows the link, Escape puts it away, and it keeps within the window.

const terms = [...document.querySelectorAll(".accord-term")];

function place(term) {
  term.classList.remove("accord-term-from-end");
  const note = term.querySelector(".accord-term-note").getBoundingClientRect();
  term.classList.toggle("accord-term-from-end", note.left < 0 || note.right > document.documentElement.clientWidth);
}

function close(except) {
  for (const term of terms) {
    if (term !== except) term.classList.remove("accord-term-open");
  }
}

for (const term of terms) {
  const link = term.querySelector("a");
  let touched = false;
  link.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
  });
  link.addEventListener("click", (event) => {
    if (!touched || term.classList.contains("accord-term-open")) return;
    event.preventDefault();
    touched = false;
    close(term);
    term.classList.add("accord-term-open");
    place(term);
  });
  for (const kind of ["pointerenter", "focusin"]) {
    term.addEventListener(kind, () => {
      term.classList.remove("accord-term-away");
      place(term);
    });
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  close();
  for (const term of terms) {
    if (term.matches(":hover, :focus-within")) term.classList.add("accord-term-away");
  }
});

document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest(".accord-term")) close();
});
