/** What one page noted of a trial, for the page that comes after it in the same tab. */

import type { Presentation, ReadingEvent } from "./contract";

const KEY = "noted";

export function keep(token: string | undefined, events: readonly ReadingEvent[]): void {
  sessionStorage.setItem(KEY, JSON.stringify([token, events]));
}

/** Returns what was noted of this trial. It is told once: others may come to this tab. */
export function taken({ token }: Presentation): ReadingEvent[] {
  const [of, events] = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  forget();
  return of === token ? events : [];
}

export function forget(): void {
  sessionStorage.removeItem(KEY);
}
