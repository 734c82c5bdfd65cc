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

  const listAll = (found, kind) => {
    if (!found.length) return;
    const box = document.createElement("div");
    box.className = `notice ${kind}`;
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
      document.getElementById(anchor)?.closest("details")?.setAttribute("open", "");
      document.getElementById(anchor)?.matches("input, select, textarea") &&
        document.getElementById(anchor).setAttribute("aria-invalid", "true");
    }
  };

  const offerOnlyWhatBelongs = (aside) => {
    for (const field of form.querySelectorAll(".field[id$='-field']"))
      field.hidden = aside.includes(field.id.slice(0, -"-field".length));
  };

  // Nothing is wrong yet with an entry that was added and not typed into.
  const isFresh = (problem) =>
    [...form.querySelectorAll("[data-fresh]")].some((entry) => problem.anchor.startsWith(entry.id));

  const show = (body) => {
    const found = body.problems.filter((problem) => !isFresh(problem));
    problems.replaceChildren();
    listAll(found, "error");
    listAll(body.warnings, "warning");
    if (!text) {
      besideFields(found);
      offerOnlyWhatBelongs(body.aside);
    }
    needs.textContent = body.needs;
    if (found.length)
      needs.append(link("#problems", `${found.length} problem${found.length > 1 ? "s" : ""} to fix`));
    form.dispatchEvent(new Event("checked"));
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

  // Items change places by Alt and an arrow key, or by dragging a line of their list: each sends the form as its button does.
  const send = (verb, path) => {
    const button = document.createElement("button");
    button.name = "do";
    button.value = verb;
    button.hidden = true;
    button.setAttribute("formaction", `#${anchorOf(path)}`);
    form.append(button);
    form.requestSubmit(button);
  };
  const placeOf = (entry) => {
    const [, list, index] = entry.dataset.path.match(/^(.*)\[(\d+)\]$/);
    return { list, index: Number(index) };
  };
  form.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const entry = event.target.closest?.("fieldset.entry[data-path]");
    if (!event.altKey || !step || !entry || event.target.matches("select")) return;
    const verb = step < 0 ? "up" : "down";
    const button = entry.querySelector(`:scope > .row > button[value="${verb} ${entry.dataset.path}"]`);
    if (!button) return;
    event.preventDefault();
    form.requestSubmit(button);
  });
  let dragged = null;
  form.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("li[draggable][data-path]");
    if (dragged) event.dataTransfer.setData("text/plain", dragged.dataset.path);
  });
  const target = (event) => {
    const over = event.target.closest?.("li[draggable][data-path]");
    return dragged && over && over !== dragged && placeOf(over).list === placeOf(dragged).list ? over : null;
  };
  const mark = (entry) => {
    for (const other of form.querySelectorAll("li.drop-here")) other.classList.remove("drop-here");
    entry?.classList.add("drop-here");
  };
  form.addEventListener("dragover", (event) => {
    const over = target(event);
    mark(over);
    if (over) event.preventDefault();
  });
  form.addEventListener("drop", (event) => {
    const over = target(event);
    if (!over) return;
    event.preventDefault();
    const { list, index } = placeOf(over);
    send(`to ${dragged.dataset.path} ${index}`, `${list}[${index}]`);
  });
  // An item of another kind has other fields.
  form.addEventListener("change", (event) => {
    if (event.target.matches(".item select[name$='].kind']")) send("kind", event.target.name);
  });
  form.addEventListener("dragend", () => {
    dragged = null;
    mark(null);
  });

  let timer;
  let asked = 0;
  let unsaved = "unsaved" in form.dataset;
  const check = async () => {
    const mine = ++asked;
    const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (answer?.ok && mine === asked) show(await answer.json());
  };
  form.addEventListener("input", (event) => {
    event.target.closest("[data-fresh]")?.removeAttribute("data-fresh");
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
