/** The questions of a section, as the server tells them: those that a task is short for, and the protocol's own. */

import { word } from "./catalogue";
import type { Answer, Condition, ImageOffer, Item, Presentation, Said, Scale, Section } from "./contract";

/** A place where the keyboard stops: a question, or how sure the reader is of its answer. */
export interface Stop {
  readonly item: Item;
  readonly part: "value" | "confidence";
}

/** What is asked, in its order. */
export function itemsOf({ items }: Section, shown: Presentation): Item[] {
  const atEnd = shown.kind === "questions";
  return items.filter((item) => (item.of === "section") === atEnd);
}

/** The images that questions are about: not the reference. */
export function asked(shown: Presentation): ImageOffer[] {
  return shown.images.filter((image) => !image.reference);
}

/** The letters for which an item has an entry of its own; null once for the screen as a whole. */
export function slotsOf(item: Item, shown: Presentation): Array<string | null> {
  return item.of === "image" ? lettersOf(shown) : [null];
}

/** The scale of an item's confidence. */
export function sureness(item: Item): Scale {
  const points = Array.from({ length: item.confidence }, (_, i) => i + 1);
  const labels = [word("guessing"), word("certain")];
  return { points, labels: points.length ? labels : [] };
}

/** The words of a point: one for each, or two for the ends. */
export function labelOf(scale: Scale, index: number): string {
  const { points, labels } = scale;
  if (labels.length === points.length) return labels[index] ?? "";
  if (index === 0) return labels[0] ?? "";
  return index === points.length - 1 ? (labels[1] ?? "") : "";
}

/** The letters that a comparison chooses from. */
export function lettersOf(shown: Presentation): string[] {
  return asked(shown).map(({ slot }) => slot);
}

export function isComparison(item: Item): boolean {
  return item.kind === "pick" || item.kind === "prefer" || item.kind === "rank";
}

export function isPointing(item: Item): boolean {
  return item.kind === "mark" || item.kind === "measure";
}

/** What was said to an item, read from where its task keeps it. */
export function said(answer: Answer, item: Item, slot: string | null): Said | null {
  const entry = blank(item, slot);
  const short = shortValue(answer, item, slot);
  if (short !== undefined) {
    const confidence = item.name === "call" ? answer.confidence : null;
    return short === null && confidence === null ? null : { ...entry, value: short, confidence };
  }
  return answer.items.find((given) => isOf(given, item, slot)) ?? null;
}

export function isOf(entry: Said, item: Item, slot: string | null): boolean {
  return entry.item === item.name && entry.slot === slot;
}

export function blank(item: Item, slot: string | null): Said {
  const nothing = { value: null, other: null, confidence: null, points: null, missing: null };
  return { item: item.name, slot, ...nothing };
}

function shortValue(answer: Answer, item: Item, slot: string | null): string | number | null | undefined {
  if (!item.task) return undefined;
  if (item.name === "pick") return answer.pick;
  if (item.name === "call") return answer.call;
  if (item.name === "verdict") return answer.verdict;
  if (item.name === "rating") return answer.ratings?.[slot ?? ""] ?? null;
  return answer.observed?.[item.name.slice("observed-".length)] ?? null;
}

/** The answer with this entry in it, where the task of the item keeps it; null takes it out. */
export function give(answer: Answer, item: Item, slot: string | null, entry: Said | null): Answer {
  if (item.task) return giveShort(answer, item, slot, entry);
  const others = answer.items.filter((given) => !isOf(given, item, slot));
  return { ...answer, items: entry ? [...others, entry] : others };
}

function without<T>(record: Readonly<Record<string, T>> | null, key: string, value: T | null) {
  const { [key]: _gone, ...rest } = record ?? {};
  const all = value === null ? rest : { ...rest, [key]: value };
  return Object.keys(all).length ? (all as Record<string, T>) : null;
}

function giveShort(answer: Answer, item: Item, slot: string | null, entry: Said | null): Answer {
  const value = (entry?.value ?? null) as never;
  if (item.name === "pick") return { ...answer, pick: value };
  if (item.name === "call") return { ...answer, call: value, confidence: entry?.confidence ?? null };
  if (item.name === "verdict") return { ...answer, verdict: value };
  if (item.name === "rating") {
    return { ...answer, ratings: without<number>(answer.ratings, slot ?? "", value) };
  }
  const name = item.name.slice("observed-".length);
  return { ...answer, observed: without<string>(answer.observed, name, value) };
}

/** Whether all conditions of an item hold, those of the items it looks at included. */
export function applies(item: Item, slot: string | null, all: readonly Item[], answer: Answer): boolean {
  return item.when.every((condition) => {
    const other = all.find(({ name }) => name === condition.item);
    if (!other) return false;
    const where = other.of === "image" ? slot : null;
    if (!applies(other, where, all, answer)) return false;
    const entry = said(answer, other, where);
    return entry !== null && entry.missing === null && holds(condition, entry.value);
  });
}

function holds({ is, at_least, at_most }: Condition, value: Said["value"]): boolean {
  if (value === null) return false;
  const given = Array.isArray(value) ? value : [value];
  if (is?.length) return given.some((one) => is.some((wanted) => String(wanted) === String(one)));
  const number = Number(value);
  return (at_least ?? number) <= number && number <= (at_most ?? number);
}
