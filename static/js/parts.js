// What takes seconds to compute is fetched behind the page: data-part names the part, data-from where it is.
for (const box of document.querySelectorAll("[data-part]")) {
  fetch(box.dataset.from ?? "", { headers: { "X-Part": box.dataset.part } })
    .then((answer) => (answer.ok && !answer.redirected ? answer.text() : null))
    .then((part) => {
      if (part) box.innerHTML = part;
    })
    .catch(() => {});
}
