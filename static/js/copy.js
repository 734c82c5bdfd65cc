// Copy the text of an element; the button is shown only where that is possible.
(() => {
  const offer = () => {
    for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = "Copied";
  });
  // Parts of a page may come later, such as the refined power.
  new MutationObserver(offer).observe(document.body, { childList: true, subtree: true });
  offer();
})();
