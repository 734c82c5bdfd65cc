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
        const figure = document.createElement("figure");
        const picture = document.createElement("img");
        const caption = run.captions[box.children.length];
        picture.src = address;
        picture.alt = `Generated image ${box.children.length + 1}`;
        figure.append(picture);
        if (caption) figure.append(Object.assign(document.createElement("figcaption"), { textContent: caption }));
        box.append(figure);
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
