// A contact sheet that grows while one scrolls.
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
})();
