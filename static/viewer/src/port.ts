/** One viewport: its canvas, the picture on it, the window of that, and how it lies there. */

import { fit, type Point, type Rect, type Size, toImage, type View } from "./geometry";
import { fullWindow, type GreyWindow, tidyWindow } from "./grey";
import type { Picture, Renderer, Tile } from "./renderer";
import { Surface } from "./surface";

const LENS_CSS_PX = 260;
const LENS_POWER = 2.5;

function within(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

export class Port {
  /** In device pixels; until it is measured, what a canvas begins with. */
  size: Size = { width: 300, height: 150 };
  picture: Picture | null = null;
  window: GreyWindow = fullWindow(8);
  view: View = { zoom: 1, x: 0, y: 0 };
  /** The image fills the viewport and goes on doing so when the viewport changes its size. */
  fitted = true;
  inverted = false;
  sharp = false;
  /** What the next picture takes over from the one before. */
  keep = { window: false, zoom: false };
  /** What lies about this point is magnified. */
  lens: Point | null = null;
  private density = 1;
  private held: Picture[] = [];
  private readonly surface: Surface;

  constructor(element: HTMLElement, kind: Renderer["kind"], renewed: () => void) {
    this.surface = new Surface(element, kind, renewed);
  }

  /** Some machines compile a program when it draws for the first time: no reader is to wait for that. */
  warm(): void {
    if (this.held.length) return;
    const { window } = this;
    this.show({ width: 1, height: 1, bits: 8, channels: 1, pixels: new Uint8Array(1), window });
    this.draw();
    this.show(null);
  }

  get kind(): Renderer["kind"] {
    return this.surface.renderer.kind;
  }

  /** Its graphics memory is gone for the moment. */
  get lost(): boolean {
    return this.surface.lost;
  }

  /** Goes on in another element, empty. */
  moveTo(element: HTMLElement): void {
    this.show(null);
    this.surface.moveTo(element);
  }

  /** Does ahead what it takes to show a picture. */
  prepare(picture: Picture): void {
    if (this.surface.lost) return;
    if (!this.held.includes(picture)) this.held.push(picture);
    // As it will be drawn from now on: what that takes is compiled here, not in the first step of a window.
    this.draw();
    this.surface.renderer.prepare(picture, fit(picture, this.size), this.size);
  }

  /** Shows one picture; whatever else was held is given back. */
  show(picture: Picture | null): void {
    const { keep, picture: before } = this;
    this.picture = picture;
    this.lens = null;
    for (const held of this.surface.lost ? [] : this.held) {
      if (held !== picture) this.surface.renderer.release(held);
    }
    this.held = picture ? [picture] : [];
    if (picture && !(before && keep.window)) this.window = tidyWindow(picture.window, picture.bits);
    if (this.fitted || !(before && keep.zoom)) this.fit();
  }

  /** Another frame of the same image: it lies and looks as the one before. */
  turn(picture: Picture): void {
    const before = this.picture;
    if (picture === before) return;
    if (before && !this.surface.lost) this.surface.renderer.release(before);
    this.held = [...this.held.filter((held) => held !== before && held !== picture), picture];
    this.picture = picture;
  }

  fit(): void {
    this.fitted = true;
    if (this.picture) this.view = fit(this.picture, this.size);
  }

  /** Looks again how large the viewport is. */
  measure(density: number): void {
    this.density = density;
    this.size = this.surface.measure(density);
    if (this.fitted) this.fit();
  }

  /** Whether there was something to draw. */
  draw(): boolean {
    const { picture, size, view, window, inverted, sharp } = this;
    if (this.surface.lost || size.width < 1 || size.height < 1) return false;
    const tiles: Tile[] = [];
    if (picture) tiles.push({ picture, rect: { x: 0, y: 0, ...size }, view, window, inverted, sharp });
    const magnified = this.lensTile();
    if (magnified) tiles.push(magnified);
    this.surface.renderer.draw(tiles);
    return tiles.length > 0;
  }

  /** What the magnifier shows; null without one. */
  lensTile(): Tile | null {
    const { picture, size, view, window, inverted, sharp, lens } = this;
    const rect = this.lensRect();
    if (!picture || !rect || !lens) return null;
    const magnified = { ...toImage(view, size, lens), zoom: Math.max(1, view.zoom * LENS_POWER) };
    return { picture, rect, view: magnified, window, inverted, sharp, passing: true };
  }

  finished(): Promise<void> {
    return this.surface.renderer.finished();
  }

  read(): Uint8ClampedArray {
    return this.surface.renderer.read({ x: 0, y: 0, ...this.size });
  }

  /** Where the magnifier is, in device pixels; null without one. */
  lensRect(): Rect | null {
    const { width, height } = this.size;
    const side = Math.round(Math.min(LENS_CSS_PX * this.density, width, height));
    if (!this.lens || side < 1) return null;
    const x = within(Math.round(this.lens.x - side / 2), width - side);
    const y = within(Math.round(this.lens.y - side / 2), height - side);
    return { x, y, width: side, height: side };
  }

  dispose(): void {
    this.surface.dispose();
  }
}
