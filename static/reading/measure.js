// Writes what the screen measures into the form of the display check, and draws the grey to be matched.
const form = document.querySelector("form[data-measure]");

function measure() {
  const measures = {
    screen_width: screen.width,
    screen_height: screen.height,
    viewport_width: innerWidth,
    viewport_height: innerHeight,
    pixel_ratio: devicePixelRatio,
  };
  for (const [name, value] of Object.entries(measures)) form.elements[name].value = value;
}

measure();
addEventListener("resize", measure);

// A digit leads on to the next field.
const digits = [...form.querySelectorAll(".digits input")];
for (const [i, input] of digits.entries()) {
  input.addEventListener("input", () => {
    if (input.value) digits[i + 1]?.focus();
  });
}

// Stripes of black and white give half the light of white; the grey that equals them tells the exponent.
const box = document.getElementById("gamma");
const canvas = box.querySelector("canvas");
const slider = box.querySelector("input[type=range]");

function draw() {
  const ratio = devicePixelRatio;
  const width = (canvas.width = Math.round(canvas.clientWidth * ratio));
  const height = (canvas.height = Math.round(canvas.clientWidth * ratio * 0.25));
  const pen = canvas.getContext("2d");
  const thick = Math.max(1, Math.round(ratio));
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = "#fff";
  for (let y = 0; y < height; y += 2 * thick) pen.fillRect(0, y, width, thick);
  pen.fillStyle = `rgb(${slider.value} ${slider.value} ${slider.value})`;
  pen.fillRect(Math.round(width / 3), 0, Math.round(width / 3), height);
}

box.hidden = false;
// It begins somewhere else each time.
const [start] = crypto.getRandomValues(new Uint8Array(1));
slider.value = String(100 + (start % 120));
draw();
addEventListener("resize", draw);
slider.addEventListener("input", () => {
  draw();
  form.elements.gamma.value = (Math.log(0.5) / Math.log(slider.value / 255)).toFixed(2);
});
