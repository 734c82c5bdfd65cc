/** Looking at the images: hands and keys to the viewer, and what they did to the record. */

import { word } from "./catalogue";
import type { ViewRules } from "./contract";
import { h, part } from "./dom";
import type { Point } from "./geometry";
import { Gestures, type Mode } from "./gestures";
import type { Overlay } from "./overlay";
import type { Viewer } from "./viewer";

export type ToolAction =
  | { readonly kind: "invert" | "smooth" | "link" | "reset" | "maximise" | "preset" | "overlay" }
  | { readonly kind: "mode"; readonly mode: Mode }
  | { readonly kind: "zoom"; readonly factor: number }
  | { readonly kind: "grey"; readonly wider: number; readonly brighter: number }
  | { readonly kind: "nudge"; readonly dx: number; readonly dy: number };

export interface ToolsHost {
  focus(slot: string): void;
  focused(): string;
  /** A click on a viewport, in image coordinates; null beside the image. */
  tapped(slot: string, at: Point | null): void;
  /** That click was the first of two. */
  tappedTwice(): void;
  /** A point of the image is taken along; false where there is none. */
  grab(slot: string, at: Point, finger: boolean): boolean;
  drag(slot: string, at: Point | null): void;
  record(kind: string, slot?: string, value?: string | number): void;
  /** A drag through the frames of an image, in CSS pixels. */
  scroll(slot: string, dy: number): void;
  maximise(): void;
  isMaximised(): boolean;
  /** Marking was asked for: by its button or key. */
  mark(again: boolean): void;
}

const PRESETS = ["given", "full", "spread"] as const;
const CSS_PX_A_WIDTH = 300;
const STEP_CSS_PX = 40;
const LENS_STEP_CSS_PX = 60;
/** Device pixels an image pixel. */
const STEPS = [1, 2, 3, 4];
const OVERLAY = "readerstudy overlay";

export class Tools {
  private slots: string[] = [];
  private views: HTMLElement[] = [];
  /** Which preset the window of each viewport is; none where a hand has set it. */
  private presets: Array<number | null> = [];
  private own: ViewRules["presets"] = [];
  private pointer: { slot: string; at: Point } | null = null;
  private magnifying = false;
  /** Where the magnifier was when it was noted last. */
  private magnified: Point | null = null;
  /** What a drag does, with a mouse or pen and with a finger. */
  private modes: { mouse: Mode; finger: Mode } = { mouse: "window", finger: "move" };
  private marking = false;
  /** Where a screen has both, the one that dragged last. */
  private finger = matchMedia("(pointer: coarse)").matches;
  private readonly lens = h("div", { class: "lens", hidden: true });

  constructor(
    private readonly viewer: Viewer,
    private readonly overlay: Overlay,
    private readonly host: ToolsHost,
  ) {
    viewer.onDraw(() => this.follow());
    document.body.classList.toggle("no-overlay", localStorage.getItem(OVERLAY) === "off");
  }

  /** The viewports of a newly built board. */
  attach(views: ReadonlyMap<string, HTMLElement>): void {
    this.slots = [...views.keys()];
    this.views = [...views.values()];
    // The overlay follows what is drawn: it has to know the viewports before the first drawing.
    this.overlay.attach(views);
    this.viewer.setPorts(this.views);
    this.setPreset(0, this.slots.keys());
    this.slots.forEach((slot, i) => {
      new Gestures(this.views[i] as HTMLElement, this.hands(slot, i));
    });
  }

  /** A new trial starts with the protocol's window and whole images, but for what the protocol keeps. */
  begin(rules: ViewRules): void {
    this.own = rules.presets;
    this.viewer.keep(rules.keep_window, rules.keep_zoom);
    if (!rules.keep_window) this.setPreset(0, this.slots.keys());
    this.pointer = null;
    this.magnify(false);
    this.viewer.invert(false);
    this.show();
  }

  /** Where images have frames, a drag goes through them until something else is chosen. */
  films(has: boolean): void {
    if (has === document.body.classList.contains("films")) return;
    document.body.classList.toggle("films", has);
    this.modes = has ? { mouse: "scroll", finger: "scroll" } : { mouse: "window", finger: "move" };
    this.show();
  }

  /** Whether clicks on the image are answers now. */
  mark(on: boolean): void {
    this.marking = on;
    this.show();
  }

  get mode(): Mode {
    if (this.marking) return "mark";
    return this.finger ? this.modes.finger : this.modes.mouse;
  }

