/** Answers that are given on the image: marks, measures, and the spot that gave it away. */

import type { AnswerAction } from "./answer";
import { word } from "./catalogue";
import type { Answer, Item, Mark, Presentation, Section } from "./contract";
import type { Point } from "./geometry";
import { isPointing, said, slotsOf } from "./items";
import { nameOf } from "./keymap";
import type { Drawn, Line, Overlay } from "./overlay";
import { withPoint } from "./pointing";
import type { Rail } from "./rail";

const NEAR_CSS_PX = 14;
const NEAR_FINGER_CSS_PX = 28;

export interface FingerHost {
  box(): { readonly section: Section | null; readonly shown: Presentation | null; readonly answer: Answer };
  /** The frame of an image that is on the screen, from 1; null of stills. */
  frame(slot: string): number | null;
  change(action: AnswerAction): void;
  told(text: string): void;
}

/** A point of the image, to a tenth of a pixel. */
function tidy(at: Point): Point {
  return { x: Math.round(at.x * 10) / 10, y: Math.round(at.y * 10) / 10 };
}

export class Finger {
  /** What the last click has changed, for the double click that it may be half of. */
  private undo: AnswerAction | null = null;
  /** Places that the feedback shows. */
  told: readonly { readonly slot: string; readonly x: number; readonly y: number }[] = [];
  private held: { item: Item; slot: string; index: number } | null = null;

  constructor(
    private readonly rail: Rail,
    private readonly overlay: Overlay,
    private readonly host: FingerHost,
  ) {}

  forget(): void {
    this.undo = null;
    this.held = null;
    this.told = [];
  }

  /** `at`: null beside the image. */
  tapped(slot: string, at: Point | null): void {
    this.undo = null;
    const { current } = this.rail;
    const item = current && isPointing(current) && this.rail.pointing();
    if (at && item) this.point(item, slot, at);
    else if (at) this.spot(slot, at);
  }

  /** The first click of a double click, which resets the image, has shown a spot nobody meant. */
  takeBack(): void {
    if (this.undo) this.host.change(this.undo);
    this.undo = null;
  }

  /** Marking was asked for by key or button; asked again it marks here. */
  mark(slot: string, at: Point | null, again: boolean): void {
    const item = this.rail.pointing() ?? this.rail.items.find(isPointing);
    if (!item) this.spotHere(slot, at);
    else if (!again || this.rail.current !== item) this.rail.goTo({ item, part: "value" }, true);
    else if (at) this.point(item, slot, at);
  }

  /** Takes the mark at a place along with the drag. */
  grab(slot: string, at: Point, finger: boolean): boolean {
    const item = this.rail.current;
    if (!item || !isPointing(item)) return false;
    const mark = this.overlay.near(slot, at, finger ? NEAR_FINGER_CSS_PX : NEAR_CSS_PX);
    this.held = mark?.number ? { item, slot, index: mark.number - 1 } : null;
    return this.held !== null;
  }

  drag(slot: string, at: Point | null): void {
    const { held } = this;
    if (!held || !at || slot !== held.slot) return;
    const points = this.points(held.item, slot).map((point, i) =>
      i === held.index ? { ...point, ...tidy(at) } : point,
    );
    const chosen = this.rail.pointsOf(held.item);
    if (chosen) chosen.chosen = held.index;
    this.put(held.item, slot, points);
  }

  /** What lies over the images now. */
  draw(): void {
    const { shown, answer } = this.host.box();
    if (!shown) return;
    const marks: Drawn[] = [];
    const lines: Line[] = [];
    for (const item of this.rail.items.filter(isPointing)) {
      const isCurrent = item === this.rail.current;
      for (const { slot } of shown.images) {
        if (item.of === "image" ? !slotsOf(item, shown).includes(slot) : slot !== shown.images[0]?.slot)
          continue;
        const points = this.points(item, slot);
        const chosen = isCurrent ? this.rail.pointsOf(item)?.chosen : null;
        const here = this.host.frame(slot);
        const inSight = points.filter(({ frame }) => frame === null || here === null || frame === here);
        points.forEach((point, i) => {
          const { x, y } = point;
          if (!inSight.includes(point)) return;
          marks.push({ slot, x, y, text: "", number: isCurrent ? i + 1 : null, chosen: chosen === i });
        });
        if (item.kind === "measure" && inSight.length > 1) lines.push({ slot, points: inSight });
      }
    }
    for (const { slot, tag, x, y } of answer.reasons) {
      if (x !== null && y !== null) marks.push({ slot, x, y, text: tag, number: null, chosen: false });
    }
    for (const place of this.told)
      marks.push({ ...place, text: "", number: null, chosen: false, told: true });
    this.overlay.draw(marks, lines);
  }

  private points(item: Item, slot: string): Mark[] {
    const { answer } = this.host.box();
    return said(answer, item, item.of === "image" ? slot : null)?.points ?? [];
  }

  private put(item: Item, slot: string, points: Mark[]): void {
    this.rail.pen(item, slot).put(points.length ? { points } : null);
  }

  private point(item: Item, slot: string, at: Point): void {
    const { shown } = this.host.box();
    if (shown?.images.find((image) => image.slot === slot)?.reference) return;
    const pen = this.rail.pen(item, slot);
    const entry = pen.entry();
    const point = { ...tidy(at), frame: this.host.frame(slot), confidence: null };
    const points = withPoint(item, entry, point);
    if (points.length === (entry?.points ?? []).length) {
      this.host.told(word("marks_full"));
      return;
    }
    if (this.rail.current !== item) this.rail.goTo({ item, part: "value" }, true);
    this.undo = { kind: "say", item, slot: item.of === "image" ? slot : null, entry, about: "value" };
    const chosen = this.rail.pointsOf(item);
    if (chosen) chosen.chosen = points.length - 1;
    pen.put({ points });
  }

  private spot(slot: string, at: Point): void {
    const { section, answer } = this.host.box();
    const reason = answer.reasons.findLast((given) => given.slot === slot);
    if (!section?.reasons?.spot || !reason) return;
    this.undo = { kind: "spot", slot, x: reason.x, y: reason.y };
    this.host.change({ kind: "spot", slot, ...tidy(at) });
  }

  private spotHere(slot: string, at: Point | null): void {
    const { section, answer } = this.host.box();
    if (!section?.reasons?.spot) return;
    if (!answer.reasons.some((given) => given.slot === slot))
      this.host.told(word("reason_first", { reason: nameOf("y"), mark: nameOf("x") }));
    else if (at) this.spot(slot, at);
  }
}
