/** The reader's own keys. A tool is named by its standard key; the page was served with what they chose. */

import { kbd, part } from "./dom";

export type Keys = Readonly<Record<string, string>>;

/** Holds a choice that the server does not know yet. */
export const unsent = () => `${document.body.dataset.shelf} keys`;

let own: Keys = {};

/** The keys that stand in the page are those of the reader. */
export function useKeys(keys: Keys): void {
  own = keys;
  for (const box of document.querySelectorAll<HTMLElement>("kbd[data-key]")) {
    box.textContent = nameOf(String(box.dataset.key));
  }
}

export function chosenKeys(): Keys {
  return own;
}

export function servedKeys(): void {
  const waiting = localStorage.getItem(unsent());
  useKeys(JSON.parse(waiting || part("own-keys").textContent || "{}"));
}

/** The tool that a key stands for now, by its standard key; "" where a tool has left that key. */
export function standard(key: string): string {
  const tool = Object.keys(own).find((name) => own[name] === key);
  return tool ?? (key in own ? "" : key);
}

/** How the present key of a tool is written. */
export function nameOf(tool: string): string {
  return (own[tool] ?? tool).toUpperCase();
}

export function kbdOf(tool: string): HTMLElement {
  const box = kbd(nameOf(tool));
  (box.firstElementChild as HTMLElement).dataset.key = tool;
  return box;
}
