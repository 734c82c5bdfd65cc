/** Lays the images of a section out: the grid that leaves them largest, without ever scrolling. */

import type { Size } from "./geometry";

/** Below this an image is no longer compared, but leafed through. */
export const LEAST_IMAGE_CSS_PX = 115;
/** A column of digits beside an image, and the gap to it. */
const COLUMN_CSS_PX = 52;
const BESIDE_CSS_PX = 8;
const LETTERS_CSS_PX = 28;
const LEAST_DIGIT_CSS_PX = 28;
/** Between two digits, in a line and between lines. */
const GAP_CSS_PX = 3;

export interface Room extends Size {
  readonly gap: Size;
  /** The height and the usual least width of a digit. */
  readonly target: Size;
}

export interface Layout {
  readonly columns: number;
  readonly rows: number;
  readonly placement: "beside" | "below";
  /** Digits in one line, below or beside an image. */
  readonly across: number;
  /** CSS pixels of the image's shorter side. */
  readonly side: number;
}

/** What a cell leaves for its image. */
function inCell(
  cell: Size,
  image: Size,
  digits: number,
  told: number,
  target: Size,
): Omit<Layout, "columns" | "rows"> {
  const fit = (width: number, height: number) => {
    const scale = Math.min(width / image.width, height / image.height);
    return Math.max(0, scale * Math.min(image.width, image.height));
  };
  const height = cell.height - told;
  const lines = Math.ceil(digits / Math.floor((cell.width + GAP_CSS_PX) / (target.width + GAP_CSS_PX)));
  const below = fit(cell.width, digits ? height - lines * (target.height + GAP_CSS_PX) - 5 : height);
  const wide = Math.ceil(digits / Math.floor((height - LETTERS_CSS_PX) / (target.height + 4)));
  const beside = wide > 0 ? fit(cell.width - wide * COLUMN_CSS_PX - BESIDE_CSS_PX, height) : 0;
  return beside > below
    ? { placement: "beside", side: beside, across: wide }
    : { placement: "below", side: below, across: Math.ceil(digits / lines) };
}

/** The largest of all grids for so many images; fewer rows where two are alike. */
export function layOut(
  count: number,
  image: Size,
  digits: number,
  told: number,
  room: Room,
  row = false,
): Layout {
  let best: Layout = { columns: 1, rows: count, placement: "below", side: 0, across: digits };
  // Rather narrow digits than images too small to be compared.
  for (const width of [room.target.width, LEAST_DIGIT_CSS_PX]) {
    for (let columns = row ? count : 1; columns <= count; columns += 1) {
      const rows = Math.ceil(count / columns);
      const cell = {
        width: (room.width - (columns - 1) * room.gap.width) / columns,
        height: (room.height - (rows - 1) * room.gap.height) / rows,
      };
      const target = { width, height: room.target.height };
      const tried = { columns, rows, ...inCell(cell, image, digits, told, target) };
      if (tried.side > best.side * 1.001) best = tried;
    }
    if (best.side >= LEAST_IMAGE_CSS_PX) break;
  }
  return best;
}

/** How many images go on one page, so that none is too small. */
export function pageSize(
  count: number,
  image: Size,
  digits: number,
  told: number,
  room: Room,
  row = false,
): number {
  for (let size = count; size > 1; size -= 1) {
    const pages = Math.ceil(count / size);
    // Pages of equal length look alike.
    if (Math.ceil(count / pages) !== size) continue;
    if (layOut(size, image, digits, told, room, row).side >= LEAST_IMAGE_CSS_PX) return size;
  }
  return 1;
}
