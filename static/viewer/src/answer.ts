/** The reader's answer to one presentation: how it starts, what it still lacks, and how it is sent. */

import { word } from "./catalogue";
import type { Answer, Item, Mark, Presentation, Reason, Said, Section } from "./contract";
import { applies, blank, give, isOf, itemsOf, lettersOf, type Stop, said, slotsOf } from "./items";

export function blankAnswer(): Answer {
  return {
    pick: null,
    ratings: null,
    call: null,
    confidence: null,
    verdict: null,
    observed: null,
    reasons: [],
    items: [],
  };
}

/** Something that is still open: what to say, and where it is. */
export interface Gap extends Stop {
  readonly text: string;
  readonly slot: string | null;
}

/** What is wrong with an entry by itself; null for one that is whole. */
export function fault(item: Item, entry: Said | null, shown: Presentation): string | null {
  if (entry?.missing) return null;
  if (!entry || isEmpty(item, entry)) return item.required || entry?.confidence ? "open" : null;
  if (entry.other !== null && !entry.other.trim()) return word("say_other", { option: item.other });
  if (item.kind === "choices") return faultOfCount(item, count(entry));
  if (item.kind === "number") return faultOfNumber(item, Number(entry.value));
  if (item.kind === "rank") {
    return (entry.value as string[]).length < lettersOf(shown).length ? word("rank_all") : null;
  }
  if (item.kind === "mark") return entry.points?.length ? faultOfCount(item, entry.points.length) : null;
  return item.kind === "measure" ? faultOfMeasure(item, entry.points ?? []) : null;
}

function isEmpty(item: Item, entry: Said): boolean {
  if (item.kind === "mark" || item.kind === "measure") return entry.points === null;
  if (entry.other !== null) return false;
  return entry.value === null || (item.kind === "text" && !String(entry.value).trim());
}

function count(entry: Said): number {
  return (Array.isArray(entry.value) ? entry.value.length : 0) + (entry.other === null ? 0 : 1);
}

function faultOfCount(item: Item, given: number): string | null {
  // An empty list is the answer that takes nothing.
  if (given === 0) return item.none ? null : "open";
  if (given < item.least) return word("at_least", { count: item.least });
  return item.most !== null && given > item.most ? word("at_most", { count: item.most }) : null;
}

function faultOfNumber({ min, max, step, limits }: Item, value: number): string | null {
  if (!Number.isFinite(value)) return word("no_number");
  const steps = step ? (value - (min ?? 0)) / step : 0;
  const out = value < (min ?? value) || value > (max ?? value) || Math.abs(steps - Math.round(steps)) > 1e-6;
  return out ? word("number_allowed", { limits }) : null;
}

/** How many points a measure takes, at least and at most. */
export function pointsOf(item: Item): [number, number] {
  if (item.kind === "mark") return [Math.max(1, item.least), item.most ?? 60];
  return item.what === "angle" ? [3, 4] : [2, 2];
}

function faultOfMeasure(item: Item, points: readonly Mark[]): string | null {
  const [least] = pointsOf(item);
  if (points.length < least) return word("more_points", { count: least - points.length });
  if (item.what !== "angle") return null;
  // Three points are two lines from the second one.
  const [a, b, c, d = b] = points;
  const same = [a?.x === b?.x && a?.y === b?.y, c?.x === d?.x && c?.y === d?.y];
  return same.includes(true) ? word("same_points") : null;
}

function lacksSureness(item: Item, entry: Said | null): boolean {
  if (!item.confidence || !entry || entry.missing) return false;
  if (item.kind === "mark") return (entry.points ?? []).some((point) => point.confidence === null);
  return !isEmpty(item, entry) && entry.confidence === null;
}

/** Where the answer still lacks something; null when it is whole. */
export function gap(section: Section, shown: Presentation, answer: Answer): Gap | null {
  const items = itemsOf(section, shown);
  for (const item of items) {
    const open: string[] = [];
    for (const slot of slotsOf(item, shown)) {
      if (!applies(item, slot, items, answer)) continue;
      const entry = said(answer, item, slot);
      const found = fault(item, entry, shown);
      if (found === "open") open.push(slot ?? "");
      else if (found) return { item, slot, part: "value", text: named(item, slot, shown, found, items) };
      else if (lacksSureness(item, entry)) {
        const text = named(item, slot, shown, word("how_sure_open"), items);
        // Digits rate the chosen mark where it stands.
        return { item, slot, part: entry?.points ? "value" : "confidence", text };
      }
    }
    const [first] = open;
    if (first !== undefined) {
      return { item, slot: first || null, part: "value", text: openText(item, open, shown) };
    }
  }
  return section.task === "check_label" && shown.kind !== "questions"
    ? observedGap(items, shown, answer)
    : null;
}

