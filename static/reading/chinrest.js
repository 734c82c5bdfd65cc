// The virtual chinrest: a card on the screen gives its scale, the blind spot the distance (Li et al. 2020,
// doi:10.1038/s41598-019-57204-1).
const CARD_MM = [85.6, 53.98];
const BLIND_SPOT = Math.tan((13.5 * Math.PI) / 180);
const TIMES = 3;
const MM_A_SECOND = 18;

const form = document.querySelector("form[data-measure]");
const part = (id) => document.getElementById(id);
const [card, slider, said, dialog, gone] = ["card", "card-size", "chinrest-said", "spot", "spot-gone"].map(part);
const stage = dialog.querySelector(".spot-stage");
const dot = dialog.querySelector(".spot-dot");

function say(text, blanks) {
  const told = (number) => number.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
  said.textContent = text.replace(/\{(\w+)\}/, (_, name) => told(blanks[name]));
}

// The long side of the frame; on a narrow screen the card stands upright.
function draw() {
  const long = Number(slider.value);
  const short = (long * CARD_MM[1]) / CARD_MM[0];
  const upright = card.parentElement.clientWidth < 600;
  card.style.width = `${upright ? short : long}px`;
  card.style.height = `${upright ? long : short}px`;
}

slider.addEventListener("input", () => {
  draw();
  const mm = CARD_MM[0] / slider.value;
  form.elements.mm_per_px.value = mm.toFixed(4);
  form.elements.distance_mm.value = "";
  part("blind-spot").disabled = false;
  say(said.dataset.size, { px: 1 / mm });
});
part("chinrest").addEventListener("toggle", draw);
addEventListener("resize", draw);

let widths = [];
let began = 0;
const start = gone.textContent;

function way() {
  const mm = Number(form.elements.mm_per_px.value);
  return (((performance.now() - began) / 1000) * MM_A_SECOND) / mm;
}

function move() {
  if (!began || !dialog.open) return;
  // Who has seen it all the way begins again.
  if (way() > stage.clientWidth - dot.offsetWidth) began = performance.now();
  dot.style.transform = `translateX(${-way()}px)`;
  requestAnimationFrame(move);
}

function next() {
  if (began) widths.push(way());
  if (widths.length === TIMES) {
    dialog.close();
    const mean = widths.reduce((sum, width) => sum + width, 0) / TIMES;
    const distance = (mean * Number(form.elements.mm_per_px.value)) / BLIND_SPOT;
    form.elements.distance_mm.value = distance.toFixed(0);
    say(said.dataset.distance, { cm: Math.round(distance / 10) });
    return;
  }
  const isFirst = !began;
  began = performance.now();
  gone.textContent = part("spot-words").dataset.gone;
  if (isFirst) requestAnimationFrame(move);
}

part("blind-spot").addEventListener("click", () => {
  widths = [];
  began = 0;
  dot.style.transform = "";
  gone.textContent = start;
  dialog.showModal();
});
gone.addEventListener("click", next);
part("spot-stop").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  began = 0;
});
