/** Turns packed frames into levels, in workers that run this very script. The layout is in docs/reading.md. */

import type { Packed, Unpacked } from "./packed";

export { unpacked, unpackedPreview } from "./unpacker";

const SHIFT = 12;
const HALF = 1 << (SHIFT - 1);
const MARGIN = 2;
const NEIGHBOURS = 6;
const ACROSS = 3;
const { imul } = Math;

async function inflated(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(0, true);
  const body = new Blob([packed.subarray(4, 4 + length)]);
  const plain = body.stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

/** The levels that occur, in order; null where all do. */
function tableOf(plain: Uint8Array, bits: number): Uint16Array | null {
  if (!plain[0]) return null;
  const table = new Uint16Array(1 << bits);
  let count = 0;
  for (let level = 0; level < 1 << bits; level += 1) {
    if (((plain[1 + (level >> 3)] as number) >> (level & 7)) & 1) {
      table[count] = level;
      count += 1;
    }
  }
  return table.subarray(0, count);
}

class Frame {
  private readonly stride: number;
  private readonly most: number;
  private readonly levels: Uint8Array | Uint16Array;
  private readonly table: Uint16Array | null;

  constructor(
    private readonly plain: Uint8Array,
    private readonly shape: Packed,
  ) {
    const { width, height, bits, channels } = shape;
    this.stride = width + 2 * MARGIN;
    this.table = tableOf(plain, bits);
    this.most = (this.table?.length ?? 1 << bits) - 1;
    const size = width * height * channels;
    this.levels = bits > 8 ? new Uint16Array(size) : new Uint8Array(size);
  }

  unpack(): Uint8Array | Uint16Array {
    const { width, height, bits, channels } = this.shape;
    let at = 1 + (this.table ? (1 << bits) >> 3 : 0);
    let before: Int32Array | null = null;
    for (let channel = 0; channel < channels; channel += 1) {
      const count = NEIGHBOURS + (channel ? ACROSS : 0);
      const weights = new Int32Array(count);
      const view = new DataView(this.plain.buffer, this.plain.byteOffset + at);
      for (let i = 0; i < count; i += 1) weights[i] = view.getInt16(2 * i, true);
      at += 2 * count;
      // Two rows above and two columns on both sides are zero, so that no pixel is a special case.
      const plane = new Int32Array((height + MARGIN) * this.stride);
      this.plane(plane, before, weights, at);
      this.put(plane, channel);
      at += width * height * (bits >> 3);
      before = plane;
    }
    return this.levels;
  }

  private plane(plane: Int32Array, before: Int32Array | null, weights: Int32Array, from: number): void {
    const { plain, stride, most } = this;
    const { width, height, bits } = this.shape;
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = weights;
    const high = from + width * height;
    const white = (1 << bits) - 1;
    let at = from;
    for (let y = 0; y < height; y += 1) {
      let p = (y + MARGIN) * stride + MARGIN;
      let west = 0;
      let westwest = 0;
      for (const end = p + width; p < end; p += 1, at += 1) {
        const n = p - stride;
        let sum = (HALF + imul(a, west) + imul(b, plane[n] as number)) | 0;
        sum = (sum + imul(c, plane[n - 1] as number) + imul(d, plane[n + 1] as number)) | 0;
        sum = (sum + imul(e, westwest) + imul(f, plane[n - stride] as number)) | 0;
        if (before) {
          sum = (sum + imul(g, before[p] as number) + imul(h, before[p - 1] as number)) | 0;
          sum = (sum + imul(i, before[p - stride] as number)) | 0;
        }
        let guess = sum >> SHIFT;
        if (guess < 0) guess = 0;
        else if (guess > most) guess = most;
        let missed = plain[at] as number;
        if (bits > 8) {
          const folded = missed | ((plain[high + at - from] as number) << 8);
          missed = (folded >> 1) ^ -(folded & 1);
        }
        westwest = west;
        west = (guess + missed) & white;
        plane[p] = west;
      }
    }
  }

  private put(plane: Int32Array, channel: number): void {
    const { levels, table, stride } = this;
    const { width, height, channels } = this.shape;
    for (let y = 0; y < height; y += 1) {
      let from = (y + MARGIN) * stride + MARGIN;
      let to = y * width * channels + channel;
      for (let x = 0; x < width; x += 1, from += 1, to += channels) {
        const rank = plane[from] as number;
        levels[to] = table ? (table[rank] as number) : rank;
      }
    }
  }
}

/** Each pixel of a small picture of 8 bits becomes a square: something to see until the whole one is here. */
function enlarged(small: Uint8Array | Uint16Array, shape: Packed): Uint8Array | Uint16Array {
  const { width, height, channels, bits, step } = shape;
  const size = width * height * channels;
  const large = bits > 8 ? new Uint16Array(size) : new Uint8Array(size);
  const unit = bits > 8 ? 257 : 1;
  const row = Math.ceil(width / step) * channels;
  let to = 0;
  for (let y = 0; y < height; y += 1) {
    const line = Math.floor(y / step) * row;
    for (let x = 0; x < width; x += 1) {
      const from = line + Math.floor(x / step) * channels;
      for (let channel = 0; channel < channels; channel += 1, to += 1) {
        large[to] = unit * (small[from + channel] as number);
      }
    }
  }
  return large;
}

async function levelsOf(asked: Packed, frame: Uint8Array<ArrayBuffer>): Promise<Uint8Array | Uint16Array> {
  const { step } = asked;
  const width = Math.ceil(asked.width / step);
  const height = Math.ceil(asked.height / step);
  const bits = step > 1 ? 8 : asked.bits;
  const levels = new Frame(await inflated(frame), { ...asked, width, height, bits }).unpack();
  return step > 1 ? enlarged(levels, asked) : levels;
}

/** One frame after the other, as a raw buffer holds them. */
async function unpack(asked: Packed): Promise<Unpacked> {
  const { width, height, bits, channels, bytes, from, frameBytes } = asked;
  const size = width * height * channels * (bits >> 3);
  const count = (bytes.byteLength - from) / frameBytes;
  const all = new Uint8Array(count * size);
  for (let i = 0; i < count; i += 1) {
    const { buffer } = await levelsOf(asked, new Uint8Array(bytes, from + i * frameBytes, frameBytes));
    all.set(new Uint8Array(buffer), i * size);
  }
  return { id: asked.id, buffer: all.buffer };
}

if (!("document" in globalThis)) {
  addEventListener("message", ({ data }: MessageEvent<Packed>) => {
    unpack(data).then(
      (done) => postMessage(done, { transfer: [done.buffer as ArrayBuffer] }),
      (error) => postMessage({ id: data.id, error: String(error) } satisfies Unpacked),
    );
  });
}
