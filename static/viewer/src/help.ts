/** The dialog of the keys: what acts here, and nothing else. */

import { part } from "./dom";

/** `letters`: of the images that can be selected. */
export function fillKeys(letters: readonly string[]): void {
  const dialog = part("keys-dialog");
  for (const row of dialog.querySelectorAll<HTMLElement>("[data-if]")) {
    row.hidden = !document.querySelector(String(row.dataset.if));
  }
  for (const range of dialog.querySelectorAll(".range")) {
    range.textContent = `${letters[0]} – ${letters.at(-1)}`;
  }
}
