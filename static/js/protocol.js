// While a protocol is being written, say what is wrong with it beside the field or the line it speaks of.
(() => {
  const form = document.querySelector("form[data-check]");
  const text = document.getElementById("text");
  const problems = document.getElementById("problems");
  const needs = form?.querySelector("[data-needs]");
  if (!form || !needs) return;

  const anchorOf = (field) => `f-${field.replaceAll("[", "-").replaceAll("]", "").replaceAll(".", "-")}`;

  const link = (address, words) => {
    const made = document.createElement("a");
    made.href = address;
    made.textContent = words;
    return made;
  };

  const item = (problem) => {
    const made = document.createElement("li");
    if (!text) {
      made.append(link(`#${problem.anchor}`, problem.label || "Protocol"), " ", problem.sentence);
      return made;
    }
    if (problem.line) {
      const line = link("#text", `line ${problem.line}`);
      line.dataset.line = problem.line;
      made.append(line, ": ");
    }
    const field = document.createElement("code");
    field.textContent = problem.field;
    made.append(field, " ", problem.sentence);
    return made;
  };

  const listAll = (found) => {
    problems.replaceChildren();
    if (!found.length) return;
    const box = document.createElement("div");
    box.className = "notice error";
    const list = document.createElement("ul");
    list.append(...found.map(item));
    box.append(list);
    problems.append(box);
  };

  const besideFields = (found) => {
    for (const list of form.querySelectorAll("ul.errors")) list.replaceChildren();
    for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
    for (const problem of found) {
      const anchor = anchorOf(problem.field);
      const said = document.createElement("li");
      said.textContent = `${problem.label} ${problem.sentence}`;
      document.getElementById(`${anchor}-errors`)?.append(said);
      document.getElementById(anchor)?.matches("input, select, textarea") &&
        document.getElementById(anchor).setAttribute("aria-invalid", "true");
    }
  };

  const offerOnlyWhatBelongs = (aside) => {
    for (const field of form.querySelectorAll(".field[id$='-field']"))
      field.hidden = aside.includes(field.id.slice(0, -"-field".length));
  };

  const show = (body) => {
    listAll(body.problems);
    if (!text) {
      besideFields(body.problems);
      offerOnlyWhatBelongs(body.aside);
    }
    needs.textContent = body.needs;
    if (body.problems.length)
      needs.append(link("#problems", `${body.problems.length} thing${body.problems.length > 1 ? "s" : ""} to mend`));
  };

  const goToLine = (line) => {
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  };

  problems.addEventListener("click", (event) => {
    const line = event.target.dataset?.line;
    if (!line) return;
    event.preventDefault();
    goToLine(Number(line));
  });

  let timer;
  let asked = 0;
  let unsaved = "unsaved" in form.dataset;
  const check = async () => {
    const mine = ++asked;
    const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (answer?.ok && mine === asked) show(await answer.json());
  };
  form.addEventListener("input", () => {
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(check, 300);
  });
  form.addEventListener("submit", () => {
    unsaved = false;
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
})();
