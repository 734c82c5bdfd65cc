/** Times of one presentation: active time leaves out pauses, hidden tabs and an idle reader. */

import type { ReadingEvent, Times, Timing } from "./contract";

export type Standing = "active" | "hidden" | "paused";

const MOST_EVENTS = 400;

export class Stopwatch {
  private readonly shownAt = new Date();
  private readonly start = performance.now();
  private since = this.start;
  private standing: Standing;
  private readonly spent: Record<Standing, number>;
  private firstPaintMs: number | null;
  private firstInputMs: number | null;
  private readonly before: number;
  /** Active time when the images were on the screen, in this page. */
  paintedActiveMs = 0;
  /** What the protocol asked for, and how long the images were shown; null where there is no limit. */
  exposure: { readonly exposure_ms: number; shown_ms: number | null } | null = null;

  /** `earlier`: times of the same presentation before a reload or on another machine; `events`: what was noted. */
  constructor(
    earlier: Times | null,
    standing: Standing = "active",
    readonly events: ReadingEvent[] = [],
  ) {
    this.standing = standing;
    this.before = earlier?.elapsed_ms ?? 0;
    this.firstPaintMs = earlier?.first_paint_ms ?? null;
    this.firstInputMs = earlier?.first_input_ms ?? null;
    this.spent = {
      active: earlier?.active_ms ?? 0,
      hidden: earlier?.hidden_ms ?? 0,
      paused: earlier?.paused_ms ?? 0,
    };
    if (earlier) this.note("resumed");
  }

  private elapsed(): number {
    return Math.round(this.before + performance.now() - this.start);
  }

  note(kind: string, slot?: string, value?: string | number): void {
    if (this.events.length < MOST_EVENTS) this.conclude(kind, slot, value);
  }

  /** Sums up what the events leave out; said once, at the end, however many there were. */
  conclude(kind: string, slot?: string, value?: string | number): void {
    const event: ReadingEvent = { t_ms: this.elapsed(), kind };
    this.events.push({ ...event, ...(slot ? { slot } : {}), ...(value === undefined ? {} : { value }) });
  }

  /** The reader did something that matters. */
  input(kind: string, slot?: string, value?: string | number): void {
    this.firstInputMs ??= this.elapsed();
    this.note(kind, slot, value);
  }

  painted(atMs: number): void {
    // What was read before a reload counts.
    this.paintedActiveMs = this.before > 0 ? 0 : this.times().active_ms;
    this.firstPaintMs ??= Math.round(this.before + atMs - this.start);
  }

  /** `backdateMs`: the change happened that long ago (an idle reader left before we noticed). */
  turn(to: Standing, backdateMs = 0): void {
    if (to === this.standing) return;
    const at = Math.max(this.since, performance.now() - backdateMs);
    this.spent[this.standing] += at - this.since;
    this.since = at;
    this.standing = to;
  }

  times(): Times {
    const now = performance.now() - this.since;
    const total = (kind: Standing) => Math.round(this.spent[kind] + (kind === this.standing ? now : 0));
    return {
      first_paint_ms: this.firstPaintMs,
      first_input_ms: this.firstInputMs,
      active_ms: total("active"),
      hidden_ms: total("hidden"),
      paused_ms: total("paused"),
      elapsed_ms: this.elapsed(),
      ...(this.exposure ? { shown_ms: this.exposure.shown_ms } : {}),
    };
  }

  timing(): Timing {
    const { elapsed_ms, ...times } = this.times();
    return {
      shown_at: this.shownAt.toISOString(),
      response_ms: elapsed_ms,
      ...times,
      ...this.exposure,
      events: this.events,
      clock: {
        submitted_at: new Date().toISOString(),
        origin: new Date(performance.timeOrigin).toISOString(),
      },
    };
  }
}
