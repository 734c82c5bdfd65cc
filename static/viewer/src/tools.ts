/** Looking at the images: hands and keys to the viewer, and what they did to the record. */

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
  /** A click on the image, in image coordinates. */
  tapped(slot: string, at: Point): void;
  record(kind: string, slot?: string, value?: string | number): void;
  maximised(slot: string | null): void;
}

const PRESETS = [
  ["given", "As set"],
  ["full", "Full range"],
  ["spread", "This image"],
] as const;

const CSS_PX_A_WIDTH = 300;

export class Tools {
  maximised: string | null = null;
  private slots: string[] = [];
  private views: HTMLElement[] = [];
  private preset = 0;
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
    this.preset = 0;
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
    const { viewer } = this;
    if (action.kind === "invert") viewer.invert();
    if (action.kind === "link") viewer.linked = !viewer.linked;
    if (action.kind === "reset") this.reset(index);
    if (action.kind === "maximise") this.maximise();
    if (action.kind === "preset") this.nextPreset(index);
    if (action.kind === "actual") viewer.isFitted(index) ? viewer.actualSize(index) : viewer.fit(index);
    if (action.kind === "zoom") viewer.zoom(index, action.factor, this.at(slot));
    if (action.kind === "grey") viewer.shiftWindow(index, action.wider, action.brighter);
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
        viewer.shiftWindow(index, dx / CSS_PX_A_WIDTH, -dy / CSS_PX_A_WIDTH);
      },
      pan: (dx: number, dy: number) => viewer.pan(index, dx, dy),
      zoom: (factor: number, at: Point) => viewer.zoom(index, factor, at),
      tap: (at: Point) => {
        host.focus(slot);
        const point = viewer.imagePoint(index, at);
        if (point) host.tapped(slot, point);
      },
      doubleTap: () => this.act({ kind: "reset" }),
      hover: (at: Point | null) => {
        this.pointer = at && { slot, at };
        if (this.magnifying) this.moveLens();
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
    this.preset = 0;
    this.viewer.reset(index);
  }

  private nextPreset(index: number): void {
    this.preset = (this.preset + 1) % PRESETS.length;
    this.viewer.preset(index, (PRESETS[this.preset] ?? PRESETS[0])[0]);
  }

  /** One image alone, another one instead, or all again. */
  maximise(slot: string | null = this.maximised ? null : this.host.focused()): void {
    this.maximised = this.slots.length < 2 ? null : slot;
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

  private show(): void {
    part("tool-invert").setAttribute("aria-pressed", String(this.viewer.inverted));
    part("tool-link").setAttribute("aria-pressed", String(this.viewer.linked));
    part("tool-link")
      .querySelector(".words")
      ?.replaceChildren(this.viewer.linked ? "Linked" : "Separate");
    part("tool-maximise").setAttribute("aria-pressed", String(this.maximised !== null));
    part("tool-maximise").hidden = this.slots.length < 2;
    part("tool-link").hidden = this.slots.length < 2;
    part("tool-preset")
      .querySelector(".words")
      ?.replaceChildren(`Window: ${(PRESETS[this.preset] ?? PRESETS[0])[1]}`);
  }
}
