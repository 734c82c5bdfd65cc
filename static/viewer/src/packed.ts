/** What the page and its unpacking workers say to each other. */

/** One or more packed frames that are to become levels. */
export interface Packed {
  readonly id: number;
  readonly bytes: ArrayBuffer;
  /** Where the first begins. */
  readonly from: number;
  /** How long each of them is with its padding. */
  readonly frameBytes: number;
  readonly width: number;
  readonly height: number;
  readonly bits: 8 | 16;
  readonly channels: 1 | 3;
  /** Pixels a side that each pixel of a preview stands for; 1: none is. */
  readonly step: number;
}

export interface Unpacked {
  readonly id: number;
  readonly buffer?: ArrayBuffer;
  readonly error?: string;
}
