/** What lies before the reader: the trial, the answer so far, and the hands on both. */

import { type AnswerAction, applied, blankAnswer, type Gap, gap } from "./answer";
import { Board } from "./board";
import * as carried from "./carried";
import { word } from "./catalogue";
import { chosenOf } from "./compare";
import type { Answer, Draft, Feedback, Presentation, Section, Timing } from "./contract";
import { leisure, part } from "./dom";
import { Exposure } from "./exposure";
import { Finger } from "./finger";
import { isComparison, isPointing, lettersOf, said } from "./items";
import { Keyboard } from "./keyboard";
import { chosenKeys, servedKeys, unsent, useKeys } from "./keymap";
import { type KeyAction, Led, toolOf, type Where } from "./keys";
import { extras } from "./lazy";
import { Limits } from "./limits";
import { say } from "./notices";
import { Overlay } from "./overlay";
import { Player } from "./player";
import { Preferences } from "./preferences";
import type { Presence } from "./presence";
import { Rail } from "./rail";
import { Stage } from "./stage";
import { Stopwatch } from "./stopwatch";
import { Tools } from "./tools";
import { type Picture, Viewer } from "./viewer";
import * as words from "./words";

export interface LightboxHost {
  /** All images of a trial are drawn. */
  drawn(): void;
  /** They are on the screen, or were for as long as they may be. */
  painted(): void;
  changed(): void;
  /** What keeps the answer from being sent may be another now. */
  looked(): void;
  submit(): void;
  /** The time to answer is over. */
  timeOver(): void;
  back(): void;
  pause(): void;
  /** Something the reader should know now. */
  told(text: string): void;
}

/** So long a frame stays before it is noted. */
const FRAME_RESTS_MS = 200;

export class Lightbox {
  section: Section | null = null;
  shown: Presentation | null = null;
  answer: Answer = blankAnswer();
  private focus = "";
  private held = false;
  private led = Led.NOWHERE;
  /** The images of this trial are on the screen. */
  private seen = false;
  /** What is rarely needed has been fetched. */
  private furnished = false;
  /** The trial of which only previews are on the screen. */
  private previewed: Presentation | null = null;
  /** The images that the feedback speaks of. */
  private outlined: readonly string[] = [];
  private watch = new Stopwatch(null);
  private clockShown = false;
  private savedAt = 0;
  private atRest = 0;
  /** What was noted last of where each image lies. */
  private readonly placed = new Map<string, string>();
  private readonly grid = part("grid");
  private readonly viewer: Viewer;
  private readonly board: Board;
  private readonly rail: Rail;
  private readonly stage: Stage;
  private readonly overlay: Overlay;
  private readonly tools: Tools;
  private readonly player: Player;
  private readonly finger: Finger;
  private readonly exposure = new Exposure(this.grid);
  private readonly limits: Limits;
  private readonly preferences = new Preferences();
  private readonly keyboard: Keyboard;

  constructor(
    private readonly presence: Presence,
    private readonly host: LightboxHost,
  ) {
    const renderer = new URLSearchParams(location.search).get("renderer") === "2d" ? "canvas2d" : "webgl2";
    this.viewer = new Viewer({ renderer });
    this.overlay = new Overlay(this.viewer);
    this.rail = new Rail({
      answer: () => this.answer,
      focused: () => this.focus,
      act: (action) => this.change(action),
      choose: (slot) => this.choose(slot),
      moved: (item) => this.tools.mark(item !== null && isPointing(item)),
      spacingMm: () => this.shown?.images[0]?.spacing_mm ?? null,
    });
    this.board = new Board(this.grid, {
      focus: (slot) => this.setFocus(slot),
      pen: (item, slot) => this.rail.pen(item, slot),
    });
    this.viewer.expect(Number(document.body.dataset.images ?? 1)); // before the server is asked
    this.stage = new Stage(this.grid, this.board, () => this.viewer.measure());
    this.finger = new Finger(this.rail, this.overlay, {
      box: () => this,
      frame: (slot) => this.player.frameOf(slot),
      change: (action) => this.change(action),
      told: (text) => this.host.told(text),
    });
    this.tools = new Tools(this.viewer, this.overlay, {
      focus: (slot) => this.setFocus(slot),
      focused: () => this.focus,
      tapped: (slot, at) => this.finger.tapped(slot, at),
      tappedTwice: () => this.finger.takeBack(),
      grab: (slot, at, finger) => this.finger.grab(slot, at, finger),
      drag: (slot, at) => this.finger.drag(slot, at),
      record: (kind, slot, value) => {
        this.watch.input(kind, slot, value);
        this.place();
      },
      scroll: (slot, dy) => this.player.drag(slot, dy),
      maximise: () => this.stage.alone(this.stage.single ? null : this.focus),
      isMaximised: () => this.stage.single !== null,
      mark: (again) => this.finger.mark(this.focus, this.tools.middle(this.focus), again),
    });
    this.limits = new Limits(
      () => this.host.looked(),
      () => this.host.timeOver(),
    );
    this.player = new Player(this.viewer, {
      focused: () => this.focus,
      record: (kind, slot, value) => this.watch.input(kind, slot, value),
      moved: () => {
        this.finger.draw();
        clearTimeout(this.atRest);
        this.atRest = window.setTimeout(() => this.noteFrame(), FRAME_RESTS_MS);
      },
    });
    new ResizeObserver(() => this.arrange()).observe(part("main"));
    this.keyboard = new Keyboard({
      where: () => this.where(),
      characters: () => this.preferences.characters,
      press: (action) => this.press(action),
      magnify: (on) => this.tools.magnify(on),
      help: () => {
        const letters = this.shown ? lettersOf(this.shown) : [];
        void extras().then(({ fillKeys }) => fillKeys(letters));
      },
      leave: () => this.board.focusView(this.focus),
    });
    servedKeys();
    this.listen();
    setInterval(() => this.tick(), 1000);
  }

