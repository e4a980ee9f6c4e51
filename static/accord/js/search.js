/* Suggests titles while somebody types in a search box: a combobox with a listbox, as the ARIA practices describe it.
   Without scripts the box is a form that leads to the search page, and that is what Enter does here too. */

const PAUSE_MS = 200;
const SHORTEST = 2;

for (const form of document.querySelectorAll("form[data-accord-search]")) enhance(form);

function enhance(form) {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("div");
  list.className = "accord-options";
  list.id = `${input.id}-options`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.textContent.trim() || input.placeholder);
  list.hidden = true;
  form.append(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id })) {
    input.setAttribute(name, value);
  }
  input.setAttribute("aria-expanded", "false");

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");
  let timer, asked;

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function move(step) {
    const all = options();
    if (!all.length || list.hidden) return;
    const at = all.indexOf(chosen());
    // Beyond either end lies the box itself.
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
    choose(all[next]);
  }

  async function suggest() {
    const text = input.value.trim();
    if (text.length < SHORTEST) return close();
    asked?.abort();
    const asking = (asked = new AbortController());
    try {
      const page = new URL(form.action, document.baseURI).pathname.replace(/\/?$/, "/");
      const address = `${page}suggest/?${new URLSearchParams({ q: text })}`;
      const answer = await fetch(address, { signal: asking.signal, credentials: "same-origin" });
      const html = answer.ok ? await answer.text() : "";
      if (asking.signal.aborted || document.activeElement !== input) return;
      list.innerHTML = html; // made by our own template, which escapes
      list.hidden = options().length === 0;
      input.setAttribute("aria-expanded", String(!list.hidden));
      choose(undefined);
    } catch (failure) {
      if (failure.name !== "AbortError") close(); // no network: the form still works
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden && chosen()) {
      event.preventDefault();
      chosen().click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); // the browser would empty the box
      close();
    } else if (event.key === "Tab") {
      close();
    }
  });
  // Pressing on an option must not take the focus from the box first.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) close();
  });
  input.addEventListener("blur", () => setTimeout(close, PAUSE_MS));
}
