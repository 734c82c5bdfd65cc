/** Lays the images of a section out: the grid that leaves them largest, without ever scrolling. */

import type { Size } from "./geometry";

/** Below this an image is no longer compared, but leafed through. */
export const LEAST_IMAGE_CSS_PX = 115;
/** The digits beside or below an image, and the gap to it. */
const BESIDE_CSS_PX = 52 + 8;
const LETTERS_CSS_PX = 28;

export interface Room extends Size {
  readonly gap: Size;
  /** The height and the least width of a digit. */
  readonly target: Size;
}

export interface Layout {
  readonly columns: number;
  readonly rows: number;
  readonly placement: "beside" | "below";
  /** CSS pixels of the image's shorter side. */
  readonly side: number;
}

/** What a cell leaves for its image. */
function inCell(
  cell: Size,
  image: Size,
  digits: number,
  told: number,
  room: Room,
): Omit<Layout, "columns" | "rows"> {
  const fit = (width: number, height: number) => {
    const scale = Math.min(width / image.width, height / image.height);
    return Math.max(0, scale * Math.min(image.width, image.height));
  };
  const height = cell.height - told;
  if (!digits) return { placement: "below", side: fit(cell.width, height) };
  const { target } = room;
  const beside =
    digits * (target.height + 4) + LETTERS_CSS_PX <= height ? fit(cell.width - BESIDE_CSS_PX, height) : 0;
  const below = digits * (target.width + 3) <= cell.width ? fit(cell.width, height - target.height - 8) : 0;
  return beside > below ? { placement: "beside", side: beside } : { placement: "below", side: below };
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
  let best: Layout = { columns: 1, rows: count, placement: "below", side: 0 };
  for (let columns = row ? count : 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const cell = {
      width: (room.width - (columns - 1) * room.gap.width) / columns,
      height: (room.height - (rows - 1) * room.gap.height) / rows,
    };
    const tried = { columns, rows, ...inCell(cell, image, digits, told, room) };
    if (tried.side > best.side * 1.001) best = tried;
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
