/** Images that are shown for so long and no longer: counted in frames, from when everything is painted. */

import { h } from "./dom";

const NOISE_SIDE = 256;
/** Frames that come so soon after one another are on time; slower screens do not wait for ever. */
const CALM_MS = 25;
const MOST_TRIES = 12;

type Mask = "noise" | "grey" | "none";

export class Exposure {
  /** How long the images were on the screen; null before they are covered again. */
  shownMs: number | null = null;
  private veils: HTMLElement[] = [];
  private turn = 0;
  private running = false;

  constructor(private readonly grid: HTMLElement) {}

  /** Puts a cover over each viewport; it is drawn now, so that it costs no time when it falls. */
  attach(views: Iterable<HTMLElement>, mask: Mask | null): void {
    for (const veil of this.veils) veil.remove();
    this.veils = mask === null ? [] : [...views].map((view) => view.appendChild(cover(mask)));
    this.veil(null);
  }

  /** The images are painted below their covers, and nobody sees them yet. */
  prepare(): void {
    this.turn += 1;
    this.shownMs = null;
    this.running = false;
    this.veil("before");
  }

  /** They were shown before, and are not shown again. */
  cover(shownMs: number): void {
    this.shownMs = shownMs;
    this.veil("after");
  }

  open(): void {
    this.turn += 1;
    this.running = false;
    this.veil(null);
  }

  get isRunning(): boolean {
    return this.running;
  }

  /** Uncovers the images for so many milliseconds; resolves with how long they were shown. */
  run(exposureMs: number): Promise<number> {
    const { turn } = this;
    this.running = true;
    return new Promise((resolve) => {
      let start = Number.NaN;
      let last = Number.NaN;
      let frameMs = 1000 / 60;
      let tries = 0;
      const end = (at: number) => {
        document.removeEventListener("visibilitychange", left);
        if (turn !== this.turn || !this.running) return;
        this.running = false;
        this.shownMs = Math.round((at - start) * 10) / 10;
        this.veil("after");
        resolve(this.shownMs);
      };
      // A hidden page draws no frames: what nobody can see is over.
      const left = () => document.hidden && end(performance.now());
      const frame = (at: number) => {
        if (turn !== this.turn) return;
        if (Number.isNaN(start)) {
          // The browser catches up with what it drew before; a late frame would be a longer exposure.
          tries += 1;
          if (at - last < CALM_MS || tries > MOST_TRIES) {
            start = at;
            this.veil("open");
          }
        } else {
          // What is changed now is on the screen one frame later, as the first change was.
          const step = at - last;
          if (step > 2 && step < frameMs) frameMs = step;
          if (at - start >= exposureMs - frameMs / 2) return end(at);
        }
        last = at;
        requestAnimationFrame(frame);
      };
      document.addEventListener("visibilitychange", left);
      requestAnimationFrame(frame);
    });
  }

  private veil(state: "before" | "open" | "after" | null): void {
    if (state === null) delete this.grid.dataset.veil;
    else this.grid.dataset.veil = state;
  }
}

function cover(mask: Mask): HTMLElement {
  const veil = h("div", { class: `veil ${mask}` });
  if (mask !== "noise") return veil;
  const canvas = h("canvas", { width: NOISE_SIDE, height: NOISE_SIDE });
  const context = canvas.getContext("2d");
  const noise = context?.createImageData(NOISE_SIDE, NOISE_SIDE);
  if (context && noise) {
    for (let i = 0; i < noise.data.length; i += 4) {
      noise.data.fill(Math.random() * 256, i, i + 3);
      noise.data[i + 3] = 255;
    }
    context.putImageData(noise, 0, 0);
  }
  veil.append(canvas);
  return veil;
}
