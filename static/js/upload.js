// Send files in pieces; after a lost connection ask how much has arrived and go on from there.
(() => {
  const PIECE = 4 * 1024 * 1024;
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const bar = form.querySelector("progress");
  const button = form.querySelector("button");
  const said = form.querySelector("[data-said]");
  const zone = form.querySelector("[data-drop]");
  const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
  let files = [];
  // Where a dropped file lay; names of folders may be labels.
  const places = new WeakMap();
  let sending = false;
  addEventListener("beforeunload", (event) => {
    if (sending) event.preventDefault();
  });

  const choose = (list) => {
    files = [...list].filter((file) => !file.name.startsWith("."));
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
    said.textContent = `${files.length} ${files.length === 1 ? "file" : "files"}, ${size}`;
    button.disabled = !files.length;
  };
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => choose(input.files));
  }

  const walk = async (entry) => {
    if (entry.isFile) {
      const file = await new Promise((take, fail) => entry.file(take, fail));
      places.set(file, entry.fullPath.slice(1));
      return [file];
    }
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((take, fail) => reader.readEntries(take, fail));
      if (!some.length) return found;
      for (const inner of some) found.push(...(await walk(inner)));
    }
  };
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    choose((await Promise.all(entries.map(walk))).flat());
  });

  const pause = (ms) => new Promise((go) => setTimeout(go, ms));
  const ask = async (address, options) => {
    for (let wait = 500; ; wait = Math.min(wait * 2, 15000)) {
      const answer = await fetch(address, options).catch(() => null);
      if (answer?.ok) return (await answer.json()).received;
      if (answer && answer.status < 500) {
        throw new Error((await answer.json().catch(() => ({}))).detail ?? `The server answered ${answer.status}.`);
      }
      said.textContent = "The connection is gone; trying again.";
      await pause(wait);
    }
  };

  const send = async (file, index, batch, tell) => {
    const address = new URL(`${form.dataset.upload}${batch}/${index}/`, location.href);
    address.searchParams.set("name", places.get(file) || file.webkitRelativePath || file.name);
    let offset = await ask(address);
    // An empty file is sent as well: the import says that it is empty.
    do {
      tell(offset);
      address.searchParams.set("offset", offset);
      const body = file.slice(offset, offset + PIECE);
      offset = await ask(address, { method: "PUT", body, headers: { "X-CSRFToken": csrf } });
    } while (offset < file.size);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    bar.hidden = false;
    sending = true;
    const batch = crypto.randomUUID();
    const total = files.reduce((sum, file) => sum + file.size, 0) || 1;
    let before = 0;
    try {
      for (const [index, file] of files.entries()) {
        await send(file, index, batch, (offset) => {
          bar.value = (100 * (before + offset)) / total;
          said.textContent = `${index + 1} of ${files.length} files`;
        });
        before += file.size;
      }
    } catch (error) {
      sending = false;
      said.textContent = error.message;
      button.disabled = false;
      return;
    }
    sending = false;
    form.elements.batch.value = batch;
    form.submit();
  });
})();
