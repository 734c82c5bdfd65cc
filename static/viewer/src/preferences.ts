/** How this reader likes to work; kept in the browser only. */

import { part } from "./dom";

const KEY = "readerstudy preferences";

export class Preferences {
  /** Letters, digits and signs act; off for readers who speak or whose software types for them. */
  characters = true;
  /** A digit that is the first answer moves on to the next image or question. */
  advance = true;

  constructor() {
    try {
      Object.assign(this, JSON.parse(localStorage.getItem(KEY) ?? "{}"));
    } catch {
      localStorage.removeItem(KEY);
    }
    for (const name of ["characters", "advance"] as const) {
      const box = part<HTMLInputElement>(`prefer-${name}`);
      box.checked = this[name];
      box.addEventListener("change", () => {
        this[name] = box.checked;
        localStorage.setItem(KEY, JSON.stringify(this));
      });
    }
  }
}