/** With the question, unless it is the only one or its task has a sentence of its own. */
function named(
  item: Item,
  slot: string | null,
  shown: Presentation,
  text: string,
  items: readonly Item[],
): string {
  const where = slot && lettersOf(shown).length > 1 ? `${slot}: ` : "";
  return item.task || !items[1] ? `${where}${text}` : `${where}${item.ask}: ${text}`;
}

/** The tasks have sentences of their own. */
function openText(item: Item, slots: readonly string[], shown: Presentation): string {
  const single = lettersOf(shown).length < 2;
  const images = slots.join(", ");
  if (item.task === "rate") return word(single ? "rate_image" : "rating_open", { images });
  if (item.task) return word(`open_${item.name}`);
  if (!images || single) return word("open", { ask: item.ask });
  return word("open_images", { ask: item.ask, images });
}

/** A discrepant label needs one value that is not the one stated. */
function observedGap(items: readonly Item[], shown: Presentation, answer: Answer): Gap | null {
  const item = items.find(({ name }) => name.startsWith("observed-"));
  if (answer.verdict !== "discrepant" || !item) return null;
  const at = { item, slot: shown.images[0]?.slot ?? null, part: "value" } as const;
  const observed = Object.entries(answer.observed ?? {});
  if (!observed.length) return { ...at, text: word("say_instead") };
  const stated = new Map(shown.images[0]?.label?.map(({ name, value }) => [name, value]));
  const same = observed.every(([name, value]) => stated.get(name) === value);
  return same ? { ...at, text: word("then_it_fits") } : null;
}

/** As it is sent: reasons that came to nothing and what is no longer asked are left out. */
export function finished(section: Section, shown: Presentation, answer: Answer): Answer {
  const items = itemsOf(section, shown);
  let whole = answer;
  for (const item of items) {
    for (const slot of slotsOf(item, shown)) {
      const entry = said(whole, item, slot);
      const isLost = entry !== null && !entry.missing && isEmpty(item, entry);
      if (entry && (isLost || !applies(item, slot, items, whole))) whole = give(whole, item, slot, null);
    }
  }
  return { ...whole, reasons: whole.reasons.filter((reason) => reason.tag || reason.x !== null) };
}

/** What was left open when the time ran out is said to be so. */
export function timedOut(section: Section, shown: Presentation, answer: Answer): Answer {
  const items = itemsOf(section, shown);
  let whole = answer;
  for (const item of items) {
    for (const slot of slotsOf(item, shown)) {
      const entry = said(whole, item, slot);
      const open = fault(item, entry, shown) || lacksSureness(item, entry);
      if (applies(item, slot, items, whole) && open) {
        const missing = { ...blank(item, slot), missing: "time" as const };
        whole = item.task ? give(whole, item, slot, null) : whole;
        whole = { ...whole, items: [...whole.items.filter((e) => !isOf(e, item, slot)), missing] };
      }
    }
  }
  return whole;
}

/** What a reader can do to an answer. */
export type AnswerAction =
  | {
      readonly kind: "say";
      readonly item: Item;
      readonly slot: string | null;
      readonly entry: Said | null;
      readonly about: Stop["part"];
    }
  | { readonly kind: "reason"; readonly slot: string; readonly tag: string }
  | { readonly kind: "spot"; readonly slot: string; readonly x: number | null; readonly y: number | null };

/** A tag given twice is taken back. */
function toggled(reasons: readonly Reason[], slot: string, tag: string): Reason[] {
  const others = reasons.filter((reason) => reason.slot !== slot || reason.tag !== tag);
  return others.length < reasons.length ? others : [...reasons, { slot, tag, x: null, y: null }];
}

/** The spot belongs to the tag given last for this image. */
function spotted(reasons: readonly Reason[], slot: string, x: number | null, y: number | null): Reason[] {
  const last = reasons.findLastIndex((reason) => reason.slot === slot);
  return reasons.map((reason, i) => (i === last ? { ...reason, x, y } : reason));
}

export function applied(answer: Answer, action: AnswerAction): Answer {
  if (action.kind === "say") return give(answer, action.item, action.slot, action.entry);
  if (action.kind === "reason") {
    return { ...answer, reasons: toggled(answer.reasons, action.slot, action.tag) };
  }
  return { ...answer, reasons: spotted(answer.reasons, action.slot, action.x, action.y) };
}