  act(action: ToolAction): void {
    const slot = this.host.focused();
    const index = this.slots.indexOf(slot);
    if (index < 0) return;
    const alone = this.slots.length < 2;
    if (alone && (action.kind === "link" || action.kind === "maximise")) return;
    const { viewer } = this;
    if (action.kind === "mode" || action.kind === "nudge") {
      if (action.kind === "mode") this.choose(action.mode, index);
      else this.nudge(index, action.dx, action.dy);
      return;
    }
    if (action.kind === "invert") viewer.invert(!viewer.isInverted(index), viewer.linked ? undefined : index);
    if (action.kind === "smooth") viewer.smooth = !viewer.smooth;
    if (action.kind === "link") viewer.linked = !viewer.linked;
    if (action.kind === "reset") this.reset(index);
    if (action.kind === "maximise") this.host.maximise();
    if (action.kind === "preset") this.nextPreset(index);
    if (action.kind === "zoom") viewer.zoom(index, action.factor, this.at(slot));
    if (action.kind === "grey") this.shiftWindow(index, action.wider, action.brighter);
    if (action.kind === "overlay") this.toggleOverlay();
    this.host.record(action.kind, slot, this.value(action.kind, index));
    this.show();
  }

  /** Holding the key shows the lens where the pointer is, or in the middle of the image in focus. */
  magnify(on: boolean): void {
    this.magnifying = on;
    this.moveLens();
  }

  /** The image point in the middle of a viewport: how the keyboard points. */
  middle(slot: string): Point | null {
    const index = this.slots.indexOf(slot);
    return index < 0 ? null : this.viewer.getView(index);
  }

  /** A second time the zoom tool goes through the whole steps, and marking sets a mark in the middle. */
  private choose(mode: Mode, index: number): void {
    const again = this.mode === mode;
    if (mode === "mark") {
      this.host.mark(again);
      return;
    }
    if (mode === "zoom" && again) {
      const { viewer } = this;
      const { zoom } = viewer.getView(index);
      // Where the life size is not known it is NaN, stays last and is never found.
      const steps = [...STEPS, this.overlay.lifeZoom].sort((a, b) => a - b);
      const step = steps.find((each) => viewer.isFitted(index) || each > zoom + 0.01);
      step ? viewer.actualSize(index, step) : viewer.fit(index);
      this.host.record("actual", this.host.focused(), this.value("actual", index));
    }
    this.marking = false;
    // Many screens have a mouse and fingers: what was chosen by one holds for both.
    this.modes = { mouse: mode, finger: mode };
    this.show();
  }

  /** What a drag by one step would do. */
  private nudge(index: number, dx: number, dy: number): void {
    const { viewer } = this;
    const { mode } = this;
    const slot = this.host.focused();
    let kind = "pan";
    if (mode === "window") {
      kind = "grey";
      this.shiftWindow(index, dx * 0.1, -dy * 0.05);
    } else if (mode === "zoom") {
      kind = "zoom";
      viewer.zoom(index, dx - dy > 0 ? 1.25 : 0.8, this.at(slot));
    } else if (mode === "scroll") {
      this.host.scroll(slot, (dx + dy) * STEP_CSS_PX);
      return;
    } else viewer.pan(index, -dx * STEP_CSS_PX, -dy * STEP_CSS_PX);
    this.host.record(kind, slot, this.value(kind, index));
    this.show();
  }

  private hands(slot: string, index: number) {
    const { viewer, host } = this;
    return {
      mode: (finger: boolean): Mode => {
        this.finger = finger;
        this.show();
        return this.mode;
      },
      window: (dx: number, dy: number) => {
        host.focus(slot);
        this.shiftWindow(index, dx / CSS_PX_A_WIDTH, -dy / CSS_PX_A_WIDTH);
      },
      pan: (dx: number, dy: number) => viewer.pan(index, dx, dy),
      scroll: (dy: number) => {
        host.focus(slot);
        host.scroll(slot, dy);
      },
      zoom: (factor: number, at: Point) => viewer.zoom(index, factor, at),
      grab: (at: Point, finger: boolean) => {
        host.focus(slot);
        return host.grab(slot, at, finger);
      },
      drag: (at: Point) => host.drag(slot, viewer.imagePoint(index, at)),
      tap: (at: Point) => {
        host.focus(slot);
        host.tapped(slot, viewer.imagePoint(index, at));
      },
      doubleTap: () => {
        host.tappedTwice();
        this.act({ kind: "reset" });
      },
      hover: (at: Point | null) => {
        this.pointer = at && { slot, at };
        if (this.magnifying) this.moveLens();
      },
      lens: (at: Point | null) => {
        viewer.magnify(index, at);
        this.noteLens(slot, index, at);
      },
      done: (kind: string) => {
        host.record(kind, slot, this.value(kind, index));
        this.show();
      },
    };
  }

