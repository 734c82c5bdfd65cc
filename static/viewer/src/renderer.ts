/** What the two renderers have in common. */

import type { Rect, Size, View } from "./geometry";
import type { GreyWindow } from "./grey";

/** One frame: what is drawn at once. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly bits: 8 | 16;
  /** Grey, or red, green and blue one after another. */
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array | Uint16Array;
  /** What the protocol shows it with at first; of colours, every channel alike. */
  readonly window: GreyWindow;
}

/** One picture in one rectangle of a canvas. */
export interface Tile {
  readonly picture: Picture;
  readonly rect: Rect;
  readonly view: View;
  readonly window: GreyWindow;
  readonly inverted: boolean;
  /** Nearest stored pixel instead of the bilinear mean. */
  readonly sharp: boolean;
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
  /** What a rectangle shows as just drawn, rows from the top, four bytes a pixel. */
  read(rect: Rect): Uint8ClampedArray;
  dispose(): void;
}

export class ViewerError extends Error {
  override name = "ViewerError";
}

/** How a frame lies in its buffer. What is left out is one. */
interface Shape extends Size {
  readonly bits: number;
  readonly channels?: 1 | 3;
}

export function bytesOfFrame({ width, height, bits, channels = 1 }: Shape): number {
  return width * height * channels * (bits > 8 ? 2 : 1);
}

/** One frame of a raw little-endian buffer as a picture; a wrong length is refused. */
export function asPicture(
  buffer: ArrayBuffer,
  shape: Shape & { readonly window: GreyWindow },
  from = 0,
): Picture {
  const { width, height, window, channels = 1 } = shape;
  const bits = shape.bits > 8 ? 16 : 8;
  const expected = bytesOfFrame(shape);
  if (buffer.byteLength < from + expected || (from === 0 && buffer.byteLength % expected)) {
    throw new ViewerError(
      `The image came with ${buffer.byteLength} bytes where ${width} × ${height} at ${bits} bit need ${expected}. ` +
        "Reload the page; if it happens again, tell the study's coordinator.",
    );
  }
  const length = expected / (bits === 8 ? 1 : 2);
  const pixels = bits === 8 ? new Uint8Array(buffer, from, length) : new Uint16Array(buffer, from, length);
  return { width, height, bits, channels, pixels, window };
}
