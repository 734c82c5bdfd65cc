// Show a reader's screen again as it was: play, pause, scrub; without motion, one change after the other.
(() => {
  const root = document.querySelector("[data-replay]");
  if (!root) return;
  const { canvas, moments, gaze } = JSON.parse(document.getElementById(root.dataset.replay).textContent);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const bar = root.querySelector(".replay-bar");
  const play = root.querySelector("[data-play]");
  const slider = bar.querySelector("input");
  const clock = bar.querySelector("output");
  const speed = bar.querySelector("select");
  const now = root.querySelector("[data-now]");
  const events = [...document.querySelectorAll("[data-at]")];
  const from = moments[0].t_ms;
  const end = moments[moments.length - 1].t_ms;
  let at = from;
  let ticking = 0;
  let before = 0;

  const percent = (share) => `${share * 100}%`;

  // The part that was on the screen fills the box, whole: as in the viewport.
  const frameOf = (part) => {
    const scale = Math.min(canvas.width / part[2], canvas.height / part[3]);
    const x = part[0] + part[2] / 2 - canvas.width / scale / 2;
    const y = part[1] + part[3] / 2 - canvas.height / scale / 2;
    return { x, y, scale };
  };

  const grey = (figure, state) => {
    const [center, width] = state.window ?? [canvas.white / 2, canvas.white];
    const sign = state.inverted ? -1 : 1;
    const slope = (sign * canvas.white) / width;
    const low = (center - width / 2) / width;
    const offset = state.inverted ? 1 + low : -low;
    for (const channel of figure.querySelectorAll("[slope]")) {
      channel.setAttribute("slope", slope);
      channel.setAttribute("intercept", offset);
    }
  };

  const put = (element, box, frame) => {
    element.hidden = !box;
    if (!box) return;
    const { x, y, scale } = frame;
    Object.assign(element.style, {
      left: percent(((box[0] - x) * scale) / canvas.width),
      top: percent(((box[1] - y) * scale) / canvas.height),
      width: percent((box[2] * scale) / canvas.width),
      height: percent((box[3] * scale) / canvas.height),
    });
  };

  const eyesOn = (letter) => {
    const seen = gaze.filter(([ms, on]) => ms <= at && ms > at - 300 && on === letter);
    const last = seen[seen.length - 1];
    const side = Math.max(canvas.width, canvas.height) / 25;
    return last ? [last[2] - side / 2, last[3] - side / 2, side, side] : null;
  };

  const show = (figure, state, away) => {
    const view = figure.querySelector(".replay-view");
    const image = view.querySelector("img");
    const hidden = away || !state.part;
    view.classList.toggle("veiled", hidden);
    const frame = frameOf(state.part ?? [0, 0, canvas.width, canvas.height]);
    image.style.width = percent(frame.scale);
    image.style.left = percent((-frame.x * frame.scale) / canvas.width);
    image.style.top = percent((-frame.y * frame.scale) / canvas.height);
    grey(figure, state);
    if (state.frame) {
      const address = new URL(image.src);
      address.searchParams.set("frame", state.frame);
      if (image.src !== address.href) image.src = address.href;
    }
    put(view.querySelector(".replay-lens"), hidden ? null : state.lens, frame);
    put(view.querySelector(".replay-gaze"), hidden ? null : eyesOn(figure.dataset.letter), frame);
    const said = [hidden ? "not on the screen" : `${frame.scale.toFixed(1)}×`];
    if (state.frame) said.push(`frame ${state.frame} of ${canvas.frames}`);
    figure.querySelector("[data-state]").textContent = said.join(", ");
  };

  const draw = () => {
    const passed = moments.filter(({ t_ms }) => t_ms <= at);
    const moment = passed[passed.length - 1] ?? moments[0];
    for (const figure of root.querySelectorAll("[data-letter]")) {
      const state = moment.images[figure.dataset.letter];
      if (state) show(figure, state, moment.away);
    }
    slider.value = at;
    const seconds = `${((at - from) / 1000).toFixed(1)} of ${((end - from) / 1000).toFixed(1)} s`;
    clock.value = seconds;
    slider.setAttribute("aria-valuetext", seconds);
    const last = passed.filter(({ said }) => said).pop();
    if (last && now.textContent !== last.said) now.textContent = last.said;
    const current = events.filter((event) => Number(event.dataset.at) <= at).pop();
    for (const event of events) event.toggleAttribute("data-current", event === current);
  };

  const label = () => {
    play.textContent = still.matches ? "Next change" : ticking ? "Pause" : "Play";
  };

  const stop = () => {
    cancelAnimationFrame(ticking);
    ticking = 0;
    label();
  };

  const tick = (time) => {
    at = Math.min(end, at + (time - before) * Number(speed.value));
    before = time;
    draw();
    if (at >= end) return stop();
    ticking = requestAnimationFrame(tick);
  };

  const toggle = () => {
    if (still.matches) {
      at = moments.find(({ t_ms }) => t_ms > at)?.t_ms ?? from;
      draw();
      return;
    }
    if (ticking) return stop();
    if (at >= end) at = from;
    before = performance.now();
    ticking = requestAnimationFrame(tick);
    label();
  };

  const goTo = (ms) => {
    at = Math.min(end, Math.max(from, ms));
    draw();
  };

  const filters = (figure, index) => {
    const channels = ["R", "G", "B"].map((name) => `<feFunc${name} type="linear" slope="1" intercept="0"/>`);
    figure.insertAdjacentHTML(
      "beforeend",
      `<svg class="visually-hidden" aria-hidden="true"><filter id="grey-${index}" color-interpolation-filters="sRGB">
        <feComponentTransfer>${channels.join("")}</feComponentTransfer></filter></svg>`,
    );
    figure.querySelector("img").style.filter = `url(#grey-${index})`;
    figure.querySelector(".replay-view").style.aspectRatio = `${canvas.width} / ${canvas.height}`;
  };

  root.querySelectorAll("[data-letter]").forEach(filters);
  for (const event of events) {
    const button = document.createElement("button");
    button.className = "link";
    button.type = "button";
    button.append(...event.childNodes);
    button.addEventListener("click", () => goTo(Number(event.dataset.at)));
    event.append(button);
  }
  slider.min = from;
  slider.max = end;
  slider.addEventListener("input", () => goTo(Number(slider.value)));
  play.addEventListener("click", toggle);
  root.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.target.closest("button, select")) return;
    event.preventDefault();
    toggle();
  });
  still.addEventListener("change", stop);
  bar.hidden = false;
  label();
  draw();
})();
