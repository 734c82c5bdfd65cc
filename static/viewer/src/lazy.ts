/** What is rarely needed comes as a module of its own, once the first images are on the screen. */

import type * as Extras from "./extras";

let coming: Promise<typeof Extras> | null = null;

export function extras(): Promise<typeof Extras> {
  coming ??= import(document.body.dataset.extras as string);
  coming.catch(() => {
    coming = null;
  });
  return coming;
}
