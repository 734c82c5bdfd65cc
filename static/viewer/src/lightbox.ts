/** What lies before the reader: the trial, the answer so far, and the hands on both. */

import { type AnswerAction, applied, asksRatings, blankAnswer, lacks } from "./answer";
import { Board, type BoardAction } from "./board";
import { word } from "./catalogue";
import type { Answer, Draft, Presentation, Section, Timing } from "./contract";
import { leisure, part } from "./dom";
import type { Point } from "./geometry";
import { Keyboard } from "./keyboard";
import { type KeyAction, toolOf, type Where } from "./keys";
import { arrange } from "./layout";
import { say } from "./notices";
import { Preferences } from "./preferences";
import type { Presence } from "./presence";
import { Stopwatch } from "./stopwatch";
import { Tools } from "./tools";
import { type Picture, Viewer } from "./viewer";
import * as words from "./words";

export interface LightboxHost {
  /** All images of a trial are on the screen. */
  painted(shown: Presentation): void;
  changed(): void;
  submit(): void;
  back(): void;
  pause(): void;
  /** Something the reader should know now. */
  told(text: string): void;
}

export class Lightbox {
  section: Section | null = null;
  shown: Presentation | null = null;
  answer: Answer = blankAnswer();
  private focus = "";
  private held = false;
  /** Where the spot that was shown last had been before. */
  private before: { slot: string; x: number | null; y: number | null } | null = null;
  /** The images of this trial are on the screen. */
  private seen = false;
  private watch = new Stopwatch(null);
  private clockShown = false;
  private savedAt = 0;
  private readonly grid = part("grid");
  private readonly viewer: Viewer;
  private readonly board: Board;
  private readonly tools: Tools;
  private readonly preferences = new Preferences();
  private readonly keyboard: Keyboard;

  constructor(
    private readonly presence: Presence,
    private readonly host: LightboxHost,
  ) {
    const renderer = new URLSearchParams(location.search).get("renderer") === "2d" ? "canvas2d" : "webgl2";
    this.viewer = new Viewer({ renderer });
    this.board = new Board(this.grid, (action) => this.act(action));
    this.tools = new Tools(this.viewer, {
      focus: (slot) => this.setFocus(slot),
      focused: () => this.focus,
      tapped: (slot, at) => this.spot(slot, at),
      tappedTwice: () => this.takeBackSpot(),
      record: (kind, slot, value) => this.watch.input(kind, slot, value),
      maximised: (slot) => this.single(slot),
    });
    new ResizeObserver(() => this.arrange()).observe(part("main"));
    this.keyboard = new Keyboard({
      where: () => this.where(),
      characters: () => this.preferences.characters,
      press: (action) => this.press(action),
      magnify: (on) => this.tools.magnify(on),
    });
    this.listen();
    setInterval(() => this.tick(), 1000);
  }

  present(section: Section, shown: Presentation, pictures: readonly Picture[], draft: Draft | null): void {
    this.section = section;
    this.shown = shown;
    this.answer = { ...blankAnswer(), ...(draft?.answer ?? shown.previous) };
    this.savedAt = draft?.saved_at ?? 0;
    const anew = this.board.build(section, shown);
    if (anew) this.tools.attach(this.board.views);
    this.tools.begin();
    if (anew) this.arrange();
    const watch = new Stopwatch(draft?.times ?? null, this.presence.standing);
    this.watch = watch;
    this.seen = false;
    this.viewer.onFirstPaint((atMs) => {
      watch.painted(atMs);
      this.seen = true;
      performance.mark("trial painted", { startTime: atMs, detail: shown.token });
      this.grid.dataset.painted = shown.token;
      this.host.painted(shown);
    });
    this.viewer.load(pictures);
    this.presence.follow(watch);
    this.focus = "";
    this.setFocus(shown.images[0]?.slot ?? "");
    this.before = null;
    // A hand at the keyboard begins at the first image, not where the last trial was left.
    if (this.grid.contains(document.activeElement)) this.board.focusView(this.focus);
    this.reflect();
    say(word("trial", { number: shown.number, total: section.total }));
  }

  /** Uploads pictures one by one, so that the hand at work does not notice. */
  async prepare(pictures: readonly Picture[]): Promise<void> {
    for (const [i, picture] of pictures.entries()) {
      await leisure();
      this.viewer.prepare(i, picture);
    }
  }

  lacks(): string | null {
    if (!this.section || !this.shown) return null;
    return lacks(this.section, this.shown, this.answer) ?? (this.seen ? null : word("not_yet_seen"));
  }

  draft(): { token: string; draft: Draft } {
    // Later than what it goes on from, though that may come from a machine whose clock is ahead.
    this.savedAt = Math.max(Date.now(), this.savedAt + 1);
    const draft = { answer: this.answer, times: this.watch.times(), saved_at: this.savedAt };
    return { token: this.shown?.token ?? "", draft };
  }

  timing(): Timing {
    this.watch.note("submit");
    return this.watch.timing();
  }

  /** While an answer is on its way nothing can be changed. */
  hold(on: boolean): void {
    this.held = on;
    this.grid.setAttribute("aria-busy", String(on));
  }

