// While the protocol is being written, show what is wrong with it, and lead to the line.
(() => {
  const form = document.querySelector("form[data-check]");
  const text = document.getElementById("text");
  const problems = document.getElementById("problems");
  if (!form || !text || text.readOnly) return;

  const goTo = (line) => {
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  };

  const show = (found) => {
    problems.replaceChildren();
    if (!found.length) return;
    const box = document.createElement("div");
    box.className = "notice error";
    const list = document.createElement("ul");
    for (const problem of found) {
      const item = document.createElement("li");
      if (problem.line) {
        const link = document.createElement("a");
        link.href = "#text";
        link.dataset.line = problem.line;
        link.textContent = `line ${problem.line}`;
        item.append(link, ": ");
      }
      const field = document.createElement("code");
      field.textContent = problem.field;
      item.append(field, " ", problem.sentence);
      list.append(item);
    }
    box.append(list);
    problems.append(box);
  };

  problems.addEventListener("click", (event) => {
    const line = event.target.dataset?.line;
    if (!line) return;
    event.preventDefault();
    goTo(Number(line));
  });

  let timer;
  let asked = 0;
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++asked;
      const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form) });
      if (answer.ok && mine === asked) show((await answer.json()).problems);
    }, 300);
  });
})();
