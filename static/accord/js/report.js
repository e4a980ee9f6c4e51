/**
 * The form of a progress report: what a step down asks for is shown only where one is chosen, and a value far from what
 * is expected is asked about before anything is sent, so that files which were chosen stay chosen. Without this module
 * all fields are there, and the server asks.
 */
for (const form of document.querySelectorAll("form[data-accord-report]")) {
  const worse = form.querySelector("[data-accord-worse]");
  const dated = form.querySelector("[data-accord-dated]");
  const show = () => {
    const state = form.elements.state.value;
    worse.hidden = !form.dataset.worse.split(" ").includes(state);
    dated.hidden = !form.dataset.dated.split(" ").includes(state);
  };
  form.elements.state.addEventListener("change", show);
  // What the server has refused stays in sight.
  if (!worse.querySelector(".is-invalid")) show();
  if (form.dataset.least !== undefined) ask(form);
}

function ask(form) {
  const value = form.elements.value;
  const far = () => {
    const typed = Number(value.value.trim().replace(",", "."));
    return value.value.trim() !== "" && (typed < Number(form.dataset.least) || typed > Number(form.dataset.most));
  };
  form.addEventListener("submit", (event) => {
    const sure = form.elements.is_sure;
    if (!far() || (sure.type === "checkbox" && sure.checked)) return;
    event.preventDefault();
    if (sure.type !== "checkbox") offer(form, sure);
    form.elements.is_sure.focus();
  });
}

/** Put a box to tick in the place of the hidden answer, with the question before it. */
function offer(form, hidden) {
  const box = document.createElement("div");
  box.className = "accord-field form-check";
  const sure = Object.assign(document.createElement("input"), { type: "checkbox", name: hidden.name, id: hidden.id });
  sure.className = "form-check-input is-invalid";
  const label = Object.assign(document.createElement("label"), { htmlFor: hidden.id, textContent: form.dataset.sure });
  label.className = "form-check-label";
  const question = Object.assign(document.createElement("p"), { id: `${hidden.id}_question`, textContent: form.dataset.far });
  question.className = "invalid-feedback d-block";
  question.setAttribute("role", "alert");
  sure.setAttribute("aria-describedby", question.id);
  hidden.remove();
  box.append(sure, label, question);
  form.querySelector("[data-accord-worse]").before(box);
}
