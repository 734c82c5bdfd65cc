/** The tour: the tools of the reading room on a picture for practice, with mouse, fingers or keys. */

import { h, part } from "./dom";
import { Gestures, type Hands, type Mode } from "./gestures";
import { standard, useKeys } from "./keymap";
import { ARROWS, isChord, toolOf } from "./keys";
import { type Picture, Viewer } from "./viewer";

const SIDE = 320;
const CSS_PX_A_WIDTH = 300;
const CSS_PX_A_FRAME = 25;
const STEP_CSS_PX = 40;

/** Rings, bars and a disc that moves from frame to frame: nothing that a study could ask about. */
function practicePicture(frame: number): Picture {
  const pixels = new Uint8Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const far = Math.hypot(x - SIDE / 2, y - SIDE / 2);
      const rings = far < 130 ? 110 + 60 * Math.cos((far * far) / 900) : 40;
      const bars = y > 285 && x > 40 && x < 280 ? ((x >> (1 + ((x / 60) | 0))) & 1) * 150 + 50 : rings;
      const disc = Math.hypot(x - 100 - 10 * frame, y - 90) < 14 ? 12 : 0;
      pixels[y * SIDE + x] = Math.max(0, Math.min(255, bars + disc));
    }
  }
  return { width: SIDE, height: SIDE, bits: 8, channels: 1, pixels, window: { center: 127.5, width: 255 } };
}

class Tour {
  private readonly view = part("tour-view");
  private readonly said = part("tour-said");
  private readonly viewer = new Viewer();
  private readonly frames: readonly Picture[];
  private readonly buttons = [...document.querySelectorAll<HTMLElement>("[data-tour-mode]")];
  private readonly modes: { mouse: Mode; finger: Mode };
  private pointer: "mouse" | "finger" = "mouse";
  private at = 0;
  private travelled = 0;

  constructor(box: HTMLElement) {
    const hasFrames = box.dataset.frames !== undefined;
    this.frames = Array.from({ length: hasFrames ? 12 : 1 }, (_, i) => practicePicture(i));
    this.modes = hasFrames ? { mouse: "scroll", finger: "scroll" } : { mouse: "window", finger: "move" };
    for (const step of box.querySelectorAll<HTMLElement>("[data-if-frames]")) {
      step.hidden = !hasFrames;
    }
    box.hidden = false;
    this.viewer.setPorts([this.view]);
    this.viewer.load([this.frames[0] as Picture]);
    new Gestures(this.view, this.hands());
    this.view.addEventListener("keydown", (event) => this.key(event));
    this.view.addEventListener("wheel", (event) => this.wheel(event), { capture: true, passive: false });
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.choose(button.dataset.tourMode as Mode));
    }
    this.hand(matchMedia("(pointer: coarse)").matches ? "touch" : "mouse");
    for (const choice of box.querySelectorAll<HTMLInputElement>("[name=hand]")) {
      choice.addEventListener("change", () => this.hand(choice.value));
    }
  }

  /** Shows what a kind of pointer does. */
  private hand(kind: string): void {
    part<HTMLInputElement>(`hand-${kind}`).checked = true;
    for (const list of document.querySelectorAll<HTMLElement>("[data-hand]")) {
      list.hidden = list.dataset.hand !== kind;
    }
    this.pointer = kind === "touch" ? "finger" : "mouse";
    this.show();
  }

  private hands(): Hands {
    const { viewer } = this;
    return {
      mode: (finger) => this.modes[finger ? "finger" : "mouse"],
      window: (dx, dy) => viewer.shiftWindow(0, dx / CSS_PX_A_WIDTH, -dy / CSS_PX_A_WIDTH),
      pan: (dx, dy) => viewer.pan(0, dx, dy),
      zoom: (factor, at) => viewer.zoom(0, factor, at),
      scroll: (dy) => this.scroll(dy),
      grab: () => false,
      drag: () => undefined,
      tap: () => undefined,
      doubleTap: () => this.reset(),
      hover: () => undefined,
      lens: (at) => {
        viewer.magnify(0, at);
        if (at) this.done("lens");
      },
      done: (kind) => this.done(kind),
    };
  }

  private wheel(event: WheelEvent): void {
    if (this.frames.length < 2 || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.turn(Math.sign(event.deltaY));
  }

  private scroll(dy: number): void {
    this.travelled += dy;
    const by = Math.trunc(this.travelled / CSS_PX_A_FRAME);
    this.travelled -= by * CSS_PX_A_FRAME;
    if (by) this.turn(by);
  }

  private turn(by: number): void {
    this.at = Math.max(0, Math.min(this.frames.length - 1, this.at + by));
    this.viewer.turn(new Map([[0, this.frames[this.at] as Picture]]));
    this.done("scroll");
  }

  private key(event: KeyboardEvent): void {
    if (isChord(event)) return;
    const arrow = ARROWS[event.key];
    const frame = { "[": -1, "]": 1 }[event.key];
    const tool = toolOf(standard(event.key.toLowerCase()));
    if (arrow && event.shiftKey) this.nudge(...arrow);
    else if (frame) this.turn(frame);
    else if (tool?.kind === "mode") this.choose(tool.mode);
    else if (tool?.kind === "zoom") this.zoom(tool.factor);
    else if (tool?.kind === "reset") this.reset();
    else if (tool?.kind === "invert") {
      this.viewer.invert(!this.viewer.isInverted(0));
      this.done("invert");
    } else return;
    event.preventDefault();
  }

  private zoom(factor: number): void {
    this.viewer.zoom(0, factor);
    this.done("zoom");
  }

  private nudge(dx: number, dy: number): void {
    const { viewer } = this;
    const mode = this.modes.mouse;
    if (mode === "zoom") this.zoom(dx - dy > 0 ? 1.25 : 0.8);
    else if (mode === "scroll") this.turn(dx + dy);
    else if (mode === "window") {
      viewer.shiftWindow(0, dx * 0.1, -dy * 0.05);
      this.done("window");
    } else {
      viewer.pan(0, -dx * STEP_CSS_PX, -dy * STEP_CSS_PX);
      this.done("pan");
    }
  }

  private choose(mode: Mode): void {
    if (!this.buttons.some(({ dataset }) => dataset.tourMode === mode)) return;
    this.modes.mouse = this.modes.finger = mode;
    this.show();
  }

  private show(): void {
    for (const button of this.buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.tourMode === this.modes[this.pointer]));
    }
  }

  private reset(): void {
    this.viewer.reset(0);
    this.done("reset");
  }

  /** Ticks what was tried off, in the list that is open. */
  private done(kind: string): void {
    const step = document.querySelector<HTMLElement>(`[data-hand]:not([hidden]) [data-try="${kind}"]`);
    if (!step || step.classList.contains("tried")) return;
    step.classList.add("tried");
    const text = String(step.textContent);
    step.append(h("span", { class: "tick", role: "img", "aria-label": this.said.dataset.done ?? "" }, " ✓"));
    const open = document.querySelector("[data-hand]:not([hidden]) [data-try]:not(.tried):not([hidden])");
    this.said.textContent = open ? `${this.said.dataset.done}: ${text}` : String(this.said.dataset.all);
  }
}

useKeys(JSON.parse(part("own-keys").textContent || "{}"));
new Tour(part("tour"));
