/** One question as it stands in the rail: its words, its control, how sure, and what to do instead. */

import { word } from "./catalogue";
import { pickControl, rankControl } from "./compare";
import type { Item, Said } from "./contract";
import {
  type Control,
  ends,
  numberControl,
  option,
  optionsControl,
  type Pen,
  press,
  scaleControl,
  textControl,
} from "./controls";
import { h, icon, kbd } from "./dom";
import { isPointing, labelOf, type Stop, sureness } from "./items";
import { type Points, pointsControl } from "./pointing";

export interface QuestionLook {
  /** Its words stand in the heading of the rail already. */
  readonly bare: boolean;
  /** The points of a scale lie below each other with their words. */
  readonly list: boolean;
  /** A neighbour on the same scale has told its ends. */
  readonly grid: boolean;
}

export class Question {
  readonly element: HTMLElement;
  readonly stops: readonly Stop[];
  readonly points: Points;
  private readonly control: Control;
  private readonly sure: Control | null;
  private readonly skip: HTMLButtonElement | null;
  private readonly value = h("span", { class: "val" });
  private static number = 0;

  constructor(
    readonly item: Item,
    private readonly pen: Pen,
    look: QuestionLook,
    spacingMm: () => number | null,
    became: (stop: Stop) => void,
  ) {
    this.points = { chosen: null, spacingMm };
    this.control = this.build(look);
    this.sure = item.confidence && !isPointing(item) ? this.sureness() : null;
    this.skip = item.skip ? this.skipper() : null;
    const stop = (part: Stop["part"]): Stop => ({ item, part });
    this.stops = this.sure ? [stop("value"), stop("confidence")] : [stop("value")];
    Question.number += 1;
    const id = `ask-${Question.number}`;
    const optional = item.required ? null : h("span", { class: "soft" }, ` ${word("optional")}`);
    const title = h("b", { id, class: look.bare ? "visually-hidden" : "" }, item.ask, optional);
    const main = h("div", { class: "part" }, h("div", { class: "lab" }, title, this.value));
    if (item.help) main.append(h("p", { class: "soft help" }, item.help));
    main.append(this.control.element);
    const below = item.kind === "scale" && !look.list && !look.grid && item.scale ? ends(item.scale) : null;
    if (below) main.append(below);
    this.element = h(
      "div",
      { role: "group", class: `q of-${item.kind}`, "data-item": item.name, "aria-labelledby": id },
      main,
    );
    if (this.sure) this.element.append(this.sureBlock(this.sure));
    if (this.skip) this.element.append(this.skip);
    main.addEventListener("focusin", () => became(stop("value")));
    main.addEventListener("pointerdown", () => became(stop("value")));
    this.element.querySelector(".sure")?.addEventListener("focusin", () => became(stop("confidence")));
  }

  reflect(entry: Said | null): void {
    const skipped = entry?.missing === "skip";
    this.control.reflect(entry);
    this.sure?.reflect(entry);
    if (this.skip) press(this.skip, skipped);
    this.element.classList.toggle("skipped", skipped);
    this.value.textContent = this.told(entry);
  }

  /** Whether the keyboard is at one of its stops, or none. */
  current(part: Stop["part"] | null): void {
    this.element.querySelector(".part")?.classList.toggle("now", part === "value");
    this.element.querySelector(".sure")?.classList.toggle("now", part === "confidence");
  }

  digit(part: Stop["part"], value: number): boolean {
    const { field } = this.control;
    // A number begins with the digit that was pressed.
    if (part === "value" && field instanceof HTMLInputElement) {
      field.focus({ preventScroll: true });
      field.value += String(value);
      field.dispatchEvent(new Event("input"));
      return false;
    }
    const control = part === "confidence" ? this.sure : this.control;
    return control?.digit?.(value) ?? false;
  }

  /** The field that is typed into, if any. */
  get field(): HTMLElement | undefined {
    return this.control.field;
  }

  /** Options of a question with two, for the left and right arrow. */
  get isBinary(): boolean {
    return this.item.kind === "choice" && this.item.options.length === 2 && !this.item.other;
  }

  private build(look: QuestionLook): Control {
    const { item, pen } = this;
    const { scale } = item;
    if (item.kind === "scale" && scale) {
      return scaleControl(pen, scale, item.ask, "value", look.list);
    }
    if (item.kind === "choice" || item.kind === "choices") return optionsControl(pen);
    if (item.kind === "number") return numberControl(pen);
    if (item.kind === "pick" || item.kind === "prefer") return pickControl(pen);
    if (item.kind === "rank") return rankControl(pen);
    return isPointing(item) ? pointsControl(pen, this.points) : textControl(pen);
  }

  private sureness(): Control {
    return scaleControl(this.pen, sureness(this.item), word("how_sure"), "confidence", false);
  }

  private sureBlock(sure: Control): HTMLElement {
    const title = h("div", { class: "lab" }, h("b", {}, word("how_sure")));
    return h("div", { class: "sure" }, title, sure.element, ends(sureness(this.item)));
  }

  private skipper(): HTMLButtonElement {
    const nothing = { value: null, other: null, confidence: null, points: null };
    const act = () =>
      this.pen.put(this.pen.entry()?.missing === "skip" ? null : { ...nothing, missing: "skip" });
    return option("opt skip", this.pen, act, icon("check"), h("span", {}, this.item.skip));
  }

  /** What was answered, in words where the control shows digits alone. */
  private told(entry: Said | null): string {
    const { scale, kind } = this.item;
    if (kind !== "scale" || !scale || typeof entry?.value !== "number") return "";
    const label = labelOf(scale, scale.points.indexOf(entry.value));
    return label ? `${entry.value} · ${label}` : "";
  }
}

/** The scale that is answered at the images: what the digits mean, and which image has which. */
export function legend(
  item: Item,
  look: QuestionLook,
): { element: HTMLElement; show(by: Map<number, string[]>, focus: string): void } {
  const { points } = item.scale ?? { points: [] };
  const image = h("span", { class: "which" });
  const rows = points.map((value, i) => {
    const who = h("span", { class: "who" });
    const words = item.scale ? labelOf(item.scale, i) : "";
    return { value, who, element: h("li", {}, h("b", {}, String(value)), h("span", {}, words), who) };
  });
  const list = h("ol", { class: "legend" }, ...rows.map(({ element }) => element));
  const title = h("b", { class: look.bare ? "visually-hidden" : "" }, item.ask);
  const help = item.help ? h("p", { class: "soft help" }, item.help) : null;
  const element = h(
    "div",
    { class: "q at-images now", "data-item": item.name },
    h("div", { class: "lab" }, title, image),
    help,
    list,
  );
  const keys = h("span", { class: "mouse" }, kbd(String(points[0])), " – ", kbd(String(points.at(-1))));
  return {
    element,
    show: (by, focus) => {
      image.replaceChildren(word("radiograph_named", { image: focus }), " ", keys);
      for (const row of rows) {
        row.who.replaceChildren(...(by.get(row.value) ?? []).map((letter) => h("b", {}, letter)));
      }
    },
  };
}
