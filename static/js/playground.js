// Show each image of a preview as soon as it is there.
(() => {
  const box = document.querySelector("[data-preview]");
  if (!box) return;
  const said = document.querySelector("[data-preview-said]");
  const ask = async () => {
    const answer = await fetch(box.dataset.preview).catch(() => null);
    if (answer?.ok) {
      const run = await answer.json();
      for (const address of run.images.slice(box.children.length)) {
        const picture = document.createElement("img");
        picture.src = address;
        picture.alt = `Generated image ${box.children.length + 1}`;
        box.append(picture);
      }
      const ended = !["waiting", "running", "vanished"].includes(run.state);
      const sofar = `${run.images.length} of ${run.total} made`;
      said.textContent = ended ? "" : run.state === "waiting" ? "Waiting for a worker." : `${sofar} …`;
      if (ended) return;
    }
    setTimeout(ask, 700);
  };
  ask();
})();
