/** Questions that are answered on the image itself: marks, distances and angles. */

import { pointsOf } from "./answer";
import { numeral, word } from "./catalogue";
import type { Item, Mark, Said } from "./contract";
import { type Control, option, type Pen, press } from "./controls";
import { h, icon } from "./dom";
import { sureness } from "./items";
import { ARROWS } from "./keys";

/** The points of an entry with one more; the same where there are as many as may be. */
export function withPoint(item: Item, entry: Said | null, point: Mark): Mark[] {
  const points = entry?.points ?? [];
  const [, most] = pointsOf(item);
  return points.length < most ? [...points, point] : [...points];
}

function tenths(value: number): string {
  return numeral(Number(value.toFixed(1)));
}

/** What a measure comes to in pixels or degrees; null before it is whole. */
export function measured(item: Item, points: readonly Mark[], spacingMm: number | null): string | null {
  const [a, b, c, d] = points;
  if (item.what !== "angle") {
    if (!a || !b) return null;
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    const scale = item.unit === "mm" ? spacingMm : 1;
    return scale ? `${tenths(length * scale)} ${item.unit}` : null;
  }
  if (!a || !b || !c) return null;
  // Three points: the angle at the middle one. Four: that between two lines.
  const first = Math.atan2(a.y - b.y, a.x - b.x);
  const second = d ? Math.atan2(c.y - d.y, c.x - d.x) : Math.atan2(c.y - b.y, c.x - b.x);
  const turn = Math.abs(first - second) % (2 * Math.PI);
  const angle = turn > Math.PI ? 2 * Math.PI - turn : turn;
  return `${tenths((angle * 180) / Math.PI)}°`;
}

export interface Points {
  /** Which point the arrow keys move; null none. */
  chosen: number | null;
  spacingMm(): number | null;
}

export function pointsControl(pen: Pen, points: Points): Control {
  const { item } = pen;
  const chips = h("div", { class: "marks" });
  const hint = h("p", { class: "soft hint" });
  const sure = sureness(item);
  const steps = h("div", { class: "scale seg", role: "group", "aria-label": word("how_sure") });
  const none = item.none
    ? option("opt none", pen, () => pen.put({ points: [] }), icon("check"), h("span", {}, item.none))
    : null;
  const list = () => pen.entry()?.points ?? [];
  const put = (next: Mark[]) => pen.put(next.length ? { points: next } : null);
  const remove = (index: number) => {
    points.chosen = null;
    put(list().filter((_, i) => i !== index));
  };
  const change = (index: number, to: Partial<Mark>) =>
    put(list().map((point, i) => (i === index ? { ...point, ...to } : point)));
  const chip = (point: Mark, i: number) => {
    const name = h("span", {}, h("b", { class: "n" }, String(i + 1)));
    const choose = h(
      "button",
      { type: "button", class: "chip", "aria-pressed": String(points.chosen === i) },
      name,
    );
    choose.setAttribute("aria-label", word("mark_number", { number: i + 1 }));
    if (sure.points.length) name.append(point.confidence === null ? " –" : ` ${point.confidence}`);
    choose.addEventListener("click", () => {
      points.chosen = i;
      reflect(pen.entry());
    });
    choose.addEventListener("keydown", (event) => nudge(event, i));
    const gone = h(
      "button",
      { type: "button", "aria-label": word("remove_mark", { number: i + 1 }) },
      icon("x"),
    );
    gone.addEventListener("click", () => remove(i));
    return h("span", { class: "chips" }, choose, gone);
  };
  /** Arrows move a point by a pixel of the image, with Shift by ten. */
  const nudge = (event: KeyboardEvent, i: number) => {
    const step = event.shiftKey ? 10 : 1;
    const way = ARROWS[event.key];
    const point = list()[i];
    if (event.key === "Delete") remove(i);
    else if (way && point) change(i, { x: point.x + way[0] * step, y: point.y + way[1] * step });
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key !== "Delete") chips.querySelectorAll<HTMLElement>(".chip")[i]?.focus();
  };
  const buttons = sure.points.map((value) =>
    option("", pen, () => setSure(value), h("b", {}, String(value))),
  );
  steps.append(...buttons);
  const index = () => points.chosen ?? list().length - 1;
  /** Rates the chosen mark; the hand goes on to one that is not rated yet. */
  const setSure = (value: number) => {
    const at = index();
    const open = list().findIndex((point, i) => i !== at && point.confidence === null);
    if (open >= 0) points.chosen = open;
    change(at, { confidence: value });
  };
  const reflect = (entry: Said | null) => {
    const given = entry?.points ?? [];
    if (points.chosen !== null && points.chosen >= given.length) points.chosen = null;
    chips.replaceChildren(...given.map(chip));
    const [least, most] = pointsOf(item);
    const found = item.kind === "measure" ? measured(item, given, points.spacingMm()) : null;
    const left = item.kind === "measure" ? least - given.length : most - given.length;
    const how = left > 0 ? (item.kind === "measure" ? "points_left" : "mark_how") : "marks_full";
    // While the keys are at another question, a click sets nothing.
    const first = left > 0 ? h("span", { class: "first" }, word("mark_first")) : null;
    hint.replaceChildren(h("span", {}, found ?? word(how, { count: left })), first ?? "");
    if (none) press(none, entry !== null && entry.points?.length === 0);
    steps.hidden = !given.length;
    buttons.forEach((button, i) => {
      press(button, given[index()]?.confidence === sure.points[i]);
    });
  };
  const element = h("div", { class: "pointing" }, hint, chips, sure.points.length ? steps : null, none);
  return {
    element,
    reflect,
    digit: (value) => {
      const ok = sure.points.includes(value) && list().length > 0;
      if (ok) setSure(value);
      return ok;
    },
  };
}
