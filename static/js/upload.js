// Send files in pieces; after a lost connection ask how much has arrived and go on from there.
(() => {
  const PIECE = 4 * 1024 * 1024;
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const bar = form.querySelector("progress");
  const button = form.querySelector("[data-send]");
  const anew = form.querySelector("[data-anew]");
  const said = form.querySelector("[data-said]");
  const wrong = form.querySelector("[data-wrong]");
  const zone = form.querySelector("[data-drop]");
  const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const invitation = said.textContent;
  // What was chosen so far, each file with the place where it lay: names of folders may be labels.
  const chosen = new Map();
  const factsOf = ([place, file]) => [place, file.size, file.lastModified];
  let sending = false;
  addEventListener("beforeunload", (event) => {
    if (sending) event.preventDefault();
  });

  const show = () => {
    const files = [...chosen.values()];
    const bytes = files.reduce((sum, [, file]) => sum + file.size, 0);
    const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
    const counted = `${files.length} ${files.length === 1 ? "file" : "files"}, ${size}`;
    said.textContent = files.length ? counted : invitation;
    button.disabled = !files.length;
    anew.hidden = !files.length;
    form.toggleAttribute("data-in-use", files.length > 0);
  };
  const add = (found) => {
    if (sending) return;
    wrong.textContent = "";
    // The same file chosen twice is one.
    for (const one of found) if (!one[1].name.startsWith(".")) chosen.set(JSON.stringify(factsOf(one)), one);
    show();
  };
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      add([...input.files].map((file) => [file.webkitRelativePath || file.name, file]));
      input.value = "";
    });
  }
  anew.addEventListener("click", () => {
    chosen.clear();
    wrong.textContent = "";
    show();
  });

  const walk = async (entry) => {
    if (entry.isFile) {
      const file = await new Promise((take, fail) => entry.file(take, fail));
      return [[entry.fullPath.slice(1), file]];
    }
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((take, fail) => reader.readEntries(take, fail));
      if (!some.length) return found;
      for (const inner of some) found.push(...(await walk(inner)));
    }
  };
  // The whole page takes them: beside the zone a browser would leave the page and show the file.
  addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("over");
  });
  addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    add((await Promise.all(entries.map(walk))).flat());
    zone.scrollIntoView({ block: "nearest" });
  });

  const pause = (ms) => new Promise((go) => setTimeout(go, ms));
  const ask = async (address, options) => {
    for (let wait = 500; ; wait = Math.min(wait * 2, 15000)) {
      const answer = await fetch(address, options).catch(() => null);
      if (answer?.redirected || answer?.status === 403)
        throw new Error(
          "You are no longer signed in. Load this page again, choose the same files, and the upload goes on where it stopped.",
        );
      if (answer?.ok) return (await answer.json()).received;
      if (answer && answer.status < 500) {
        throw new Error((await answer.json().catch(() => ({}))).detail ?? `The server answered ${answer.status}.`);
      }
      said.textContent = "The connection is gone; trying again.";
      await pause(wait);
    }
  };

  const send = async (place, file, index, batch, tell) => {
    const address = new URL(`${form.dataset.upload}${batch}/${index}/`, location.href);
    address.searchParams.set("name", place);
    let offset = await ask(address);
    // An empty file is sent as well: the import says that it is empty.
    do {
      tell(offset);
      address.searchParams.set("offset", offset);
      const body = file.slice(offset, offset + PIECE);
      offset = await ask(address, { method: "PUT", body, headers: { "X-CSRFToken": csrf } });
    } while (offset < file.size);
  };

  // An upload that was left goes on when the same files are chosen again: until it is whole, its batch is kept.
  const keyOf = async (list) => {
    const facts = JSON.stringify(list.map(factsOf));
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(facts));
    const digits = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0"));
    return `${form.dataset.upload} ${digits.join("")}`;
  };

  const sendAll = async (list, batch) => {
    const total = list.reduce((sum, [, file]) => sum + file.size, 0) || 1;
    let before = 0;
    for (const [index, [place, file]] of list.entries()) {
      await send(place, file, index, batch, (offset) => {
        bar.value = (100 * (before + offset)) / total;
        said.textContent = `${index + 1} of ${list.length} files`;
      });
      before += file.size;
    }
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    button.disabled = true;
    anew.hidden = true;
    bar.hidden = false;
    wrong.textContent = "";
    const list = [...chosen.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, one]) => one);
    const key = await keyOf(list);
    const batch = localStorage.getItem(key) ?? crypto.randomUUID();
    localStorage.setItem(key, batch);
    try {
      await sendAll(list, batch);
    } catch (error) {
      sending = false;
      show();
      wrong.textContent = error.message;
      return;
    }
    sending = false;
    localStorage.removeItem(key);
    form.elements.batch.value = batch;
    form.submit();
  });
})();
