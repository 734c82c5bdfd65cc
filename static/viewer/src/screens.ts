/** The whole screen for the reading page, or another screen where the browser knows of one. */

import { part } from "./dom";

interface Screens {
  readonly screens: readonly object[];
  readonly currentScreen: object;
}

interface ManyScreens {
  readonly screen: { readonly isExtended?: boolean };
  readonly getScreenDetails?: () => Promise<Screens>;
}

/** `changed`: the images are on another part of what the reader sees; the record of the trial says so. */
export function offerScreens(changed: (what: string) => void): void {
  const { documentElement: page } = document;
  const many = window as unknown as ManyScreens;
  const full = part("full-screen");
  const other = part("other-screen");
  full.hidden = !document.fullscreenEnabled;
  other.hidden = full.hidden || !many.screen.isExtended || !many.getScreenDetails;
  full.addEventListener("click", async () => {
    await (document.fullscreenElement ? document.exitFullscreen() : page.requestFullscreen());
  });
  other.addEventListener("click", async () => {
    const details = await many.getScreenDetails?.().catch(() => null);
    const screen = details?.screens.find((each) => each !== details.currentScreen);
    if (!screen) {
      other.hidden = true;
      return;
    }
    await page.requestFullscreen({ screen } as FullscreenOptions);
    // Its size was not measured.
    delete document.body.dataset.mm;
    changed("other");
  });
  document.addEventListener("fullscreenchange", () => {
    changed(document.fullscreenElement ? "full" : "window");
  });
}
