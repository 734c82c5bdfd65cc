/** The images of one trial: built once a section, brought up to date after each answer. */

import { word } from "./catalogue";
import type { Answer, ImageOffer, Item, Named, Presentation } from "./contract";
import { type Control, type Pen, scaleControl } from "./controls";
import { h, icon } from "./dom";
import { said } from "./items";

export interface BoardHost {
  focus(slot: string): void;
  pen(item: Item, slot: string): Pen;
}

interface Figure {
  readonly element: HTMLElement;
  readonly letter: HTMLElement;
  readonly told: HTMLElement;
  readonly digits: Control | null;
}

/** Whether something is told of an image, or a label to be checked. */
export function hasWords({ tells, label }: ImageOffer): boolean {
  return Boolean(tells?.length || label?.length);
}

export class Board {
  readonly views = new Map<string, HTMLElement>();
  private readonly figures = new Map<string, Figure>();
  private built = "";

  constructor(
    private readonly grid: HTMLElement,
    private readonly host: BoardHost,
  ) {}

  /** Whether the figures were made anew, so that the viewports are other elements. */
  build(shown: Presentation, atImage: Item | null, isNew: boolean): boolean {
    // Whether something is told of an image may differ within a section.
    const key = String(shown.images.map(hasWords));
    const anew = isNew || key !== this.built;
    if (anew) {
      this.built = key;
      this.views.clear();
      for (const { element } of this.figures.values()) element.remove();
      this.figures.clear();
      const several = shown.images.length > 1;
      for (const image of shown.images) this.figure(image, several, atImage);
    }
    for (const image of shown.images) this.tell(image);
    return anew;
  }

  reflect(
    answer: Answer,
    focus: string,
    atImage: Item | null,
    chosen: string | null,
    outlined: readonly string[],
  ): void {
    for (const [slot, figure] of this.figures) {
      const isChosen = slot === chosen;
      figure.element.classList.toggle("focus", slot === focus && this.figures.size > 1);
      figure.element.classList.toggle("chosen", isChosen);
      figure.element.classList.toggle("outlined", outlined.includes(slot));
      figure.letter.replaceChildren(
        figure.letter.dataset.name ?? slot,
        ...(isChosen ? [icon("check"), h("span", { class: "w" }, word("chosen"))] : []),
      );
      if (atImage) figure.digits?.reflect(said(answer, atImage, slot));
    }
  }

  /** Only these images, or all of them. */
  only(slots: readonly string[] | null): void {
    for (const [slot, { element }] of this.figures) element.hidden = slots !== null && !slots.includes(slot);
  }

  focusView(slot: string): void {
    this.views.get(slot)?.focus({ preventScroll: true });
  }

  figureOf(slot: string): HTMLElement | undefined {
    return this.figures.get(slot)?.element;
  }

  private figure(image: ImageOffer, several: boolean, atImage: Item | null): void {
    const { slot } = image;
    const name = image.reference ? word("reference") : slot;
    const view = h("div", {
      class: "view",
      tabindex: 0,
      role: "img",
      "aria-label": several ? word("radiograph_named", { image: name }) : word("radiograph"),
    });
    const letter = h("b", { class: "letter", "data-name": name, hidden: !several && !image.reference }, name);
    view.append(letter);
    view.addEventListener("focus", () => this.host.focus(slot));
    const digits = atImage ? this.digits(atImage, slot) : null;
    const told = h("dl", { class: "told" });
    const element = h("figure", { class: "cell", "data-slot": slot }, view);
    if (digits) {
      // Nothing is asked of the reference, whose image is as large and as high as those beside it.
      digits.element.inert = image.reference === true;
      element.append(digits.element);
    }
    if (hasWords(image)) element.append(told);
    element.addEventListener("focusin", () => this.host.focus(slot));
    this.grid.append(element);
    this.views.set(slot, view);
    this.figures.set(slot, { element, letter, told, digits });
  }

  private digits(item: Item, slot: string): Control | null {
    const { scale } = item;
    if (!scale) return null;
    const pen = this.host.pen(item, slot);
    const control = scaleControl(pen, scale, `${item.ask} ${slot}`, "value", false);
    control.element.className = "digits scale";
    control.element.dataset.letter = slot;
    return control;
  }

  /** What is told of an image, and the label that is to be checked. */
  private tell(image: ImageOffer): void {
    const list: readonly Named[] = [...(image.label ?? []), ...(image.tells ?? [])];
    const rows = list.flatMap(({ name, value, title, text }) => [
      h("dt", {}, title ?? name),
      h("dd", {}, text ?? value),
    ]);
    const told = this.figures.get(image.slot)?.told;
    told?.replaceChildren(...rows);
    // What is long is read by scrolling, also by keyboard.
    if (told) told.tabIndex = 0;
  }
}
