/** How a picture comes to lie on the screen: the part in sight, and which stored pixels make it up. */

import { corner, levelFor, type Point, pyramid, type Rect, type Size, type View, visible } from "./geometry";

export interface Placing {
  /** Which half-size copy is sampled, and how many of its pixels make one of the screen. */
  readonly level: number;
  readonly scale: number;
  /** Each pixel of the screen shows one stored pixel, without those beside it. */
  readonly sharp: boolean;
  /** Upper left corner of the picture, and the part in sight, within the viewport. */
  readonly from: Point;
  readonly seen: Rect;
}

export function place(view: View, viewport: Size, picture: Size, sharp = false): Placing {
  const level = levelFor(view.zoom, pyramid(picture).length);
  return {
    level,
    scale: 1 / (view.zoom * 2 ** level),
    sharp,
    from: corner(view, viewport),
    seen: visible(view, viewport, picture),
  };
}

/** Whether the same pixels of the picture come to lie in the same places. */
export function isSame(a: Placing, b: Placing): boolean {
  return (
    a.level === b.level &&
    a.scale === b.scale &&
    a.sharp === b.sharp &&
    a.from.x === b.from.x &&
    a.from.y === b.from.y &&
    a.seen.width === b.seen.width &&
    a.seen.height === b.seen.height
  );
}

export function isInSight({ seen }: Placing): boolean {
  return seen.width > 0 && seen.height > 0;
}
