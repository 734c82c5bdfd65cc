// Follow long work: ask how far it is, and reload the page when it has ended, unless somebody is at work on it.
(() => {
  const touched = (control) =>
    control.type !== "hidden" &&
    (control.value !== control.defaultValue || control.checked !== control.defaultChecked);
  const isInUse = () =>
    document.querySelector("[data-in-use]") !== null ||
    [...document.querySelectorAll("main input, main textarea")].some(touched);

  const far = (run) => {
    if (run.stopping) return "stopping after the current step";
    if (run.state === "waiting") return "waiting for a worker";
    const counted = run.total ? `${run.done} of ${run.total}` : "being prepared";
    return run.state === "vanished" ? `${counted}, interrupted; a worker will resume it` : counted;
  };

  const end = (box, said) => {
    if (!isInUse()) {
      location.reload();
      return;
    }
    const anew = document.createElement("a");
    anew.href = location.href;
    anew.textContent = "reload the page";
    said.replaceChildren("has ended. To see the outcome, ", anew);
    box.querySelector("form")?.remove();
    box.querySelector("progress").remove();
  };

  for (const box of document.querySelectorAll("[data-run]")) {
    const bar = box.querySelector("progress");
    const said = box.querySelector("[data-run-said]");
    const ask = async () => {
      const answer = await fetch(box.dataset.run).catch(() => null);
      if (answer?.ok && !answer.redirected) {
        const run = await answer.json();
        if (!["waiting", "running", "vanished"].includes(run.state)) return end(box, said);
        bar.value = run.percent;
        said.textContent = far(run);
      }
      setTimeout(ask, 1000);
    };
    setTimeout(ask, 1000);
  }
})();
