/** Mouse, pen and fingers on one viewport, told as what they mean. */

import type { Point } from "./geometry";

/** What a drag with the main button or one finger does. */
export type Mode = "window" | "move" | "zoom" | "lens" | "mark" | "scroll";

export interface Hands {
  mode(finger: boolean): Mode;
  /** CSS pixels since the last call. */
  window(dx: number, dy: number): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number, at: Point): void;
  /** Through the frames. */
  scroll(dy: number): void;
  /** Takes what lies here along with the drag; false where there is nothing. */
  grab(at: Point, finger: boolean): boolean;
  drag(at: Point): void;
  tap(at: Point): void;
  doubleTap(): void;
  hover(at: Point | null): void;
  /** A finger or pen that is held still looks closer, and there is none any more. */
  lens(at: Point | null): void;
  /** A gesture of this kind is over. */
  done(kind: "window" | "pan" | "zoom" | "drag"): void;
}

/** How far a tap may slip. */
const TAP_CSS_PX = 5;
const FINGER_TAP_CSS_PX = 12;
/** A second tap this soon and this near is half of a double one. */
const DOUBLE_TAP_MS = 400;
const DOUBLE_TAP_CSS_PX = 30;
const WHEEL_QUIET_MS = 250;
const LONG_PRESS_MS = 500;

const NO_TAP = { x: 0, y: 0, atMs: -DOUBLE_TAP_MS };

type Kind = "tap" | "window" | "pan" | "zoom" | "pinch" | "lens" | "drag" | "scroll";

interface Finger extends Point {
  readonly from: Point;
}

export class Gestures {
  private readonly fingers = new Map<number, Finger>();
  private kind: Kind = "tap";
  private wheelTimer = 0;
  private pressTimer = 0;
  private lastTap = NO_TAP;

  constructor(
    private readonly element: HTMLElement,
    private readonly hands: Hands,
  ) {
    const on = <K extends keyof HTMLElementEventMap>(
      name: K,
      act: (event: HTMLElementEventMap[K]) => void,
      options?: AddEventListenerOptions,
    ) => element.addEventListener(name, act as EventListener, options);
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.up(event));
    on("pointerleave", (event) => {
      hands.hover(null);
      if (event.pointerType !== "touch") this.lastTap = NO_TAP;
    });
    on("wheel", (event) => this.wheel(event), { passive: false });
    on("dblclick", () => hands.doubleTap());
    // Saving the picture from a menu is not offered, and the right button pans.
    on("contextmenu", (event) => event.preventDefault());
    on("dragstart", (event) => event.preventDefault());
  }

  private where(event: MouseEvent): Point {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private down(event: PointerEvent): void {
    const at = this.where(event);
    this.element.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, { ...at, from: at });
    this.endPress();
    if (this.fingers.size > 1) this.kind = "pinch";
    else this.kind = event.button > 0 || event.shiftKey ? "pan" : "tap";
    if (this.kind === "tap" && event.pointerType !== "mouse") {
      this.pressTimer = window.setTimeout(() => {
        this.kind = "lens";
        this.hands.lens(at);
      }, LONG_PRESS_MS);
    }
  }

  private endPress(): void {
    clearTimeout(this.pressTimer);
    if (this.kind === "lens") this.hands.lens(null);
  }

  private move(event: PointerEvent): void {
    const at = this.where(event);
    const before = this.fingers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") this.hands.hover(at);
      return;
    }
    this.hands.hover(at);
    if (this.kind === "tap") {
      const finger = event.pointerType === "touch";
      const slip = finger ? FINGER_TAP_CSS_PX : TAP_CSS_PX;
      if (Math.hypot(at.x - before.from.x, at.y - before.from.y) < slip) return;
      this.endPress();
      this.kind = this.dragged(before.from, finger);
    }
    this.follow(event.pointerId, before, at);
    this.fingers.set(event.pointerId, { ...at, from: before.from });
  }

  /** What the drag that has just begun does. */
  private dragged(from: Point, finger: boolean): Kind {
    const mode = this.hands.mode(finger);
    if (mode === "move") return "pan";
    if (mode !== "mark") return mode;
    if (this.hands.grab(from, finger)) return "drag";
    return finger ? "pan" : "window";
  }

  private follow(id: number, before: Finger, at: Point): void {
    const [dx, dy] = [at.x - before.x, at.y - before.y];
    if (this.kind === "lens") this.hands.lens(at);
    if (this.kind === "window") this.hands.window(dx, dy);
    if (this.kind === "pan") this.hands.pan(dx, dy);
    if (this.kind === "scroll") this.hands.scroll(dy);
    if (this.kind === "drag") this.hands.drag(at);
    // Upwards is closer, about where the drag began.
    if (this.kind === "zoom") this.hands.zoom(Math.exp(-dy * 0.01), before.from);
    if (this.kind === "pinch") this.pinch(id, before, at);
  }

  private pinch(id: number, before: Point, at: Point): void {
    const other = [...this.fingers].find(([key]) => key !== id)?.[1];
    if (!other) return;
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(at.x - other.x, at.y - other.y);
    const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
    if (was > 1 && is > 1) this.hands.zoom(is / was, middle);
    this.hands.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
  }

  private up(event: PointerEvent): void {
    const finger = this.fingers.get(event.pointerId);
    if (!finger) return;
    this.fingers.delete(event.pointerId);
    if (this.fingers.size) return;
    this.endPress();
    const { kind } = this;
    if (kind === "tap") {
      if (event.type === "pointerup") this.tap(this.where(event));
    } else {
      // A tap, a swipe and a tap are no double tap.
      this.lastTap = NO_TAP;
      if (kind !== "lens" && kind !== "scroll") this.hands.done(kind === "pinch" ? "zoom" : kind);
    }
    this.kind = "tap";
  }

  private tap(at: Point): void {
    const { x, y, atMs } = this.lastTap;
    const now = performance.now();
    const isSecond = now - atMs < DOUBLE_TAP_MS && Math.hypot(at.x - x, at.y - y) < DOUBLE_TAP_CSS_PX;
    this.lastTap = isSecond ? NO_TAP : { ...at, atMs: now };
    if (!isSecond) this.hands.tap(at);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1);
    // A pinch on a trackpad arrives as small wheel steps with ctrl held.
    this.hands.zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002)), this.where(event));
    clearTimeout(this.wheelTimer);
    this.wheelTimer = window.setTimeout(() => this.hands.done("zoom"), WHEEL_QUIET_MS);
  }
}
