/* Files and pictures that go along with a message: chosen, dropped on the form, or pasted. What goes along is listed,
   a picture with a line for what is to be seen on it. */

export function takeFiles(form, text, words) {
  const input = form.elements.files;
  const list = form.querySelector("[data-accord-chosen]");
  if (!input || !list) return;
  let chosen = [];
  // What is chosen stands in the list: of the field itself only its name is needed.
  form.querySelector("[data-accord-attach]")?.classList.add("accord-attach-listed");

  function show() {
    const held = new DataTransfer();
    for (const { file } of chosen) held.items.add(file);
    input.files = held.files;
    list.replaceChildren(...chosen.map((one) => row(one)));
    list.hidden = !chosen.length;
  }

  function row(one) {
    const item = document.createElement("li");
    const name = Object.assign(document.createElement("bdi"), { textContent: one.file.name });
    const title = Object.assign(document.createElement("input"), { name: "titles", maxLength: 255, value: one.title, dir: "auto" });
    title.type = one.file.type.startsWith("image/") ? "text" : "hidden";
    title.className = "form-control form-control-sm";
    title.setAttribute("aria-label", `${words.describe}: ${one.file.name}`);
    title.placeholder = words.describe;
    title.addEventListener("input", () => (one.title = title.value));
    const out = Object.assign(document.createElement("button"), { type: "button", textContent: words.takeOut });
    out.className = "btn btn-sm btn-link";
    out.setAttribute("aria-label", `${words.takeOut}: ${one.file.name}`);
    out.addEventListener("click", () => {
      chosen = chosen.filter((other) => other !== one);
      show();
      text.focus();
    });
    item.append(name, title, out);
    return item;
  }

  function add(files) {
    chosen = [...chosen, ...[...files].map((file) => ({ file, title: "" }))];
    show();
  }

  // What is chosen anew comes to what is there already.
  input.addEventListener("change", () => add(input.files));
  text.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files ?? [];
    // A word processor puts a picture of its text there besides the text itself.
    if (!files.length || event.clipboardData.getData("text/plain")) return;
    event.preventDefault();
    add(files);
  });
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      form.classList.add("accord-dropping");
    });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("accord-dropping");
  });
  form.addEventListener("drop", (event) => {
    form.classList.remove("accord-dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  form.addEventListener("accord:sent", () => {
    chosen = [];
    show();
  });
}
