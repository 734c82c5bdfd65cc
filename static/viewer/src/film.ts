/** An image of several frames: which of them are here, and which are to be fetched next. */

import type { ImageOffer } from "./contract";
import { asPicture, bytesOfFrame, type Picture } from "./renderer";
import { levelsOf, type Wire, wireOf } from "./wire";

/** Small frames travel together: a request has its price. */
const BLOCK_BYTES = 1_000_000;

export class Film {
  readonly count: number;
  /** Frames of one block. */
  private readonly size: number;
  private readonly blocks: Array<ArrayBuffer | null>;
  private readonly coming = new Set<number>();
  private readonly made = new Map<number, Picture>();
  readonly wire: Wire;
  private readonly arrived = new Set<() => void>();
  /** The frame around which the others are fetched. */
  at: number;

  constructor(
    readonly offer: ImageOffer,
    /** Whoever fetches frames looks again which. */
    private readonly wanted: () => void,
  ) {
    this.count = offer.frames;
    this.wire = wireOf(offer);
    this.size = Math.max(1, Math.floor(BLOCK_BYTES / this.wire.frame));
    this.blocks = Array.from({ length: Math.ceil(this.count / this.size) }, () => null);
    this.at = offer.play === "cine" ? 0 : this.count >> 1;
  }

  get isCine(): boolean {
    return this.offer.play === "cine";
  }

  get heldBytes(): number {
    return this.blocks.reduce((sum, block) => sum + (block?.byteLength ?? 0), 0);
  }

  /** Blocks that are here or on their way. */
  get asked(): number {
    return this.blocks.filter((block) => block !== null).length + this.coming.size;
  }

  get isComplete(): boolean {
    return this.blocks.every((block) => block !== null);
  }

  /** A frame, if it is here. The same frame is the same picture each time. */
  frame(number: number): Picture | null {
    const known = this.made.get(number);
    if (known) return known;
    const block = this.blocks[Math.floor(number / this.size)];
    if (!block) return null;
    return this.make(number, block, (number % this.size) * bytesOfFrame(this.offer));
  }

  /** The frame that is shown first came alone, without the others of its block. */
  begin(levels: ArrayBuffer): Picture {
    const { at } = this;
    if (this.size === 1) this.blocks[at] = levels;
    return this.make(at, levels);
  }

  private make(number: number, levels: ArrayBuffer, from = 0): Picture {
    const made = asPicture(levels, this.offer, from);
    this.made.set(number, made);
    films.set(made, this);
    return made;
  }

  /** The block that is missing nearest to where the reader is: those ahead first where a film plays. */
  next(): number | null {
    const here = Math.floor(this.at / this.size);
    const count = this.blocks.length;
    let best: { block: number; away: number } | null = null;
    for (let block = 0; block < count; block += 1) {
      if (this.blocks[block] || this.coming.has(block)) continue;
      const away = this.isCine ? (block - here + count) % count : Math.abs(block - here);
      if (!best || away < best.away) best = { block, away };
    }
    return best?.block ?? null;
  }

  /** The reader is here now, or will be. */
  moveTo(frame: number): void {
    this.at = frame;
    this.wanted();
  }

  /** Where a block lies in the body, and whether it is all of it. */
  range(block: number): { start: number; length: number; whole: boolean } {
    const { head, frame } = this.wire;
    const first = block * this.size;
    const count = Math.min(this.size, this.count - first);
    return { start: head + first * frame, length: count * frame, whole: !head && count === this.count };
  }

  fetching(block: number, on: boolean): void {
    if (on) this.coming.add(block);
    else this.coming.delete(block);
  }

  async take(block: number, sent: ArrayBuffer): Promise<void> {
    const bytes = await levelsOf(this.offer, sent);
    this.coming.delete(block);
    this.blocks[block] = bytes;
    for (const told of this.arrived) told();
  }

  onArrival(told: () => void): () => void {
    this.arrived.add(told);
    return () => this.arrived.delete(told);
  }

  /** Gives back the block that is furthest from the reader; false where only the near ones are left. */
  forgetFarthest(): boolean {
    const here = Math.floor(this.at / this.size);
    let farthest = -1;
    this.blocks.forEach((block, i) => {
      if (block && Math.abs(i - here) > Math.abs(farthest < 0 ? 0 : farthest - here)) farthest = i;
    });
    if (farthest < 0 || Math.abs(farthest - here) < 2) return false;
    this.blocks[farthest] = null;
    for (let i = 0; i < this.size; i += 1) this.made.delete(farthest * this.size + i);
    return true;
  }
}

const films = new WeakMap<Picture, Film>();

/** The film that a picture is a frame of. */
export function filmOf(picture: Picture): Film | null {
  return films.get(picture) ?? null;
}
