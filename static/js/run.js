// Follow long work: ask how far it is, and load the page anew when it has ended.
for (const box of document.querySelectorAll("[data-run]")) {
  const bar = box.querySelector("progress");
  const said = box.querySelector("[data-run-said]");
  const ask = async () => {
    const answer = await fetch(box.dataset.run).catch(() => null);
    if (answer?.ok) {
      const run = await answer.json();
      if (!["waiting", "running", "vanished"].includes(run.state)) {
        location.reload();
        return;
      }
      bar.value = run.percent;
      said.textContent =
        run.state === "waiting" ? "waiting for a worker" : `${run.done} of ${run.total}`;
      if (run.state === "vanished") said.textContent += ", its worker has gone; another takes it up";
    }
    setTimeout(ask, 1000);
  };
  setTimeout(ask, 1000);
}
