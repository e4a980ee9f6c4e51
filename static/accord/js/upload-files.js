/* Sends the files of a form one after the other, each with its own progress. Without this the form sends them together
   and the page that comes back says what became of each. */

const form = document.querySelector("form[data-accord-upload]");
const section = document.querySelector("[data-accord-taken]");
const said = section?.querySelector("[data-accord-summary]");

function row(name) {
  const item = document.createElement("li");
  item.className = "accord-row";
  const main = document.createElement("div");
  main.className = "accord-row-main";
  const title = document.createElement("p");
  title.className = "accord-row-title";
  title.append(Object.assign(document.createElement("bdi"), { textContent: name }));
  const bar = Object.assign(document.createElement("progress"), { className: "accord-progress", max: 100, value: 0 });
  bar.setAttribute("aria-label", `${said.dataset.waiting}: ${name}`);
  main.append(title, bar);
  item.append(main);
  return { item, bar };
}

function send(file, bar) {
  const data = new FormData(form);
  data.set("files", file, file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = Math.round((100 * event.loaded) / event.total);
    });
    request.addEventListener("loadend", () => resolve(request.status === 200 ? request.responseText : ""));
    request.send(data);
  });
}

async function sendAll(files) {
  const list = section.querySelector("ul");
  section.hidden = false;
  list.replaceChildren();
  const rows = files.map((file) => row(file.name));
  list.append(...rows.map(({ item }) => item));
  section.querySelector("h2").focus();
  for (const [place, file] of files.entries()) {
    const { item, bar } = rows[place];
    const answer = await send(file, bar);
    if (answer) item.outerHTML = answer;
    else {
      bar.replaceWith(Object.assign(document.createElement("p"), { className: "accord-row-meta", textContent: said.dataset.lost }));
    }
    said.textContent = `${said.dataset.one} ${place + 1} / ${files.length}`;
  }
}

form?.addEventListener("submit", async (event) => {
  const files = [...form.elements.files.files];
  if (!files.length) return; // the server says what is missing
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  await sendAll(files);
  form.elements.files.value = "";
  button.disabled = false;
});
