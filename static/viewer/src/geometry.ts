/** Where an image lies on the screen. All lengths on the screen are device pixels. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `zoom`: device pixels an image pixel; `x`, `y`: the image point in the middle of the viewport. */
export interface View extends Point {
  readonly zoom: number;
}

export const MOST_ZOOM = 64;

export function fit(image: Size, rect: Size): View {
  const zoom = Math.min(rect.width / image.width, rect.height / image.height);
  return { zoom: zoom > 0 ? zoom : 1, x: image.width / 2, y: image.height / 2 };
}

/** Upper left corner of the image within the viewport, on whole device pixels so that 1:1 is exact. */
export function corner(view: View, rect: Size): Point {
  return {
    x: Math.round(rect.width / 2 - view.x * view.zoom),
    y: Math.round(rect.height / 2 - view.y * view.zoom),
  };
}

/** The part of a viewport that the image covers: screen pixels whose middle lies in the image. */
export function visible(view: View, rect: Size, image: Size): Rect {
  const from = corner(view, rect);
  const x = Math.max(0, from.x);
  const y = Math.max(0, from.y);
  const right = Math.min(rect.width, Math.ceil(from.x + image.width * view.zoom - 0.5));
  const bottom = Math.min(rect.height, Math.ceil(from.y + image.height * view.zoom - 0.5));
  return { x, y, width: right - x, height: bottom - y };
}

export function toImage(view: View, rect: Size, at: Point): Point {
  const from = corner(view, rect);
  return { x: (at.x - from.x) / view.zoom, y: (at.y - from.y) / view.zoom };
}

export function toScreen(view: View, rect: Size, at: Point): Point {
  const from = corner(view, rect);
  return { x: from.x + at.x * view.zoom, y: from.y + at.y * view.zoom };
}

/** The point under the pointer stays under the pointer. */
export function zoomAt(view: View, rect: Size, at: Point, factor: number, least: number): View {
  const zoom = Math.min(MOST_ZOOM, Math.max(least, view.zoom * factor));
  const dx = at.x - rect.width / 2;
  const dy = at.y - rect.height / 2;
  return {
    zoom,
    x: view.x + dx / view.zoom - dx / zoom,
    y: view.y + dy / view.zoom - dy / zoom,
  };
}

/** At least a corner of the image stays in sight: its border never passes the middle of the viewport. */
export function keepInSight(view: View, image: Size): View {
  return {
    zoom: view.zoom,
    x: Math.min(image.width, Math.max(0, view.x)),
    y: Math.min(image.height, Math.max(0, view.y)),
  };
}

/** Which half-size copy to sample, so that shrinking averages pixels instead of dropping them. */
export function levelFor(zoom: number, levels: number): number {
  const wanted = zoom >= 1 ? 0 : Math.floor(Math.log2(1 / zoom) + 1e-6);
  return Math.min(levels - 1, wanted);
}

export function halve(size: Size): Size {
  return { width: (size.width + 1) >> 1, height: (size.height + 1) >> 1 };
}

/** Sizes of an image and its half-size copies, down to 128 pixels. */
export function pyramid(size: Size): Size[] {
  const sizes = [size];
  let last = size;
  while (Math.max(last.width, last.height) > 128) {
    last = halve(last);
    sizes.push(last);
  }
  return sizes;
}
