/** What the two renderers have in common. */

import type { Rect, Size, View } from "./geometry";
import type { GreyWindow } from "./grey";

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly bits: 8 | 16;
  readonly pixels: Uint8Array | Uint16Array;
  /** What the protocol shows it with at first. */
  readonly window: GreyWindow;
}

/** One picture in one rectangle of a canvas. */
export interface Tile {
  readonly picture: Picture;
  readonly rect: Rect;
  readonly view: View;
  readonly window: GreyWindow;
  readonly inverted: boolean;
  /** Lies over another tile for a moment. */
  readonly passing?: boolean;
}

export interface Renderer {
  readonly kind: "webgl2" | "canvas2d";
  /** Does ahead what the first drawing of a picture in this view would have to do. */
  prepare(picture: Picture, view: View, viewport: Size): void;
  release(picture: Picture): void;
  /** Around the pictures there is the ground that the stylesheet gives a canvas. */
  draw(tiles: readonly Tile[]): void;
  /** Resolves when what was drawn is finished, not merely asked for. */
  finished(): Promise<void>;
  /** Grey levels of a rectangle as just drawn, rows from the top, four bytes a pixel. */
  read(rect: Rect): Uint8ClampedArray;
  dispose(): void;
}

export class ViewerError extends Error {
  override name = "ViewerError";
}

/** How long the raw buffer of an image is. */
export function bytesOf({ width, height, bits }: Size & { readonly bits: number }): number {
  return width * height * (bits > 8 ? 2 : 1);
}

/** The raw little-endian buffer of the pixel address as a picture; a wrong length is refused. */
export function asPicture(
  buffer: ArrayBuffer,
  shape: Size & { readonly bits: number; readonly window: GreyWindow },
): Picture {
  const { width, height, window } = shape;
  const bits = shape.bits > 8 ? 16 : 8;
  const expected = bytesOf(shape);
  if (buffer.byteLength !== expected) {
    throw new ViewerError(
      `The image came with ${buffer.byteLength} bytes where ${width} × ${height} at ${bits} bit need ${expected}. ` +
        "Reload the page; if it happens again, tell the study's coordinator.",
    );
  }
  const pixels = bits === 8 ? new Uint8Array(buffer) : new Uint16Array(buffer);
  return { width, height, bits, pixels, window };
}
