/** Looking at the images: hands and keys to the viewer, and what they did to the record. */

import { word } from "./catalogue";
import type { Reason } from "./contract";
import { h, part } from "./dom";
import type { Point } from "./geometry";
import { Gestures } from "./gestures";
import type { Viewer } from "./viewer";

export type ToolAction =
  | { readonly kind: "invert" | "link" | "reset" | "maximise" | "preset" | "actual" }
  | { readonly kind: "zoom"; readonly factor: number }
  | { readonly kind: "grey"; readonly wider: number; readonly brighter: number }
  | { readonly kind: "pan"; readonly dx: number; readonly dy: number };

export interface ToolsHost {
  focus(slot: string): void;
  focused(): string;
  /** A click on a viewport, in image coordinates; null beside the image. */
  tapped(slot: string, at: Point | null): void;
  /** That click was the first of two. */
  tappedTwice(): void;
  record(kind: string, slot?: string, value?: string | number): void;
  maximised(slot: string | null): void;
}

const PRESETS = ["given", "full", "spread"] as const;

const CSS_PX_A_WIDTH = 300;

export class Tools {
  maximised: string | null = null;
  private slots: string[] = [];
  private views: HTMLElement[] = [];
  /** Which preset the window of each viewport is; none where a hand has set it. */
  private presets: Array<number | null> = [];
  private pointer: { slot: string; at: Point } | null = null;
  private magnifying = false;
  private reasons: readonly Reason[] = [];
  private readonly lens = h("div", { class: "lens", hidden: true });

  constructor(
    private readonly viewer: Viewer,
    private readonly host: ToolsHost,
  ) {
    viewer.onDraw(() => this.follow());
  }

  /** The viewports of a newly built board. */
  attach(views: ReadonlyMap<string, HTMLElement>): void {
    this.slots = [...views.keys()];
    this.views = [...views.values()];
    this.maximised = null;
    this.viewer.setPorts(this.views);
    this.slots.forEach((slot, i) => {
      new Gestures(this.views[i] as HTMLElement, this.hands(slot, i));
    });
  }

  /** A new trial starts with the protocol's window, whole images, side by side. */
  begin(): void {
    this.setPreset(0, this.slots.keys());
    this.pointer = null;
    this.magnify(false);
    this.viewer.invert(false);
    if (this.maximised) this.maximise(null);
    this.show();
  }

  mark(reasons: readonly Reason[]): void {
    this.reasons = reasons;
    this.follow();
  }

  act(action: ToolAction): void {
    const slot = this.host.focused();
    const index = this.slots.indexOf(slot);
    if (index < 0) return;
    if (this.slots.length < 2 && (action.kind === "link" || action.kind === "maximise")) return;
    const { viewer } = this;
    if (action.kind === "invert") viewer.invert();
    if (action.kind === "link") viewer.linked = !viewer.linked;
    if (action.kind === "reset") this.reset(index);
    if (action.kind === "maximise") this.maximise();
    if (action.kind === "preset") this.nextPreset(index);
    if (action.kind === "actual") viewer.isFitted(index) ? viewer.actualSize(index) : viewer.fit(index);
    if (action.kind === "zoom") viewer.zoom(index, action.factor, this.at(slot));
    if (action.kind === "grey") this.shiftWindow(index, action.wider, action.brighter);
    if (action.kind === "pan") viewer.pan(index, action.dx, action.dy);
    this.host.record(action.kind, slot, this.value(action.kind, index));
    this.show();
  }

  /** Holding the key shows the lens where the pointer is, or in the middle of the image in focus. */
  magnify(on: boolean): void {
    if (on && !this.magnifying) this.host.record("magnify", this.host.focused());
    this.magnifying = on;
    this.moveLens();
  }

