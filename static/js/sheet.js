// A contact sheet that grows while one scrolls, and in which images are ticked to be taken out.
(() => {
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;
  const watch = new IntersectionObserver(async (seen) => {
    const more = sheet.querySelector("[data-following]");
    if (!more || !seen.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    const answer = await fetch(more.href, { headers: { "X-Part": "sheet" } });
    if (!answer.ok) return;
    more.insertAdjacentHTML("beforebegin", await answer.text());
    more.remove();
    follow();
  }, { rootMargin: "1200px" });
  const follow = () => {
    const more = sheet.querySelector("[data-following]");
    if (more) watch.observe(more);
  };
  follow();

  const form = document.querySelector("#take-out");
  if (!form) return;
  const button = form.querySelector("[data-take-out]");
  const boxes = () => [...sheet.querySelectorAll("[name=images]")];
  let last = null;
  const count = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    button.textContent = ticked ? `Take out ${ticked}` : "Take out";
    button.disabled = ticked === 0;
  };
  sheet.addEventListener("click", (event) => {
    if (!event.target.matches("[name=images]")) return;
    const all = boxes();
    const [from, to] = [all.indexOf(last ?? event.target), all.indexOf(event.target)];
    if (event.shiftKey) {
      for (const box of all.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = event.target.checked;
    }
    last = event.target;
    count();
  });
  // One field for all that are ticked: a server takes a limited number of fields.
  form.addEventListener("formdata", (event) => {
    const ticked = event.formData.getAll("images");
    event.formData.set("images", ticked.join(","));
  });
  addEventListener("pageshow", count);
})();
