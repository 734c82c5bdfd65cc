/** The reader's answer to one presentation: how it starts, and what it still lacks. */

import { word } from "./catalogue";
import type { Answer, Presentation, Reason, Scale, Section } from "./contract";

export function blankAnswer(): Answer {
  return {
    pick: null,
    ratings: null,
    call: null,
    confidence: null,
    verdict: null,
    observed: null,
    reasons: [],
  };
}

/** Whether each image gets a rating on the scale in this section. */
export function asksRatings(section: Section): boolean {
  return section.task === "rate" || (section.rate && section.task !== "check_label");
}

/** The steps of confidence that are asked for, none where there are none. */
export function confidenceScale(section: Section): Scale {
  const steps = section.task === "call" ? section.require_confidence : 0;
  if (steps === true) return section.scale;
  const points = Array.from({ length: Number(steps) }, (_, i) => i + 1);
  const labels = points.map((point) =>
    point === 1 ? word("guessing") : point === steps ? word("certain") : "",
  );
  return { points, labels };
}

function lacksRating(shown: Presentation, answer: Answer): string | null {
  const open = shown.images.map((image) => image.slot).filter((slot) => answer.ratings?.[slot] === undefined);
  if (!open.length) return null;
  return shown.images.length === 1 ? word("rate_image") : word("rating_open", { images: open.join(", ") });
}

function lacksCheck(shown: Presentation, answer: Answer): string | null {
  if (!answer.verdict) return word("say_whether");
  if (answer.verdict !== "discrepant") return null;
  const observed = Object.entries(answer.observed ?? {});
  if (!observed.length) return word("say_instead");
  const stated = new Map(shown.images[0]?.label?.map(({ name, value }) => [name, value]));
  const same = observed.every(([name, value]) => stated.get(name) === value);
  return same ? word("then_it_fits") : null;
}

/** What must still be answered, as a sentence; null when the answer is complete. */
export function lacks(section: Section, shown: Presentation, answer: Answer): string | null {
  if (section.task === "pick_real" && !answer.pick) return word("mark_real");
  if (section.task === "call" && !answer.call) return word("real_or_synthetic");
  if (confidenceScale(section).points.length && answer.confidence === null) return word("how_sure");
  if (asksRatings(section)) return lacksRating(shown, answer);
  return section.task === "check_label" ? lacksCheck(shown, answer) : null;
}

/** As it is sent: reasons that came to nothing are left out. */
export function finished(answer: Answer): Answer {
  return { ...answer, reasons: answer.reasons.filter((reason) => reason.tag || reason.x !== null) };
}

/** What a reader can do to an answer. */
export type AnswerAction =
  | { readonly kind: "rate"; readonly slot: string; readonly value: number }
  | { readonly kind: "pick"; readonly slot: string }
  | { readonly kind: "call"; readonly value: "real" | "synthetic" }
  | { readonly kind: "confidence"; readonly value: number }
  | { readonly kind: "verdict"; readonly value: "fits" | "discrepant" | "unsure" }
  | { readonly kind: "observe"; readonly name: string; readonly value: string }
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
  switch (action.kind) {
    case "rate":
      return { ...answer, ratings: { ...answer.ratings, [action.slot]: action.value } };
    case "pick":
      return { ...answer, pick: action.slot };
    case "call":
      return { ...answer, call: action.value };
    case "confidence":
      return { ...answer, confidence: action.value };
    case "verdict":
      return {
        ...answer,
        verdict: action.value,
        observed: action.value === "discrepant" ? answer.observed : null,
      };
    case "observe":
      return { ...answer, observed: { ...answer.observed, [action.name]: action.value } };
    case "reason":
      return { ...answer, reasons: toggled(answer.reasons, action.slot, action.tag) };
    case "spot":
      return { ...answer, reasons: spotted(answer.reasons, action.slot, action.x, action.y) };
  }
}
