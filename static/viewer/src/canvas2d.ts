/** Draws the same picture on a plain canvas, for machines without WebGL2. */

import { corner, halve, levelFor, pyramid, type Rect, type Size, type View } from "./geometry";
import { shade, windowBounds } from "./grey";
import { type Picture, type Renderer, type Tile, ViewerError } from "./renderer";

interface Level extends Size {
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array | Uint16Array;
}

function shrink(from: Level): Level {
  const size = halve(from);
  const { channels } = from;
  const length = size.width * size.height * channels;
  const pixels = from.pixels instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length);
  for (let y = 0; y < size.height; y += 1) {
    const top = 2 * y * from.width;
    const below = Math.min(2 * y + 1, from.height - 1) * from.width;
    for (let x = 0; x < size.width * channels; x += 1) {
      const channel = x % channels;
      const left = 2 * (x - channel) + channel;
      const right = Math.min(left + channels, (from.width - 1) * channels + channel);
      const sum =
        (from.pixels[top * channels + left] as number) +
        (from.pixels[top * channels + right] as number) +
        (from.pixels[below * channels + left] as number) +
        (from.pixels[below * channels + right] as number);
      pixels[y * size.width * channels + x] = (sum + 2) >> 2;
    }
  }
  return { ...size, channels, pixels };
}

/** Sample positions along one axis: left index, right index, weight of the right one; -1 outside the image. */
function samples(
  length: number,
  from: number,
  scale: number,
  extent: number,
  size: number,
  sharp: boolean,
): Float64Array {
  const out = new Float64Array(length * 3);
  for (let i = 0; i < length; i += 1) {
    const u = (i + 0.5 - from) * scale;
    if (u < 0 || u >= extent) {
      out[i * 3] = -1;
      continue;
    }
    const base = Math.floor(u - 0.5);
    out[i * 3] = Math.min(size - 1, Math.max(0, base));
    out[i * 3 + 1] = Math.min(size - 1, Math.max(0, base + 1));
    const share = u - 0.5 - base;
    out[i * 3 + 2] = sharp ? Number(share >= 0.5) : share;
  }
  return out;
}

export class CanvasRenderer implements Renderer {
  readonly kind = "canvas2d";
  private readonly levels = new Map<Picture, Level[]>();

  constructor(private readonly context: CanvasRenderingContext2D) {}

  static on(canvas: HTMLCanvasElement): CanvasRenderer {
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) {
      throw new ViewerError(
        "This browser can draw on no canvas. Use a current Chrome, Edge, Firefox or Safari.",
      );
    }
    return new CanvasRenderer(context);
  }

  prepare(picture: Picture, view: View): void {
    this.level(picture, levelFor(view.zoom, pyramid(picture).length));
  }

  release(picture: Picture): void {
    this.levels.delete(picture);
  }

  draw(tiles: readonly Tile[]): void {
    const { canvas } = this.context;
    this.context.clearRect(0, 0, canvas.width, canvas.height);
    for (const tile of tiles) this.drawTile(tile);
  }

  private drawTile(tile: Tile): void {
    const { rect, view, picture } = tile;
    if (rect.width < 1 || rect.height < 1) return;
    const number = levelFor(view.zoom, pyramid(picture).length);
    const shrunk = 2 ** number;
    const level = this.level(picture, number);
    const from = corner(view, rect);
    const scale = 1 / (view.zoom * shrunk);
    const xs = samples(rect.width, from.x, scale, picture.width / shrunk, level.width, tile.sharp);
    const ys = samples(rect.height, from.y, scale, picture.height / shrunk, level.height, tile.sharp);
    const image = this.context.createImageData(rect.width, rect.height);
    paint(image.data, rect, level, xs, ys, shades(tile));
    this.context.putImageData(image, rect.x, rect.y);
  }

  async finished(): Promise<void> {}

  read(rect: Rect): Uint8ClampedArray {
    return this.context.getImageData(rect.x, rect.y, rect.width, rect.height).data;
  }

  dispose(): void {
    this.levels.clear();
  }

  private level(picture: Picture, number: number): Level {
    const levels = this.levels.get(picture) ?? [{ ...picture }];
    while (levels.length <= number) levels.push(shrink(levels[levels.length - 1] as Level));
    this.levels.set(picture, levels);
    return levels[number] as Level;
  }
}

/** The shade of a tile as a function of the stored value. */
function shades(tile: Tile): (value: number) => number {
  const { low2, span2 } = windowBounds(tile.window);
  const flip = tile.inverted ? 255 : 0;
  return (value) => shade(value, low2, span2) ^ flip;
}

function paint(
  out: Uint8ClampedArray,
  rect: Size,
  level: Level,
  xs: Float64Array,
  ys: Float64Array,
  shaded: (value: number) => number,
): void {
  const { pixels, width, channels } = level;
  for (let j = 0; j < rect.height; j += 1) {
    const top = (ys[j * 3] as number) * width;
    const below = (ys[j * 3 + 1] as number) * width;
    const fy = ys[j * 3 + 2] as number;
    for (let i = 0; i < rect.width; i += 1) {
      const left = xs[i * 3] as number;
      if (left < 0 || top < 0) continue;
      const right = xs[i * 3 + 1] as number;
      const fx = xs[i * 3 + 2] as number;
      const to = (j * rect.width + i) * 4;
      for (let channel = 0; channel < channels; channel += 1) {
        const at = (place: number) => pixels[place * channels + channel] as number;
        const a = at(top + left);
        const c = at(below + left);
        const upper = a + (at(top + right) - a) * fx;
        const lower = c + (at(below + right) - c) * fx;
        out[to + channel] = shaded(upper + (lower - upper) * fy);
      }
      for (let channel = channels; channel < 3; channel += 1) out[to + channel] = out[to] as number;
      out[to + 3] = 255;
    }
  }
}