  private hands(slot: string, index: number) {
    const { viewer, host } = this;
    return {
      window: (dx: number, dy: number) => {
        host.focus(slot);
        this.shiftWindow(index, dx / CSS_PX_A_WIDTH, -dy / CSS_PX_A_WIDTH);
      },
      pan: (dx: number, dy: number) => viewer.pan(index, dx, dy),
      zoom: (factor: number, at: Point) => viewer.zoom(index, factor, at),
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
        if (at && !this.viewer.lensBox()) host.record("magnify", slot);
        viewer.magnify(index, at);
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
    if (["zoom", "pan", "actual"].includes(kind)) return Number(viewer.getView(index).zoom.toFixed(3));
    if (kind === "invert") return viewer.inverted ? "on" : "off";
    if (kind === "link") return viewer.linked ? "linked" : "separate";
    if (kind === "maximise") return this.maximised ? "one" : "all";
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
    const next = ((this.presets[index] ?? -1) + 1) % PRESETS.length;
    this.setPreset(next, this.together(index));
    this.viewer.preset(index, PRESETS[next] ?? PRESETS[0]);
  }

  private shiftWindow(index: number, wider: number, brighter: number): void {
    this.setPreset(null, this.together(index));
    this.viewer.shiftWindow(index, wider, brighter);
  }

  private setPreset(preset: number | null, indices: Iterable<number>): void {
    for (const index of indices) this.presets[index] = preset;
  }

  private together(index: number): Iterable<number> {
    return this.viewer.linked ? this.slots.keys() : [index];
  }

  /** One image alone, another one instead, or all again. */
  maximise(slot: string | null = this.maximised ? null : this.host.focused()): void {
    this.maximised = slot;
    this.host.maximised(this.maximised);
  }

  /** The image point in the middle of a viewport: how the keyboard points. */
  middle(slot: string): Point | null {
    const index = this.slots.indexOf(slot);
    return index < 0 ? null : this.viewer.getView(index);
  }

  private moveLens(): void {
    const slot = this.pointer?.slot ?? this.host.focused();
    const index = this.slots.indexOf(slot);
    const view = this.views[index];
    if (!view) return;
    const middle = { x: view.clientWidth / 2, y: view.clientHeight / 2 };
    this.viewer.magnify(index, this.magnifying ? (this.at(slot) ?? middle) : null);
  }

  /** Overlays move with the image. */
  private follow(): void {
    const box = this.viewer.lensBox();
    this.lens.hidden = box === null;
    const under = box && this.views[box.index];
    if (box && under) {
      under.append(this.lens);
      Object.assign(this.lens.style, {
        left: `${box.x}px`,
        top: `${box.y}px`,
        width: `${box.side}px`,
        height: `${box.side}px`,
      });
    }
    this.views.forEach((view, i) => {
      this.placeMarks(view, i);
    });
  }

  private placeMarks(view: HTMLElement, index: number): void {
    const wanted = this.reasons.filter((reason) => reason.slot === this.slots[index] && reason.x !== null);
    const marks = view.querySelectorAll<HTMLElement>(".mark");
    for (const extra of [...marks].slice(wanted.length)) extra.remove();
    wanted.forEach((reason, i) => {
      const mark = marks[i] ?? view.appendChild(h("span", { class: "mark" }));
      const at = this.viewer.screenPoint(index, { x: reason.x as number, y: reason.y as number });
      mark.textContent = reason.tag;
      mark.style.transform = `translate(${at.x}px, ${at.y}px)`;
    });
  }

  /** What the buttons say of the image in focus. */
  show(): void {
    const { viewer } = this;
    const index = Math.max(0, this.slots.indexOf(this.host.focused()));
    const alone = this.slots.length < 2;
    const press = (id: string, on: boolean) => part(id).setAttribute("aria-pressed", String(on));
    const say = (id: string, text: string) => part(id).querySelector(".words")?.replaceChildren(text);
    press("tool-invert", viewer.inverted);
    press("tool-link", viewer.linked);
    say("tool-link", word(viewer.linked ? "linked" : "separate"));
    part("tool-link").hidden = alone;
    press("tool-maximise", this.maximised !== null);
    part("tool-maximise").hidden = alone;
    press("tool-actual", viewer.isActualSize(index));
    const preset = this.presets[index];
    say("tool-preset", word("window", { preset: word(`window_${PRESETS[preset ?? -1] ?? "hand"}`) }));
  }
}