  private value(kind: string, index: number): string | number | undefined {
    const { viewer } = this;
    const { center, width } = viewer.getWindow(index);
    if (["window", "grey", "preset"].includes(kind)) return `${center}/${width}`;
    if (["zoom", "pan", "actual"].includes(kind)) {
      const { zoom, x, y } = viewer.getView(index);
      return `${zoom.toFixed(3)} ${x.toFixed(1)} ${y.toFixed(1)}`;
    }
    if (kind === "invert") return viewer.isInverted(index) ? "on" : "off";
    if (kind === "smooth") return viewer.smooth ? "on" : "off";
    if (kind === "link") return viewer.linked ? "linked" : "separate";
    if (kind === "maximise") return this.host.isMaximised() ? "one" : "all";
    return undefined;
  }

  private at(slot: string): Point | undefined {
    return this.pointer?.slot === slot ? this.pointer.at : undefined;
  }

  private reset(index: number): void {
    this.setPreset(0, this.together(index));
    this.viewer.reset(index);
  }

  private nextPreset(index: number): void {
    const next = ((this.presets[index] ?? -1) + 1) % (PRESETS.length + this.own.length);
    this.setPreset(next, this.together(index));
    const own = this.own[next - 1];
    if (own) this.viewer.setWindow(index, own);
    else this.viewer.preset(index, this.preset(next) ?? PRESETS[0]);
  }

  private shiftWindow(index: number, wider: number, brighter: number): void {
    this.setPreset(null, this.together(index));
    this.viewer.shiftWindow(index, wider, brighter);
  }

  /** The platform's own, before and after those of the protocol. */
  private preset(number: number): (typeof PRESETS)[number] | undefined {
    return PRESETS[number > 0 ? number - this.own.length : number];
  }

  private setPreset(preset: number | null, indices: Iterable<number>): void {
    for (const index of indices) this.presets[index] = preset;
  }

  private together(index: number): Iterable<number> {
    return this.viewer.linked ? this.slots.keys() : [index];
  }

  private toggleOverlay(): void {
    const off = document.body.classList.toggle("no-overlay");
    localStorage.setItem(OVERLAY, off ? "off" : "on");
  }

  private moveLens(): void {
    const slot = this.pointer?.slot ?? this.host.focused();
    const index = this.slots.indexOf(slot);
    const view = this.views[index];
    if (!view) return;
    const middle = { x: view.clientWidth / 2, y: view.clientHeight / 2 };
    const at = this.magnifying ? (this.at(slot) ?? middle) : null;
    this.viewer.magnify(index, at);
    this.noteLens(slot, index, at);
  }

  /** What is magnified, in image coordinates: once it is another part, or nothing any more. */
  private noteLens(slot: string, index: number, at: Point | null): void {
    const before = this.magnified;
    if (at && before && Math.hypot(at.x - before.x, at.y - before.y) < LENS_STEP_CSS_PX) return;
    this.magnified = at;
    const part = at && this.viewer.lensPart(index);
    if (part) this.host.record("magnify", slot, part);
    else if (before) this.host.record("magnify_end", slot);
  }

  /** The frame of the lens moves with it. */
  private follow(): void {
    const box = this.viewer.lensBox();
    this.lens.hidden = box === null;
    const under = box && this.views[box.index];
    if (!box || !under) return;
    under.append(this.lens);
    const [left, top, side] = [`${box.x}px`, `${box.y}px`, `${box.side}px`];
    Object.assign(this.lens.style, { left, top, width: side, height: side });
  }

  /** What the buttons say of the image in focus. */
  show(): void {
    const { viewer } = this;
    const index = Math.max(0, this.slots.indexOf(this.host.focused()));
    const alone = this.slots.length < 2;
    const press = (id: string, on: boolean) => part(id).setAttribute("aria-pressed", String(on));
    for (const button of document.querySelectorAll<HTMLElement>("[data-mode]")) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === this.mode));
    }
    press("tool-invert", this.slots.length > 0 && viewer.isInverted(index));
    press("tool-smooth", viewer.smooth);
    press("tool-link", viewer.linked);
    part("tool-link").hidden = alone;
    press("tool-maximise", this.host.isMaximised());
    part("tool-maximise").hidden = alone;
    press("tool-overlay", !document.body.classList.contains("no-overlay"));
    const chosen = this.presets[index] ?? -1;
    const preset = this.own[chosen - 1]?.name ?? word(`window_${this.preset(chosen) ?? "hand"}`);
    part("tool-preset").title = word("window", { preset });
  }
}
