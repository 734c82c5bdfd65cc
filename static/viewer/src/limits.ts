/** No answer before the images were looked at for so long, and none after the time to answer is over. */

import { word } from "./catalogue";
import { part } from "./dom";
import type { Stopwatch } from "./stopwatch";

const LOOK_MS = 100;

export class Limits {
  private watch: Stopwatch | null = null;
  private startMs = 0;
  private minMs = 0;
  private withinMs = 0;
  private waiting = false;
  private readonly box = part("limit");

  constructor(
    /** The reader may answer now, or could not before. */
    private readonly changed: () => void,
    private readonly over: () => void,
  ) {
    setInterval(() => this.look(), LOOK_MS);
  }

  /** Nothing runs before the images are painted. */
  stop(): void {
    this.watch = null;
    this.waiting = false;
    this.box.hidden = true;
  }

  /** Pauses do not count: the images are covered meanwhile. */
  start(watch: Stopwatch, minMs: number, withinMs: number): void {
    this.watch = watch;
    this.startMs = watch.paintedActiveMs;
    this.minMs = minMs;
    this.withinMs = withinMs;
    this.waiting = this.leftMs(minMs) > 0;
    this.look();
  }

  /** What keeps the answer from being sent. */
  get reason(): string | null {
    if (!this.waiting) return null;
    return word("look_first", { count: Math.max(1, Math.ceil(this.leftMs(this.minMs) / 1000)) });
  }

  private leftMs(limitMs: number): number {
    return limitMs - (Number(this.watch?.times().active_ms) - this.startMs);
  }

  private look(): void {
    if (!this.watch) return;
    if (this.waiting) {
      this.waiting = this.leftMs(this.minMs) > 0;
      this.changed();
    }
    if (!this.withinMs) return;
    const left = this.leftMs(this.withinMs);
    const text = word("time_left", { count: Math.max(0, Math.ceil(left / 1000)) });
    this.box.hidden = false;
    this.box.textContent = text;
    if (left > 0) return;
    this.stop();
    this.over();
  }
}