  present(
    section: Section,
    shown: Presentation,
    pictures: readonly Picture[],
    draft: Draft | null,
    preview: boolean,
  ): void {
    this.section = section;
    this.shown = shown;
    this.answer = { ...blankAnswer(), ...(draft?.answer ?? shown.previous) };
    this.savedAt = draft?.saved_at ?? 0;
    this.outlined = [];
    this.focus = "";
    document.body.classList.toggle("questions", shown.kind === "questions");
    this.limits.stop();
    this.build(section, shown);
    const before = carried.taken(shown);
    const watch = new Stopwatch(draft?.times ?? null, this.presence.standing, draft ? before : []);
    this.watch = watch;
    this.seen = false;
    this.veil(section, draft);
    this.previewed = preview ? shown : null;
    if (shown.images.length) {
      if (preview) watch.note("preview");
      else this.viewer.onFirstPaint((atMs) => void this.painted(shown, watch, atMs));
      this.viewer.load(pictures);
    }
    const slots = shown.images.map(({ slot }) => slot);
    this.player.begin(slots, pictures);
    this.tools.films(this.player.hasFilms);
    this.presence.follow(watch);
    this.setFocus(this.first(shown));
    this.finger.forget();
    // A hand at the keyboard begins at the first image, not where the last trial was left.
    if (this.holdsFocus()) this.board.focusView(this.focus);
    this.reflect();
    say(word("trial", { number: shown.number, total: section.total }));
    if (!shown.images.length) void this.painted(shown, watch, performance.now());
  }

  /** This trial comes with its images. Returns whether they may be previewed: not where time is limited. */
  expect({ screen }: Section, shown: Presentation): boolean {
    this.viewer.expect(shown.images.length);
    return !screen.exposure_ms && screen.preview;
  }

  /** Puts the images where their previews are, all in one frame; false where no previews are shown. */
  complete(shown: Presentation, pictures: readonly Picture[]): boolean {
    if (this.previewed !== shown) return false;
    this.previewed = null;
    const { watch } = this;
    this.viewer.onFirstPaint((atMs) => void this.painted(shown, watch, atMs));
    this.viewer.turn(new Map(pictures.entries()));
    return true;
  }

  /** Uploads pictures one by one, so that the hand at work does not notice. */
  async prepare(pictures: readonly Picture[]): Promise<void> {
    for (const [i, picture] of pictures.entries()) {
      await leisure();
      this.viewer.prepare(i, picture);
    }
  }

  /** What keeps the answer from being sent, as a sentence. */
  lacks(): string | null {
    return this.gap()?.text ?? (this.seen ? this.limits.reason : word("not_yet_seen"));
  }

  draft(): { token: string; draft: Draft } {
    // Later than what it goes on from, though that may come from a machine whose clock is ahead.
    this.savedAt = Math.max(Date.now(), this.savedAt + 1);
    const draft = { answer: this.answer, times: this.watch.times(), saved_at: this.savedAt };
    return { token: this.shown?.token ?? "", draft };
  }

  /** Keeps what was noted for the page that comes after this one in the same tab. */
  leave(): void {
    carried.keep(this.shown?.token, this.watch.events);
  }

