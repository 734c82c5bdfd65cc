// A slider beside each number, and the power of what they say: a quick answer at once, a refined one once they rest.
const USUAL = {
  alternatives: [2, 8, 1],
  readers: [2, 30, 1],
  trials: [5, 200, 5],
  accuracy: [0.05, 0.95, 0.01],
  margin: [0.01, 0.3, 0.01],
  reader_sd: [0, 1.5, 0.05],
  case_icc: [0, 0.5, 0.01],
};
const QUICK_MS = 250;
const REFINED_MS = 1500;

const form = document.querySelector("[data-planner]");
const box = document.querySelector("[data-part=power]");
let waiting = [];
let latest = null;

function show(address) {
  latest?.abort();
  latest = new AbortController();
  fetch(address, { headers: { "X-Part": "power" }, signal: latest.signal })
    .then((answer) => (answer.redirected ? null : answer.text()))
    .then((part) => {
      if (part) box.innerHTML = part;
    })
    .catch(() => {});
}

function changed() {
  waiting.forEach(clearTimeout);
  if (!form.checkValidity()) return;
  const address = `?${new URLSearchParams(new FormData(form))}`;
  history.replaceState(null, "", address);
  waiting = [
    setTimeout(() => show(address), QUICK_MS),
    setTimeout(() => show(`${address}&refined=1`), REFINED_MS),
  ];
}

for (const [name, [min, max, step]] of Object.entries(USUAL)) {
  const field = form.elements[name];
  // The units of an endpoint are those of its answers: no range is usual.
  if (!field || (form.dataset.planner === "endpoint" && name !== "readers")) continue;
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min, max, step, value: field.value || 1 / form.elements.alternatives.value });
  slider.setAttribute("aria-label", field.labels[0]?.textContent.trim() ?? name);
  field.before(slider);
  field.parentElement.classList.add("slid");
  slider.addEventListener("input", () => {
    field.value = slider.value;
    changed();
  });
  field.addEventListener("input", () => {
    slider.value = field.value;
  });
}

// Only what the chosen endpoint needs is enabled; disabled fields are neither shown nor sent.
const conditional = [...form.querySelectorAll("[data-asked-when]")];
const said = ({ type, checked, value }) => (type === "checkbox" ? checked : value);

function ask() {
  for (const field of conditional) {
    const isAsked = JSON.parse(field.dataset.askedWhen).some((rule) =>
      Object.entries(rule).every(([name, values]) => values.includes(said(form.elements[name]))),
    );
    field.disabled = !isAsked;
  }
}

form.addEventListener("change", ask);
form.addEventListener("change", changed);
if (box.dataset.from) show(box.dataset.from);