  /** Covers the images and stops the time until the question is answered. */
  async away(kind: "pause" | "idle" | "break", question: () => Promise<string>): Promise<void> {
    this.presence.pause(kind);
    document.body.classList.toggle("covered", kind !== "break");
    await question();
    document.body.classList.remove("covered");
    this.presence.resume();
    this.board.focusView(this.focus);
  }

  clock(shown: boolean): void {
    this.clockShown = shown;
    this.tick();
  }

  /** Moves to the first thing that is still open. */
  pointOut(): void {
    const open = this.shown?.images.find((image) => this.answer.ratings?.[image.slot] === undefined);
    if (this.answer.verdict === "discrepant") this.board.focusObserved();
    else if (open && this.section && asksRatings(this.section)) this.setFocus(open.slot);
    part("lacks").classList.remove("asked");
    requestAnimationFrame(() => part("lacks").classList.add("asked"));
  }

  private act(action: BoardAction): void {
    if (action.kind === "focus") this.setFocus(action.slot);
    else this.change(action);
  }

  private change(action: AnswerAction): void {
    if (this.held || !this.section) return;
    this.answer = applied(this.answer, action);
    const slot = "slot" in action ? action.slot : undefined;
    const value = "value" in action ? action.value : "tag" in action ? action.tag : undefined;
    this.watch.input(action.kind, slot, value);
    part("lacks").classList.remove("asked");
    this.reflect();
    say([slot ? word("image", { image: slot }) : "", words.told(this.section, action)].join(" "));
    if (action.kind === "rate" && this.preferences.advance) this.advance(action.slot);
    this.host.changed();
  }

  private advance(slot: string): void {
    const slots = this.shown?.images.map((image) => image.slot) ?? [];
    const to = slots[slots.indexOf(slot) + 1];
    if (to) this.choose(to);
  }

  private setFocus(slot: string): void {
    if (slot === this.focus) return;
    this.focus = slot;
    this.watch.note("focus", slot);
    if (this.tools.maximised && this.tools.maximised !== slot) this.tools.maximise(slot);
    this.tools.show();
    this.reflect();
  }

  /** Focus by a key: the page's own focus goes with it. */
  private choose(slot: string): void {
    this.setFocus(slot);
    this.board.focusView(slot);
  }

  /** `at`: null beside the image. */
  private spot(slot: string, at: Point | null): void {
    this.before = null;
    const reason = this.answer.reasons.findLast((given) => given.slot === slot);
    if (!this.section?.reasons?.spot || !reason || !at) return;
    this.before = { slot, x: reason.x, y: reason.y };
    this.change({ kind: "spot", slot, x: Math.round(at.x * 10) / 10, y: Math.round(at.y * 10) / 10 });
  }

  /** The first click of a double click, which resets the image, has shown a spot nobody meant. */
  private takeBackSpot(): void {
    if (this.before) this.change({ kind: "spot", ...this.before });
    this.before = null;
  }

  private spotHere(): void {
    const at = this.tools.middle(this.focus);
    if (!this.section?.reasons?.spot) return;
    if (this.answer.reasons.some(({ slot }) => slot === this.focus)) this.spot(this.focus, at);
    else this.host.told(word("reason_first"));
  }

  private single(slot: string | null): void {
    this.board.single(slot);
    this.arrange();
  }

  private reflect(): void {
    this.board.reflect(this.answer, this.focus);
    this.tools.mark(this.answer.reasons);
  }

  private arrange(): void {
    const image = this.shown?.images[0];
    if (!image) return;
    arrange(this.grid, image);
    this.viewer.measure();
  }

  private tick(): void {
    const clock = part("clock");
    clock.hidden = !this.clockShown;
    if (!this.clockShown) return;
    const seconds = Math.floor(this.watch.times().active_ms / 1000);
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  private listen(): void {
    for (const button of document.querySelectorAll<HTMLElement>("[data-press]")) {
      button.addEventListener("click", (event) => {
        const action = toolOf(button.dataset.press ?? "");
        if (action && this.shown) this.tools.act(action);
        if (event.detail > 0) button.blur();
      });
    }
  }

  private where(): Where | null {
    const { section, shown, focus } = this;
    if (this.held || !section || !shown) return null;
    const columns = Number(this.grid.style.getPropertyValue("--columns")) || 1;
    return { section, shown, focus, columns };
  }

  private press(action: KeyAction): void {
    switch (action.kind) {
      case "focus":
        this.choose(action.slot);
        break;
      case "submit":
        this.host.submit();
        break;
      case "back":
        this.host.back();
        break;
      case "pause":
        this.host.pause();
        break;
      case "keys":
        this.keyboard.showHelp();
        break;
      case "why":
        this.board.toggleReasons(this.focus);
        break;
      case "here":
        this.spotHere();
        break;
      case "invert":
      case "link":
      case "reset":
      case "maximise":
      case "preset":
      case "actual":
      case "zoom":
      case "grey":
      case "pan":
        this.tools.act(action);
        break;
      default:
        this.change(action);
    }
  }
}