  timing(): Timing {
    carried.forget();
    this.limits.stop();
    this.player.report((kind, slot, value) => this.watch.conclude(kind, slot, value));
    this.watch.note("submit");
    return this.watch.timing();
  }

  /** While an answer is on its way nothing can be changed. */
  hold(on: boolean): void {
    this.held = on;
    this.grid.setAttribute("aria-busy", String(on));
  }

  /** Shows of which images and places the feedback speaks; the tools stay. */
  outline({ outline = [], points = [] }: Feedback): void {
    this.outlined = outline;
    this.finger.told = points;
    this.exposure.open();
    this.reflect();
  }

  /** Whether the images are on the screen for a limited time just now. */
  get isExposing(): boolean {
    return this.exposure.isRunning;
  }

  /** Covers the images and stops the time until the question is answered. */
  async away(kind: "pause" | "idle" | "break", question: () => Promise<string>): Promise<string> {
    this.presence.pause(kind);
    document.body.classList.add("covered");
    const said = await question();
    document.body.classList.remove("covered");
    this.presence.resume();
    this.board.focusView(this.focus);
    return said;
  }

  clock(shown: boolean): void {
    this.clockShown = shown;
    this.tick();
  }

  /** Moves to the first thing that is still open. */
  pointOut(): void {
    const open = this.gap();
    if (open) {
      if (open.slot && open.slot !== this.focus) this.choose(open.slot);
      // Letters choose among images; the digits stay where they are.
      if (!isComparison(open.item)) this.rail.goTo(open, true);
      // What is seen instead of a label has no digits of its own.
      if (open.item.task === "check_label") this.rail.focusOpen(open.item);
    }
    part("lacks").classList.add("asked");
  }

  private gap(): Gap | null {
    return this.section && this.shown ? gap(this.section, this.shown, this.answer) : null;
  }

  private build(section: Section, shown: Presentation): void {
    const isNew = this.rail.isNew(section, shown);
    if (isNew) this.rail.build(section, shown);
    const anew = this.board.build(shown, this.rail.atImage, isNew);
    if (anew) {
      this.stage.build(section, shown, this.rail.atImage);
      this.tools.attach(this.board.views);
      this.player.attach(this.board.views);
      const { mask, exposure_ms } = section.screen;
      this.exposure.attach(this.board.views.values(), exposure_ms > 0 ? mask : null);
    }
    this.overlay.spacingMm = shown.images[0]?.spacing_mm ?? null;
    this.stage.begin(shown);
    this.tools.begin(section.view);
    if (!isNew) this.rail.present(shown);
    if (anew || isNew) this.arrange();
  }

  /** Images that are shown for a limited time wait below a cover, or stay below it after a reload. */
  private veil(section: Section, draft: Draft | null): void {
    const { exposure_ms } = section.screen;
    if (!exposure_ms || !this.shown?.images.length) {
      this.exposure.open();
      return;
    }
    const before = draft?.times.shown_ms;
    this.watch.exposure = { exposure_ms, shown_ms: before ?? null };
    if (before === null || before === undefined) this.exposure.prepare();
    else this.exposure.cover(before);
  }

  private async painted(shown: Presentation, watch: Stopwatch, atMs: number): Promise<void> {
    if (shown !== this.shown) return;
    watch.painted(atMs);
    this.seen = true;
    this.placed.clear();
    this.place();
    if (!this.viewer.linked) watch.note("link", undefined, "separate");
    performance.mark("trial painted", { startTime: atMs, detail: shown.token });
    this.grid.dataset.painted = shown.token;
    this.host.drawn();
    this.player.painted();
    const { min_view_ms = 0, answer_within_ms = 0 } = this.section?.screen ?? {};
    this.limits.start(watch, min_view_ms, answer_within_ms);
    const { exposure } = watch;
    if (exposure && exposure.shown_ms === null) {
      // From now on a reload does not show them again.
      exposure.shown_ms = 0;
      this.host.changed();
      exposure.shown_ms = await this.exposure.run(exposure.exposure_ms);
      watch.note("covered", undefined, exposure.shown_ms);
      if (shown === this.shown) this.host.changed();
    }
    this.host.painted();
    if (this.furnished) return;
    this.furnished = true;
    await leisure();
    const host = { keys: chosenKeys, use: useKeys, shelf: unsent() };
    void extras().then(({ offerKeys, offerScreens }) => {
      offerKeys(host);
      const changed = (screen: string) => this.watch.input("screen", undefined, screen);
      offerScreens({ changed, told: this.host.told });
    });
  }

