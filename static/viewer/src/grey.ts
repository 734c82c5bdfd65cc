/** Grey levels: how a stored value becomes one of 256 shades. */

export interface GreyWindow {
  readonly center: number;
  readonly width: number;
}

/** Half-integer centres and whole widths keep the arithmetic below exact in 32-bit integers. */
export function tidyWindow(window: GreyWindow, bits: number): GreyWindow {
  const white = 2 ** bits - 1;
  return {
    center: Math.min(white, Math.max(0, Math.round(window.center * 2) / 2)),
    width: Math.min(2 * white, Math.max(1, Math.round(window.width))),
  };
}

/** Everything there is: an 8-bit image in this window is shown as it is. */
export function fullWindow(bits: number): GreyWindow {
  const white = 2 ** bits - 1;
  return { center: white / 2, width: white };
}

/**
 * DICOM PS3.3 C.11.2.1.3.2 (function LINEAR_EXACT), in doubled values: black up to `low2`, white above
 * `low2 + span2`.
 */
export function windowBounds(window: GreyWindow): { low2: number; span2: number } {
  return { low2: 2 * window.center - window.width, span2: 2 * window.width };
}

/** The shade of a stored (or interpolated) value, halves rounded up. */
export function shade(value: number, low2: number, span2: number): number {
  const above = 2 * value - low2;
  if (above <= 0) return 0;
  if (above > span2) return 255;
  return Math.floor((above * 510 + span2) / (2 * span2));
}

/** The stored values between which the given share of the pixels lies, taken from a sample of the image. */
export function spread(pixels: Uint8Array | Uint16Array, bits: number, share = 0.98): GreyWindow {
  const counts = new Uint32Array(2 ** bits);
  const stride = Math.max(1, Math.floor(pixels.length / 65_536));
  let total = 0;
  for (let i = 0; i < pixels.length; i += stride) {
    const value = pixels[i] ?? 0;
    counts[value] = (counts[value] ?? 0) + 1;
    total += 1;
  }
  const tail = (total * (1 - share)) / 2;
  const quantile = (from: number, step: 1 | -1): number => {
    let seen = 0;
    let value = from;
    while (value > 0 - step && value < counts.length - step) {
      seen += counts[value] ?? 0;
      if (seen > tail) break;
      value += step;
    }
    return value;
  };
  const low = quantile(0, 1);
  const high = quantile(counts.length - 1, -1);
  return tidyWindow({ center: (low + high) / 2, width: high - low }, bits);
}
