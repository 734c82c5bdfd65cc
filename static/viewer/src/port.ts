/** One viewport: the picture in it, its window, and how it lies there. */

import { fit, type Point, type Rect, toImage, type View } from "./geometry";
import { fullWindow, type GreyWindow, tidyWindow } from "./grey";
import type { Picture, Tile } from "./renderer";

const LENS_CSS_PX = 260;
const LENS_POWER = 2.5;

function within(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

export class Port {
  /** In device pixels of the canvas. */
  rect: Rect = { x: 0, y: 0, width: 0, height: 0 };
  picture: Picture | null = null;
  window: GreyWindow = fullWindow(8);
  view: View = { zoom: 1, x: 0, y: 0 };
  /** The image fills the viewport and goes on doing so when the viewport changes its size. */
  fitted = true;

  constructor(readonly element: HTMLElement) {}

  show(picture: Picture | null): void {
    this.picture = picture;
    if (picture) this.window = tidyWindow(picture.window, picture.bits);
    this.fit();
  }

  fit(): void {
    this.fitted = true;
    this.refit();
  }

  /** Looks again where the viewport lies on the canvas. */
  measure(canvas: DOMRect, density: number): void {
    const area = this.element.getBoundingClientRect();
    const x = Math.round((area.left - canvas.left) * density);
    const y = Math.round((area.top - canvas.top) * density);
    this.rect = {
      x,
      y,
      width: Math.round((area.right - canvas.left) * density) - x,
      height: Math.round((area.bottom - canvas.top) * density) - y,
    };
    if (this.fitted) this.refit();
  }

  tile(inverted: boolean): Tile[] {
    const { picture, rect, view, window } = this;
    if (!picture || rect.width < 1 || rect.height < 1) return [];
    return [{ picture, rect, view, window, inverted }];
  }

  /** A magnified square about a point (device pixels within the viewport). */
  lens(at: Point, density: number, inverted: boolean): Tile[] {
    const { picture, rect, view, window } = this;
    const side = Math.round(Math.min(LENS_CSS_PX * density, rect.width, rect.height));
    if (!picture || side < 1) return [];
    const x = rect.x + within(Math.round(at.x - side / 2), rect.width - side);
    const y = rect.y + within(Math.round(at.y - side / 2), rect.height - side);
    const magnified = { ...toImage(view, rect, at), zoom: Math.max(1, view.zoom * LENS_POWER) };
    const square = { x, y, width: side, height: side };
    return [{ picture, rect: square, view: magnified, window, inverted, passing: true }];
  }

  private refit(): void {
    if (this.picture) this.view = fit(this.picture, this.rect);
  }
}
