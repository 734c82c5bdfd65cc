/**
 * Stacks and cines: which frame of each image is on the screen, and how hands and clock move it. What was seen
 * is counted, frame by frame, and so is every frame that a slow machine could not show.
 */

import { word } from "./catalogue";
import { h, kbd, part } from "./dom";
import { type Film, filmOf } from "./film";
import { isChord } from "./keys";
import type { Picture, Viewer } from "./viewer";

const WHEEL_CSS_PX_A_FRAME = 50;
const LEAP = 10;
const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 3];
const STACK_HZ = 10;

export interface PlayerHost {
  focused(): string;
  /** Something that the record of the trial keeps. */
  record(kind: string, slot?: string, value?: string | number): void;
  /** Other frames are on the screen. */
  moved(): void;
}

interface Reel {
  readonly slot: string;
  readonly film: Film;
  at: number;
  /** Milliseconds that each frame was on the screen. */
  readonly spent: Float64Array;
  readonly seen: Set<number>;
}

export class Player {
  private reels: Array<Reel | null> = [];
  private views: HTMLElement[] = [];
  private playing = false;
  private looping = true;
  private speed = 1;
  private rate = STACK_HZ;
  /** When playing began, at which frame, and how many are due since. */
  private since = { ms: 0, frame: 0 };
  private passed = 0;
  private counts = { shown: 0, dropped: 0, waited: 0 };
  private wheel = 0;
  private tick = 0;
  private spentSince = 0;
  private wereVeiled = false;
  private readonly grid = part("grid");
  private readonly bar = part("film");
  private readonly slider = part<HTMLInputElement>("film-slider");
  private readonly place = part<HTMLOutputElement>("film-at");
  private readonly pace = part<HTMLOutputElement>("film-rate");
  private readonly play = part("film-play");
  private readonly loop = part("film-loop");

  constructor(
    private readonly viewer: Viewer,
    private readonly host: PlayerHost,
  ) {
    this.slider.addEventListener("input", () => this.goTo(Number(this.slider.value) - 1));
    this.play.addEventListener("click", () => this.toggle());
    this.loop.addEventListener("click", () => this.turnLoop());
    for (const button of this.bar.querySelectorAll<HTMLElement>("[data-step], [data-speed]")) {
      const { step, speed } = button.dataset;
      button.addEventListener("click", () =>
        step ? this.step(Number(step)) : this.shiftSpeed(Number(speed)),
      );
    }
    document.addEventListener("keydown", (event) => this.key(event), true);
    const watcher = new MutationObserver(() => this.spend());
    watcher.observe(this.grid, { attributeFilter: ["data-veil"] });
    watcher.observe(document.body, { attributeFilter: ["class"] });
    document.addEventListener("visibilitychange", () => this.spend());
  }

  /** The viewports of a newly built board. */
  attach(views: ReadonlyMap<string, HTMLElement>): void {
    this.views = [...views.values()];
    [...views.keys()].forEach((slot, i) => {
      const view = this.views[i] as HTMLElement;
      view.addEventListener("wheel", (event) => this.turnWheel(event, slot), {
        capture: true,
        passive: false,
      });
      view.append(h("span", { class: "ov frame", hidden: true }));
    });
  }

  /** The images of a trial that has just been loaded. */
  begin(slots: readonly string[], pictures: readonly Picture[]): void {
    this.stop();
    this.counts = { shown: 0, dropped: 0, waited: 0 };
    this.reels = pictures.map((picture, i) => {
      const film = filmOf(picture);
      if (!film) return null;
      const spent = new Float64Array(film.count);
      return { slot: slots[i] as string, film, at: film.at, spent, seen: new Set([film.at]) };
    });
    const first = this.first;
    this.bar.hidden = first === null;
    this.spentSince = performance.now();
    this.wereVeiled = this.isVeiled;
    if (first) {
      this.slider.max = String(first.film.count);
      this.rate = first.film.offer.rate_hz || STACK_HZ;
      this.speed = 1;
    }
    this.show();
  }

  /** The images are on the screen: a cine begins, unless its reader wants nothing to move. */
  painted(): void {
    this.spentSince = performance.now();
    if (this.first?.film.isCine && !matchMedia("(prefers-reduced-motion: reduce)").matches) this.start();
  }

  get hasFilms(): boolean {
    return this.first !== null;
  }

  /** The frame of an image that is on the screen, counted from 1 as points are; null of stills. */
  frameOf(slot: string): number | null {
    const reel = this.reels.find((found) => found?.slot === slot);
    return reel ? reel.at + 1 : null;
  }

