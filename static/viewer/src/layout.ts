/** Puts the controls beside or below the images, in as many columns as leave the images largest. */

import type { Size } from "./geometry";

const LEAST_IMAGE_CSS_PX = 220;

type Placement = "beside" | "below";

function tryOut(grid: HTMLElement, columns: number, placement: Placement, image: Size): number {
  grid.dataset.placement = placement;
  grid.style.setProperty("--columns", String(columns));
  const figure = grid.querySelector<HTMLElement>(".cell:not([hidden])");
  const view = figure?.querySelector(".view");
  const caption = figure?.querySelector("figcaption");
  if (!view || !caption) return 0;
  // Controls that would have to scroll are no candidate, however large the image.
  if (caption.scrollHeight > caption.clientHeight + 1 || caption.scrollWidth > caption.clientWidth + 1)
    return 0;
  return Math.min(view.clientWidth / image.width, view.clientHeight / image.height);
}

/** Lays out the visible figures of the grid; scrolls where the window is too small for all of them. */
export function arrange(grid: HTMLElement, image: Size): void {
  const count = grid.querySelectorAll(".cell:not([hidden])").length;
  delete grid.dataset.scroll;
  let best = { scale: 0, columns: 1, placement: "below" as Placement };
  for (let columns = 1; columns <= count; columns += 1) {
    if (count % columns && columns !== count) continue;
    for (const placement of ["beside", "below"] as const) {
      const scale = tryOut(grid, columns, placement, image);
      if (scale > best.scale) best = { scale, columns, placement };
    }
  }
  if (best.scale * Math.max(image.width, image.height) < LEAST_IMAGE_CSS_PX) {
    grid.dataset.scroll = "";
    const width = grid.clientWidth;
    best = {
      scale: 1,
      columns: count > 1 && width >= 2 * LEAST_IMAGE_CSS_PX + 40 ? 2 : 1,
      placement: "below",
    };
  }
  grid.dataset.placement = best.placement;
  grid.style.setProperty("--columns", String(best.columns));
  grid.style.setProperty("--aspect", `${image.width} / ${image.height}`);
}
