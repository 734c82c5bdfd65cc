/** Gives packed frames to workers that turn them into levels. */

import type { ImageOffer } from "./contract";
import type { Packed, Unpacked } from "./packed";

/** Pixels a side that each pixel of a preview stands for. */
const PREVIEW_STEP = 4;
const MOST_WORKERS = 4;
const RETRY_MS = 1000;

interface Task {
  readonly packed: Packed;
  resolve(buffer: ArrayBuffer): void;
  reject(error: Error): void;
}

interface Helper {
  readonly worker: Worker;
  readonly tasks: Map<number, Task>;
}

const helpers: Helper[] = [];
let count = 0;

function hire(): Helper {
  const worker = new Worker(import.meta.url, { type: "module" });
  const helper: Helper = { worker, tasks: new Map() };
  worker.addEventListener("message", ({ data }: MessageEvent<Unpacked>) => {
    const task = helper.tasks.get(data.id);
    helper.tasks.delete(data.id);
    if (data.buffer) task?.resolve(data.buffer);
    else task?.reject(new Error(data.error));
  });
  // Its script did not come; the bytes are still here for another one.
  worker.addEventListener("error", () => {
    helpers.splice(helpers.indexOf(helper), 1);
    setTimeout(() => [...helper.tasks.values()].forEach(give), RETRY_MS);
  });
  helpers.push(helper);
  return helper;
}

/** Who has least to do; another one while the processor has room. */
function idlest(): Helper {
  const [helper] = [...helpers].sort((a, b) => a.tasks.size - b.tasks.size);
  const most = Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 2);
  return helper && (helper.tasks.size === 0 || helpers.length >= most) ? helper : hire();
}

function give(task: Task): void {
  const helper = idlest();
  helper.tasks.set(task.packed.id, task);
  helper.worker.postMessage(task.packed);
}

function unpack(what: Omit<Packed, "id">): Promise<ArrayBuffer> {
  count += 1;
  const packed = { ...what, id: count };
  return new Promise((resolve, reject) => give({ packed, resolve, reject }));
}

/** Whole frames as a raw buffer holds them. */
export function unpacked(
  image: ImageOffer,
  frameBytes: number,
  bytes: ArrayBuffer,
  from: number,
): Promise<ArrayBuffer> {
  return unpack({ ...shapeOf(image), bytes, from, frameBytes, step: 1 });
}

/** A preview as large as the image. */
export function unpackedPreview(image: ImageOffer, bytes: ArrayBuffer): Promise<ArrayBuffer> {
  return unpack({ ...shapeOf(image), bytes, from: 0, frameBytes: bytes.byteLength, step: PREVIEW_STEP });
}

function shapeOf({ width, height, bits, channels = 1 }: ImageOffer) {
  return { width, height, channels, bits: bits > 8 ? (16 as const) : (8 as const) };
}