  /** Says what was seen of each image and for how long, in milliseconds a frame. */
  report(say: (kind: string, slot: string, value: string) => void): void {
    this.spend();
    for (const reel of this.reels) {
      if (!reel) continue;
      say("frames_seen", reel.slot, `${reel.seen.size}/${reel.film.count}`);
      const times = [...reel.spent].flatMap((ms, i) => (ms >= 1 ? [`${i + 1}:${Math.round(ms)}`] : []));
      say("frame_ms", reel.slot, times.join(" "));
    }
    const { shown, dropped, waited } = this.counts;
    if (this.hasFilms && shown) say("played", "", `shown ${shown} dropped ${dropped} waited ${waited}`);
  }

  step(by: number): void {
    this.pause();
    const reel = this.current;
    if (reel) this.goTo(reel.at + by);
  }

  /** Shows a frame of the image in focus, and of all that are linked with it. */
  goTo(frame: number): void {
    const reel = this.current;
    if (!reel) return;
    const to = Math.min(reel.film.count - 1, Math.max(0, frame));
    this.move(this.together.map((each) => [each, to]));
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.start();
  }

  private get first(): Reel | null {
    return this.reels.find((reel) => reel !== null) ?? null;
  }

  private get current(): Reel | null {
    const slot = this.host.focused();
    return this.reels.find((reel) => reel?.slot === slot) ?? this.first;
  }

  private get together(): Reel[] {
    const { current } = this;
    const all = this.reels.filter((reel) => reel !== null);
    return this.viewer.linked || !current ? all : [current];
  }

  /** Nobody can see the images: the page is covered, or their exposure has not begun or is over. */
  private get isVeiled(): boolean {
    const { veil } = this.grid.dataset;
    const exposed = veil === undefined || veil === "open";
    return document.hidden || document.body.classList.contains("covered") || !exposed;
  }

  private move(to: ReadonlyArray<[Reel, number]>): void {
    this.spend();
    const frames = new Map<number, Picture>();
    for (const [reel, frame] of to) {
      reel.film.moveTo(frame);
      const picture = reel.film.frame(frame);
      // What has not come yet is shown as soon as it does.
      if (!picture) {
        this.awaitFrame(reel);
        continue;
      }
      reel.at = frame;
      if (!this.isVeiled) reel.seen.add(frame);
      frames.set(this.reels.indexOf(reel), picture);
    }
    if (frames.size) this.viewer.turn(frames);
    this.show();
    this.host.moved();
  }

  private awaitFrame(reel: Reel): void {
    const done = reel.film.onArrival(() => {
      if (!reel.film.frame(reel.film.at)) return;
      done();
      if (reel.at !== reel.film.at && this.reels.includes(reel)) this.move([[reel, reel.film.at]]);
    });
  }

  /** Adds the time since the last change to the frames on the screen, unless nobody could see them. */
  private spend(): void {
    const now = performance.now();
    for (const reel of this.wereVeiled ? [] : this.reels) {
      if (reel) reel.spent[reel.at] = (reel.spent[reel.at] ?? 0) + now - this.spentSince;
    }
    this.spentSince = now;
    this.wereVeiled = this.isVeiled;
  }

  private start(): void {
    const reel = this.current;
    if (!reel || this.playing) return;
    this.playing = true;
    const at = !this.looping && reel.at === reel.film.count - 1 ? 0 : reel.at;
    this.playFrom(performance.now(), at);
    this.host.record("play", reel.slot, Number((this.rate * this.speed).toFixed(2)));
    this.tick = requestAnimationFrame((now) => this.advance(now));
    this.show();
  }

  private pause(): void {
    if (!this.playing) return;
    const reel = this.current;
    this.stop();
    if (reel) this.host.record("pause_film", reel.slot, reel.at + 1);
  }

  private stop(): void {
    this.playing = false;
    cancelAnimationFrame(this.tick);
    this.show();
  }

