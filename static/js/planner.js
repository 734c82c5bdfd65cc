// Power takes seconds to simulate: fetch it behind the page, in the planner the refined answer after the quick one.
for (const box of document.querySelectorAll("[data-power]")) {
  fetch(box.dataset.power, { headers: { "X-Part": "power" } })
    .then((answer) => (answer.ok && !answer.redirected ? answer.text() : null))
    .then((part) => {
      if (part) box.innerHTML = part;
    })
    .catch(() => {});
}
