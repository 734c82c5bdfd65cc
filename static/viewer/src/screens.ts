/** The whole screen for the reading page, or another screen where the browser knows of one. */

import { word } from "./catalogue";
import { part } from "./dom";

interface Screens {
  readonly screens: readonly object[];
  readonly currentScreen: object;
}

interface ManyScreens {
  readonly screen: EventTarget & { readonly isExtended?: boolean };
  readonly getScreenDetails?: () => Promise<Screens>;
}

export interface ScreensHost {
  /** The images are on another part of what the reader sees; the record of the trial says so. */
  changed(what: string): void;
  /** Something the reader should know now. */
  told(text: string): void;
}

export function offerScreens(host: ScreensHost): void {
  const { documentElement: page } = document;
  const many = window as unknown as ManyScreens;
  const full = part("full-screen");
  const other = part("other-screen");
  full.hidden = !document.fullscreenEnabled;
  const offer = () => {
    other.hidden = full.hidden || !many.screen.isExtended || !many.getScreenDetails;
  };
  offer();
  // A screen may be plugged in while the page is open.
  many.screen.addEventListener?.("change", offer);
  // What was chosen is done: the keys are the room's again.
  const done = () => {
    part("more").hidePopover();
    (document.activeElement as HTMLElement | null)?.blur();
  };
  full.addEventListener("click", async () => {
    done();
    await (document.fullscreenElement ? document.exitFullscreen() : page.requestFullscreen());
  });
  other.addEventListener("click", async () => {
    done();
    try {
      const details = await many.getScreenDetails?.();
      const screen = details?.screens.find((each) => each !== details.currentScreen);
      if (!screen) return offer();
      await page.requestFullscreen({ screen } as FullscreenOptions);
    } catch {
      // Refused by the reader, by the clinic's policy, or because the click is too long ago.
      host.told(word("screen_refused"));
      return;
    }
    // Its size was not measured.
    delete document.body.dataset.mm;
    host.changed("other");
  });
  document.addEventListener("fullscreenchange", () => {
    host.changed(document.fullscreenElement ? "full" : "window");
  });
}