  /** The frame that is due now; those between it and the last one were dropped, and are counted. */
  private advance(now: number): void {
    if (!this.playing) return;
    this.tick = requestAnimationFrame((next) => this.advance(next));
    const reel = this.current;
    if (!reel || this.isVeiled) {
      this.playFrom(now, reel?.at ?? 0);
      return;
    }
    const passed = Math.floor(((now - this.since.ms) * this.rate * this.speed) / 1000);
    const news = passed - this.passed;
    if (news <= 0) return;
    const { count } = reel.film;
    const due = this.since.frame + passed;
    if (!this.looping && due >= count) {
      this.move(this.together.map((each) => [each, count - 1]));
      this.pause();
      return;
    }
    const frame = due % count;
    if (this.together.some(({ film }) => !film.frame(frame))) {
      // The clock stands still until the frame is here: none is left out because the line is slow.
      this.counts.waited += 1;
      for (const each of this.together) each.film.moveTo(frame);
      this.playFrom(now, reel.at);
      return;
    }
    this.passed = passed;
    this.counts.shown += 1;
    this.counts.dropped += news - 1;
    this.move(this.together.map((each) => [each, frame]));
  }

  private playFrom(ms: number, frame: number): void {
    this.since = { ms, frame };
    this.passed = 0;
  }

  private turnLoop(): void {
    this.looping = !this.looping;
    this.host.record("loop", undefined, this.looping ? "on" : "off");
    this.show();
  }

  private shiftSpeed(by: number): void {
    const at = SPEEDS.indexOf(this.speed);
    this.speed = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + by))] ?? 1;
    this.playFrom(performance.now(), this.current?.at ?? 0);
    this.host.record("speed", undefined, this.speed);
    this.show();
  }

  private turnWheel(event: WheelEvent, slot: string): void {
    if (!this.hasFilms || this.isVeiled || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.pause();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1);
    // A wheel turns by whole notches of 100 or 120, a trackpad by a few pixels.
    this.wheel += Math.abs(pixels) >= 100 ? Math.sign(pixels) * WHEEL_CSS_PX_A_FRAME : pixels;
    this.scroll(slot);
  }

  /** A finger or a mouse that scrolls: CSS pixels, downwards is further. */
  drag(slot: string, dy: number): void {
    this.pause();
    this.wheel += dy * 2;
    this.scroll(slot);
  }

  private scroll(slot: string): void {
    const by = Math.trunc(this.wheel / WHEEL_CSS_PX_A_FRAME);
    if (!by) return;
    this.wheel -= by * WHEEL_CSS_PX_A_FRAME;
    const reel = this.reels.find((found) => found?.slot === slot);
    if (!reel) return;
    const to = Math.min(reel.film.count - 1, Math.max(0, reel.film.at + by));
    const moved = this.viewer.linked ? this.together : [reel];
    requestAnimationFrame(() => this.move(moved.map((each) => [each, to])));
    // Several notches before the next frame add up.
    for (const each of moved) each.film.moveTo(to);
  }

  private key(event: KeyboardEvent): void {
    if (!this.hasFilms || isChord(event)) return;
    const target = event.target as HTMLElement;
    if (this.isVeiled || target.closest("dialog, textarea, select")) return;
    if (target instanceof HTMLInputElement && target !== this.slider) return;
    const act = this.meaning(event, target);
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  private meaning(event: KeyboardEvent, target: HTMLElement): (() => void) | null {
    const by = { "[": -1, "]": 1, PageUp: -LEAP, PageDown: LEAP }[event.key];
    if (by !== undefined) return () => this.step(by);
    if (event.key === "Home") return () => this.goTo(0);
    if (event.key === "End") return () => this.goTo(Number(this.slider.max));
    // On a button the space bar presses that.
    if (event.key === " " && !event.repeat && !target.closest("button, a, summary"))
      return () => this.toggle();
    return null;
  }

  private show(): void {
    const reel = this.current;
    if (!reel) {
      for (const label of document.querySelectorAll<HTMLElement>(".ov.frame")) label.hidden = true;
      return;
    }
    const { count } = reel.film;
    const at = word("frame_at", { number: reel.at + 1, total: count });
    this.slider.value = String(reel.at + 1);
    this.slider.setAttribute("aria-valuetext", at);
    this.place.value = at;
    this.pace.value = word("per_second", { rate: Number((this.rate * this.speed).toFixed(1)) });
    this.play.replaceChildren(word(this.playing ? "pause_film" : "play"), kbd("␣"));
    this.play.setAttribute("aria-pressed", String(this.playing));
    this.loop.setAttribute("aria-pressed", String(this.looping));
    this.views.forEach((view, i) => {
      const label = view.querySelector<HTMLElement>(".ov.frame");
      const shown = this.reels[i];
      if (!label) return;
      label.hidden = !shown;
      const name = shown?.film.isCine ? "frame_of" : "slice_of";
      if (shown) label.textContent = word(name, { number: shown.at + 1, total: shown.film.count });
    });
  }
}
