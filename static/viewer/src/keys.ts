/** Which key does what: A to L are images, M to Z tools, digits answer the current question. */

import type { Presentation, Section } from "./contract";
import { lettersOf } from "./items";
import { standard } from "./keymap";
import type { ToolAction } from "./tools";

type PageAction =
  | { readonly kind: "submit" }
  | { readonly kind: "back" }
  | { readonly kind: "pause" }
  | { readonly kind: "keys" }
  | { readonly kind: "why" }
  | { readonly kind: "report" }
  | { readonly kind: "switch" };

export type KeyAction =
  | ToolAction
  | { readonly kind: "focus"; readonly slot: string }
  | { readonly kind: "choose"; readonly letter: string }
  | { readonly kind: "digit"; readonly value: number }
  | { readonly kind: "side"; readonly right: boolean }
  | { readonly kind: "question"; readonly by: number }
  | { readonly kind: "edge"; readonly by: number }
  | PageAction;

/** Which way a digit has led on by itself; the arrow that would do the same then does nothing. */
export enum Led {
  RIGHT = 0,
  DOWN = 1,
  NOWHERE = 2,
}

export interface Where {
  readonly section: Section;
  readonly shown: Presentation;
  readonly focus: string;
  readonly isFlicker: boolean;
  readonly isSlider: boolean;
  readonly led: Led;
}

const TOOLS: Record<string, ToolAction> = {
  w: { kind: "mode", mode: "window" },
  m: { kind: "mode", mode: "move" },
  z: { kind: "mode", mode: "zoom" },
  q: { kind: "mode", mode: "lens" },
  t: { kind: "mode", mode: "scroll" },
  x: { kind: "mode", mode: "mark" },
  n: { kind: "invert" },
  ",": { kind: "smooth" },
  v: { kind: "preset" },
  u: { kind: "link" },
  s: { kind: "maximise" },
  r: { kind: "reset" },
  o: { kind: "overlay" },
  "+": { kind: "zoom", factor: 1.25 },
  "=": { kind: "zoom", factor: 1.25 },
  "-": { kind: "zoom", factor: 0.8 },
};

/** What has no key of its own: a drag does it, and these buttons. */
const STEPS: Record<string, ToolAction> = {
  wider: { kind: "grey", wider: 0.1, brighter: 0 },
  narrower: { kind: "grey", wider: -0.1, brighter: 0 },
  darker: { kind: "grey", wider: 0, brighter: -0.05 },
  brighter: { kind: "grey", wider: 0, brighter: 0.05 },
};

const PAGE: Record<string, KeyAction> = {
  Enter: { kind: "submit" },
  Backspace: { kind: "back" },
  p: { kind: "pause" },
  y: { kind: "why" },
  "?": { kind: "keys" },
};

export const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The tool behind a key or a step, for the buttons that do the same. */
export function toolOf(key: string): ToolAction | null {
  return TOOLS[key] ?? STEPS[key] ?? null;
}

function slotOf(where: Where, letter: string): string | null {
  return lettersOf(where.shown).find((slot) => slot.toLowerCase() === letter) ?? null;
}

/** Left and right are images, or the two answers to one image; up and down are questions. */
function arrow(where: Where, [dx, dy]: readonly [number, number], shift: boolean): KeyAction | null {
  if (shift) return { kind: "nudge", dx, dy };
  if (dy) return { kind: "question", by: dy };
  if (where.isSlider) return { kind: "edge", by: dx * 0.05 };
  const slots = where.shown.images.map((image) => image.slot);
  if (slots.length < 2) return { kind: "side", right: dx > 0 };
  const to = slots[slots.indexOf(where.focus) + dx];
  return to && to !== where.focus ? { kind: "focus", slot: to } : null;
}

/** With Shift a letter chooses its image; R and S are the two answers to a call. */
function shifted(where: Where, letter: string): KeyAction | null {
  const slot = slotOf(where, letter);
  if (slot) return { kind: "choose", letter: slot };
  if (where.section.task !== "call" || (letter !== "r" && letter !== "s")) return null;
  return { kind: "side", right: letter === "s" };
}

/** Whether a keystroke is the browser's. With AltGr, Ctrl and Alt write signs such as [ on many keyboards. */
export function isChord(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");
}

/** What a key means here; null when it means nothing. */
export function meaning(event: KeyboardEvent, where: Where): KeyAction | null {
  if (isChord(event)) return null;
  const way = ARROWS[event.key];
  if (way && !event.shiftKey && ((way as readonly number[])[where.led] ?? 0) > 0) return null;
  if (way) return arrow(where, way, event.shiftKey);
  if (event.key === "!") return { kind: "report" };
  // event.code keeps the digits where they are on a French keyboard.
  const number = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  if (number && !TOOLS[standard(event.key)]) return { kind: "digit", value: Number(number[1]) };
  if (/^[0-9]$/.test(event.key)) return { kind: "digit", value: Number(event.key) };
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.shiftKey && /^[a-z]$/.test(key)) return shifted(where, key);
  const slot = slotOf(where, key);
  if (slot) return { kind: "focus", slot };
  const tool = standard(key);
  if (tool === "s" && where.isFlicker) return { kind: "switch" };
  return TOOLS[tool] ?? PAGE[tool] ?? null;
}
