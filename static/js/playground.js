// Show each image of a preview as soon as it is there.
(() => {
  const box = document.querySelector("[data-preview]");
  if (!box) return;
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
      if (!["waiting", "running", "vanished"].includes(run.state)) return;
    }
    setTimeout(ask, 700);
  };
  ask();
})();
