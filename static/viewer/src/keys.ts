/** Which key does what. */

import { type AnswerAction, asksRatings, confidenceScale } from "./answer";
import type { Presentation, Section } from "./contract";
import type { ToolAction } from "./tools";

export type KeyAction =
  | AnswerAction
  | ToolAction
  | { readonly kind: "focus"; readonly slot: string }
  | { readonly kind: "submit" | "back" | "pause" | "keys" | "why" | "here" };

export interface Where {
  readonly section: Section;
  readonly shown: Presentation;
  readonly focus: string;
  readonly columns: number;
}

const TOOLS: Record<string, ToolAction> = {
  i: { kind: "invert" },
  l: { kind: "link" },
  r: { kind: "reset" },
  f: { kind: "maximise" },
  v: { kind: "preset" },
  z: { kind: "actual" },
  "+": { kind: "zoom", factor: 1.25 },
  "=": { kind: "zoom", factor: 1.25 },
  "-": { kind: "zoom", factor: 0.8 },
  "[": { kind: "grey", wider: -0.1, brighter: 0 },
  "]": { kind: "grey", wider: 0.1, brighter: 0 },
  ",": { kind: "grey", wider: 0, brighter: -0.05 },
  ".": { kind: "grey", wider: 0, brighter: 0.05 },
};

const PAGE: Record<string, KeyAction> = {
  Enter: { kind: "submit" },
  Backspace: { kind: "back" },
  p: { kind: "pause" },
  "?": { kind: "keys" },
  w: { kind: "why" },
  x: { kind: "here" },
};

const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The tool behind a key, for the buttons that do the same. */
export function toolOf(key: string): ToolAction | null {
  return TOOLS[key] ?? null;
}

function slotOf(where: Where, letter: string): string | null {
  return where.shown.images.find((image) => image.slot.toLowerCase() === letter)?.slot ?? null;
}

/** Digits answer the first scale there is; with Shift, the ratings where a call asks for both. */
function digit(where: Where, value: number, shift: boolean): KeyAction | null {
  const { section, focus } = where;
  if (section.task === "check_label") {
    const verdict = (["fits", "discrepant", "unsure"] as const)[value - 1];
    return verdict ? { kind: "verdict", value: verdict } : null;
  }
  const sure = confidenceScale(section).points;
  if (sure.length && !shift) return sure.includes(value) ? { kind: "confidence", value } : null;
  const rated = asksRatings(section) && section.scale.points.includes(value);
  return rated ? { kind: "rate", slot: focus, value } : null;
}

function arrow(where: Where, [dx, dy]: readonly [number, number], shift: boolean): KeyAction | null {
  if (shift) return { kind: "pan", dx: -dx * 40, dy: -dy * 40 };
  const { section, shown, focus, columns } = where;
  if (section.task === "call" && dx) return { kind: "call", value: dx < 0 ? "real" : "synthetic" };
  const slots = shown.images.map((image) => image.slot);
  const to = slots[slots.indexOf(focus) + dx + dy * columns];
  return to && to !== focus ? { kind: "focus", slot: to } : null;
}

function shifted(where: Where, letter: string): KeyAction | null {
  if (where.section.task === "call") {
    if (letter === "r") return { kind: "call", value: "real" };
    if (letter === "s") return { kind: "call", value: "synthetic" };
    return null;
  }
  const slot = slotOf(where, letter);
  return where.section.task === "pick_real" && slot ? { kind: "pick", slot } : null;
}

/** What a key means here; null when it means nothing. */
export function meaning(event: KeyboardEvent, where: Where): KeyAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const way = ARROWS[event.key];
  if (way) return arrow(where, way, event.shiftKey);
  // event.code keeps the digits where they are with Shift held or on a French keyboard.
  const number = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  if (number && !TOOLS[event.key]) return digit(where, Number(number[1]), event.shiftKey);
  if (/^[1-9]$/.test(event.key)) return digit(where, Number(event.key), event.shiftKey);
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.shiftKey && /^[a-z]$/.test(key)) return shifted(where, key);
  if (key === "m" && where.section.task === "pick_real") return { kind: "pick", slot: where.focus };
  const slot = slotOf(where, key);
  if (slot) return { kind: "focus", slot };
  return TOOLS[key] ?? PAGE[key] ?? null;
}
