// The protocol in steps: the outline chooses what is shown, counts what is wrong, and a sketch follows the fields.
(() => {
  const frame = document.querySelector("[data-builder]");
  if (!frame) return;
  const form = frame.closest("form");
  const links = [...frame.querySelectorAll(".outline a")];
  const chapters = [...frame.querySelectorAll(".chapter")];
  const sketch = frame.querySelector(".sketch");
  frame.classList.add("stepwise");

  const value = (name) => form.elements.namedItem(name)?.value?.trim() ?? "";

  const target = () => {
    const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    return named && frame.contains(named) ? named : chapters[0];
  };

  // A chapter with all its entries, or one entry of it alone.
  const go = () => {
    const at = target();
    const chapter = at.closest(".chapter");
    const entry = at.closest(".chapter > .entry");
    for (const one of chapters) one.hidden = one !== chapter;
    for (const one of chapter.querySelectorAll(":scope > .entry")) one.hidden = entry !== null && one !== entry;
    chapter.classList.toggle("one-entry", entry !== null);
    const shown = `#${(entry ?? chapter).id}`;
    for (const link of links)
      link.toggleAttribute("aria-current", link.getAttribute("href") === shown);
    draw();
    if (at.matches("input, select, textarea")) at.focus();
    if (at !== chapter) at.scrollIntoView({ block: "nearest" });
  };

  // Sections go by their titles.
  const name = (link) => {
    const at = link.getAttribute("href").match(/^#f-sections-(\d+)$/);
    const title = at && value(`sections[${at[1]}].title`);
    if (title) link.textContent = title;
  };

  const count = () => {
    for (const link of links) {
      name(link);
      const place = document.getElementById(link.getAttribute("href").slice(1));
      const wrong = place.querySelectorAll(".errors li, p.errors").length;
      link.dataset.wrong = wrong || "";
      if (wrong) link.setAttribute("aria-description", `${wrong} to fix`);
      else link.removeAttribute("aria-description");
    }
  };

  // --- The preview --------------------------------------------------------------------------------

  const WIDTH = 1280;
  const HEIGHT = 800;
  const room = sketch.querySelector("iframe");
  const said = sketch.querySelector("[data-preview-said]");
  let shown = "";
  let asked = 0;
  let timer = 0;

  const fill = () => {
    const scale = room.parentElement.clientWidth / WIDTH;
    room.style.transform = `scale(${scale})`;
    room.parentElement.style.height = `${HEIGHT * scale}px`;
  };
  new ResizeObserver(fill).observe(room.parentElement);

  // The reading page itself, from what is written now; a protocol with problems keeps the last one.
  const renew = async (at) => {
    const mine = ++asked;
    const sent = new FormData(form);
    sent.set("section", at);
    const answer = await fetch(form.dataset.preview, { method: "POST", body: sent }).catch(() => null);
    if (mine !== asked) return;
    const isDrawn = answer?.status === 200;
    said.textContent = isDrawn ? "" : "Fix the problems to renew the preview.";
    if (!isDrawn) return;
    const page = await answer.text();
    const same = page.replace(/csrf\S* content="[^"]*"|value="[^"]*"/g, "");
    if (mine !== asked || same === shown) return;
    shown = same;
    room.srcdoc = page;
  };

  const sections = [...frame.querySelectorAll("#c-sections > .entry")];
  const asks = (task) => sections.findIndex((_, at) => value(`sections[${at}].task`) === task);
  let last = 0;

  // The section that is written; beside another chapter one that shows what it says, else the last one.
  const sectionOf = (chapter, entry) => {
    const written = sections.indexOf(entry);
    if (written >= 0) return written;
    const fitting = asks({ "c-scale": "rate", "c-labels": "check_label", "c-values": "check_label" }[chapter.id]);
    return fitting >= 0 ? fitting : last;
  };

  const draw = () => {
    const at = target();
    const chapter = at.closest(".chapter");
    sketch.hidden = !sections.length || !("seen" in chapter.dataset);
    clearTimeout(timer);
    if (sketch.hidden) return;
    last = Math.min(sectionOf(chapter, at.closest(".chapter > .entry")), sections.length - 1);
    sketch.querySelector("[data-preview-of]").textContent = ` of section ${last + 1}`;
    timer = setTimeout(renew, 400, last);
  };

  form.addEventListener("input", draw);
  form.addEventListener("checked", count);
  addEventListener("hashchange", go);
  // Enter in a field that is not shown must not be refused by the browser unseen.
  form.addEventListener("invalid", (event) => {
    location.hash = event.target.id;
  }, true);
  count();
  go();
})();
