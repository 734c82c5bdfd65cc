// Writes what the screen measures into the form of the display check.
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
