/** How images come over the line: as they are, or packed and then unpacked beside the page. */

import type { ImageOffer } from "./contract";
import { bytesOfFrame } from "./renderer";
import type * as Unpack from "./unpack";

const RETRY_MS = 1000;

/** How a body lies: a preview where there is one, then frame after frame. */
export interface Wire {
  readonly url: string;
  readonly head: number;
  readonly frame: number;
}

export function wireOf(image: ImageOffer): Wire {
  const { packed } = image;
  if (!packed || !able) return { url: image.url, head: 0, frame: bytesOfFrame(image) };
  // What unpacks travels with the image, not after it.
  void unpacking();
  return { url: packed.url, head: packed.preview_bytes, frame: packed.frame_bytes };
}

/** Browsers from before 2023 do not inflate; they get images as they are. */
let able = true;
try {
  new DecompressionStream("deflate-raw");
} catch {
  able = false;
}

/** Whole frames as a raw buffer holds them. */
export async function levelsOf(image: ImageOffer, sent: ArrayBuffer, from = 0): Promise<ArrayBuffer> {
  const { url, frame } = wireOf(image);
  return url === image.url ? sent : (await unpacking()).unpacked(image, frame, sent, from);
}

let coming: Promise<typeof Unpack> | null = null;

/** What unpacks, fetched with the first packed image. */
export function unpacking(): Promise<typeof Unpack> {
  coming ??= fetched(0);
  return coming;
}

/** Under another address each time: a browser remembers that one failed. */
function fetched(tries: number): Promise<typeof Unpack> {
  return import(`${document.body.dataset.unpack}?${tries}`).catch(() =>
    new Promise((resolve) => setTimeout(resolve, RETRY_MS)).then(() => fetched(tries + 1)),
  );
}