  /** Notes where on the screen images lie, in its pixels, unless that was noted before. */
  private place(): void {
    const side = (outerWidth - innerWidth) / 2;
    for (const [slot, view] of this.board.views) {
      const { x, y, width, height } = view.getBoundingClientRect();
      const box = [x + screenX + side, y + screenY + outerHeight - innerHeight - side, width, height];
      const at = box.map((value) => Math.round(value * devicePixelRatio)).join(" ");
      if (this.placed.get(slot) !== at) this.watch.note("place", slot, at);
      this.placed.set(slot, at);
    }
  }

  private noteFrame(): void {
    const frame = this.player.frameOf(this.focus);
    if (frame) this.watch.note("frame", this.focus, frame);
  }

  private first(shown: Presentation): string {
    return (shown.images.find(({ reference }) => !reference) ?? shown.images[0])?.slot ?? "";
  }

  private holdsFocus(): boolean {
    const active = document.activeElement;
    return this.grid.contains(active) || part("rail").contains(active);
  }

  private change(action: AnswerAction): void {
    if (this.held || !this.section) return;
    this.answer = applied(this.answer, action);
    this.watch.input(words.eventOf(action), action.slot ?? undefined, words.recorded(action));
    part("lacks").classList.remove("asked");
    this.reflect();
    const where = action.slot && this.board.views.size > 1 ? word("image", { image: action.slot }) : "";
    say([where, words.told(action)].join(" ").trim());
    this.host.changed();
  }

  /** Returns which way a digit has led on, as an arrow would. */
  private advance(): Led {
    const slots = this.shown?.images.map((image) => image.slot) ?? [];
    const to = slots[slots.indexOf(this.focus) + 1];
    const { rail } = this;
    if (rail.current !== rail.atImage) return rail.advance() ? Led.DOWN : Led.NOWHERE;
    // What else is asked about an image comes before the next one.
    const asks = rail.items.some((item) => item !== rail.atImage && item.of === "image");
    if (!to || this.section?.reasons || asks) return Led.NOWHERE;
    this.choose(to);
    return Led.RIGHT;
  }

  private setFocus(slot: string): void {
    if (slot === this.focus) return;
    this.focus = slot;
    this.led = Led.NOWHERE;
    if (slot) this.watch.note("focus", slot);
    if (slot) this.stage.reveal(slot);
    this.tools.show();
    this.reflect();
  }

  /** Focus by a key: the page's own focus goes with it. */
  private choose(slot: string): void {
    this.setFocus(slot);
    this.board.focusView(slot);
  }

  private reflect(): void {
    const { answer, focus, rail } = this;
    const compares = rail.items.filter(isComparison);
    const compared = compares.find((item) => item === rail.current) ?? compares[0];
    const chosen = compared ? chosenOf(said(answer, compared, null)) : null;
    this.board.reflect(answer, focus, rail.atImage, chosen, this.outlined);
    rail.reflect(answer);
    this.finger.draw();
  }

  private arrange(): void {
    if (this.shown?.images.length) this.stage.arrange();
    this.rail.arrange();
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
        if (button.dataset.press === "s" && this.stage.isFlicker) this.press({ kind: "switch" });
        else if (action && this.shown) this.tools.act(action);
        if (event.detail > 0) button.blur();
      });
    }
  }

  private where(): Where | null {
    const { section, shown, focus, stage } = this;
    if (!section || !shown) return null;
    const { isFlicker, isSlider } = stage;
    const { led } = this;
    this.led = Led.NOWHERE;
    return { section, shown, focus, isFlicker, isSlider, led };
  }

  private press(action: KeyAction): void {
    const { host, rail, stage } = this;
    if (action.kind === "focus") this.choose(action.slot);
    else if (action.kind === "switch") this.choose(stage.after(this.focus));
    else if (action.kind === "edge") stage.moveEdge(action.by);
    else if (action.kind === "choose") rail.chooseLetter(action.letter);
    else if (action.kind === "side") rail.side(action.right);
    else if (action.kind === "question") rail.move(action.by);
    else if (action.kind === "digit") this.digit(action.value);
    else if (action.kind === "submit") host.submit();
    else if (action.kind === "back") host.back();
    else if (action.kind === "pause") host.pause();
    else if (action.kind === "keys") this.keyboard.showHelp();
    else if (action.kind === "why") rail.toggleReasons();
    else if (action.kind === "report") part("report").click();
    else this.tools.act(action);
  }

  private digit(value: number): void {
    const leads = this.preferences.advance && this.rail.leadsOn;
    if (this.rail.digit(value) && leads) this.led = this.advance();
  }
}
