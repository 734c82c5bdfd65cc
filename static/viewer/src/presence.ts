/** Whether the reader is there: hidden tabs, pauses, and hands that have not moved for long. */

import type { Standing, Stopwatch } from "./stopwatch";

export interface PresenceWatcher {
  /** Something happened that belongs to the sitting rather than to an answer. */
  happened(kind: string): void;
  /** No input for this long. */
  idle(): void;
}

const LOOK_MS = 1000;

export class Presence {
  private watch: Stopwatch | null = null;
  private paused = false;
  private lastInput = performance.now();
  private gone = false;
  idleAfterMs = Number.POSITIVE_INFINITY;

  constructor(private readonly watcher: PresenceWatcher) {
    for (const name of ["pointerdown", "pointermove", "keydown", "wheel"]) {
      addEventListener(name, () => this.touch(), { passive: true, capture: true });
    }
    // A page that goes away is hidden a moment later; that is no news of a reader who is still there.
    addEventListener("pagehide", () => {
      this.gone = true;
    });
    addEventListener("pageshow", () => {
      this.gone = false;
    });
    document.addEventListener("visibilitychange", () => {
      if (this.gone) return;
      this.tell(document.hidden ? "hidden" : "visible");
      this.settle();
      this.touch();
    });
    addEventListener("blur", () => this.watch?.note("window_left"));
    addEventListener("focus", () => this.watch?.note("window_entered"));
    addEventListener("online", () => this.tell("online"));
    addEventListener("offline", () => this.tell("offline"));
    setInterval(() => this.look(), LOOK_MS);
  }

  follow(watch: Stopwatch): void {
    this.watch = watch;
    this.touch();
    this.settle();
  }

  get standing(): Standing {
    if (this.paused) return "paused";
    return document.hidden ? "hidden" : "active";
  }

  pause(kind: "pause" | "idle" | "break"): void {
    if (this.paused) return;
    const backdateMs = kind === "idle" ? performance.now() - this.lastInput : 0;
    this.paused = true;
    this.tell(kind);
    this.watch?.turn("paused", backdateMs);
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.tell("resume");
    this.settle();
    this.touch();
  }

  private settle(): void {
    this.watch?.turn(this.standing);
  }

  private touch(): void {
    this.lastInput = performance.now();
  }

  private tell(kind: string): void {
    this.watch?.note(kind);
    this.watcher.happened(kind);
  }

  private look(): void {
    if (this.paused || document.hidden) return;
    if (performance.now() - this.lastInput > this.idleAfterMs) this.watcher.idle();
  }
}
