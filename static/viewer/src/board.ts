/** The images of one trial with their controls: built once a section, brought up to date after each answer. */

import { type AnswerAction, asksRatings, confidenceScale } from "./answer";
import { around, word } from "./catalogue";
import type { Answer, ImageOffer, Presentation, Scale, Section } from "./contract";
import { h, kbd } from "./dom";

export type BoardAction = AnswerAction | { readonly kind: "focus"; readonly slot: string };

interface Choice {
  readonly element: HTMLButtonElement;
  readonly chosen: (answer: Answer) => boolean;
}

export class Board {
  readonly views = new Map<string, HTMLElement>();
  private readonly figures = new Map<string, HTMLElement>();
  private choices: Choice[] = [];
  private built = "";

  constructor(
    private readonly grid: HTMLElement,
    private readonly act: (action: BoardAction) => void,
  ) {}

  /** Whether the figures were made anew, so that the viewports are other elements. */
  build(section: Section, shown: Presentation): boolean {
    const key = JSON.stringify([section, shown.images.map((image) => image.slot)], (name, value) =>
      name === "answered" ? undefined : value,
    );
    const anew = key !== this.built;
    if (anew) {
      this.built = key;
      this.choices = [];
      this.views.clear();
      for (const figure of this.figures.values()) figure.remove();
      this.figures.clear();
      for (const image of shown.images) this.grid.append(this.figure(section, shown, image));
    }
    for (const image of shown.images) this.label(image);
    for (const why of this.grid.querySelectorAll<HTMLDetailsElement>(".why")) why.open = false;
    return anew;
  }

  reflect(answer: Answer, focus: string): void {
    for (const choice of this.choices)
      choice.element.setAttribute("aria-pressed", String(choice.chosen(answer)));
    for (const [slot, figure] of this.figures) {
      figure.classList.toggle("focus", slot === focus && this.figures.size > 1);
      figure.classList.toggle("chosen", slot === answer.pick);
      figure.classList.toggle("discrepant", answer.verdict === "discrepant");
      figure.classList.toggle(
        "spotting",
        answer.reasons.some((reason) => reason.slot === slot),
      );
      const given = answer.reasons
        .filter((reason) => reason.slot === slot)
        .map(({ tag }) => tag || word("a_spot"));
      figure.querySelector(".given")?.replaceChildren(given.join(", "));
    }
  }

  /** Only this image, or all of them. */
  single(slot: string | null): void {
    for (const [name, figure] of this.figures) figure.hidden = slot !== null && name !== slot;
  }

  /** Opens or closes the reasons of an image. */
  toggleReasons(slot: string): void {
    const why = this.figures.get(slot)?.querySelector<HTMLDetailsElement>("details.why");
    if (!why) return;
    why.open = !why.open;
    if (why.open) why.querySelector("button")?.focus();
    else this.focusView(slot);
  }

  focusView(slot: string): void {
    this.views.get(slot)?.focus({ preventScroll: false });
  }

  /** Where the reader says what they see instead. */
  focusObserved(): void {
    this.grid.querySelector<HTMLElement>(".observed button")?.focus();
  }

  private figure(section: Section, shown: Presentation, image: ImageOffer): HTMLElement {
    const { slot } = image;
    const only = shown.images.length === 1;
    const view = h("div", {
      class: "view",
      tabindex: 0,
      role: "img",
      "aria-label": only ? word("radiograph") : word("radiograph_named", { image: slot }),
    });
    view.addEventListener("focus", () => this.act({ kind: "focus", slot }));
    const caption = h("figcaption", {});
    const figure = h("figure", { class: "cell", "data-slot": slot }, view, caption);
    if (!only) caption.append(h("h2", { class: "letter" }, slot, this.flags(section)));
    caption.append(...this.controls(section, slot, only));
    caption.addEventListener("focusin", () => this.act({ kind: "focus", slot }));
    this.views.set(slot, view);
    this.figures.set(slot, figure);
    return figure;
  }

  /** What a figure can be, which the style sheet shows when it is. */
  private flags(section: Section): HTMLElement {
    const chosen = section.task === "pick_real" ? word("marked") : null;
    return h("span", { class: "flags", "data-focus": word("selected"), "data-chosen": chosen });
  }

  private controls(section: Section, slot: string, only: boolean): HTMLElement[] {
    const parts: HTMLElement[] = [];
    if (section.task === "check_label") parts.push(h("dl", { class: "label" }), ...this.checks(section));
    if (section.task === "call") parts.push(this.calls());
    const sure = confidenceScale(section);
    if (sure.points.length) {
      const act = (value: number): BoardAction => ({ kind: "confidence", value });
      const scale = this.scale(sure, word("how_sure"), act, (answer) => answer.confidence);
      parts.push(this.askedToo([word("how_sure")], scale));
    }
    if (asksRatings(section)) {
      const name = only ? word("how_realistic") : word("how_realistic_named", { image: slot });
      const act = (value: number): BoardAction => ({ kind: "rate", slot, value });
      const scale = this.scale(section.scale, name, act, (answer) => answer.ratings?.[slot]);
      // The digits alone belong to the scale before it.
      const words = around("how_realistic_with", kbd("⇧"));
      parts.push(sure.points.length ? this.askedToo(words, scale) : scale);
    }
    if (section.task === "pick_real") parts.push(this.real(slot));
    if (section.reasons?.tags.length || section.reasons?.spot)
      parts.push(this.reasons(section.reasons, slot));
    return parts;
  }

  /** A scale that is not what the trial is about. */
  private askedToo(words: Array<Node | string>, scale: HTMLElement): HTMLElement {
    return h("div", { class: "asked-too" }, h("p", { class: "soft" }, ...words), scale);
  }

  private choice(
    content: Array<Node | string>,
    action: BoardAction,
    chosen: (answer: Answer) => boolean,
    className = "",
  ): HTMLButtonElement {
    const element = h(
      "button",
      { type: "button", class: className || null, "aria-pressed": "false" },
      ...content,
    );
    element.addEventListener("click", (event) => {
      this.act(action);
      // After a click the keys belong to the image again; who came by keyboard stays where they are.
      if (event.detail > 0) element.blur();
    });
    this.choices.push({ element, chosen });
    return element;
  }

  private scale(
    scale: Scale,
    name: string,
    action: (value: number) => BoardAction,
    current: (answer: Answer) => number | null | undefined,
  ): HTMLElement {
    const box = h("div", { class: "scale", role: "group", "aria-label": name });
    scale.points.forEach((value, i) => {
      const words = h("span", {}, scale.labels[i] ?? "");
      box.append(
        this.choice([h("b", {}, String(value)), words], action(value), (answer) => current(answer) === value),
      );
    });
    return box;
  }

  private real(slot: string): HTMLElement {
    const words = h("span", { class: "words" }, word("this_is_real"));
    return this.choice(
      [words, kbd("⇧", slot)],
      { kind: "pick", slot },
      (answer) => answer.pick === slot,
      "real",
    );
  }

  private calls(): HTMLElement {
    const box = h("div", { class: "calls", role: "group", "aria-label": word("real_or_synthetic") });
    for (const [value, key] of [
      ["real", "←"],
      ["synthetic", "→"],
    ] as const) {
      box.append(
        this.choice(
          [word(value), kbd(key)],
          { kind: "call", value },
          (answer) => answer.call === value,
          "real",
        ),
      );
    }
    return box;
  }

  private checks(section: Section): HTMLElement[] {
    const box = h("div", { class: "scale", role: "group", "aria-label": word("does_it_fit") });
    const verdicts = ["fits", "discrepant", "unsure"] as const;
    verdicts.forEach((value, i) => {
      const content = [h("b", {}, String(i + 1)), h("span", {}, word(value))];
      box.append(this.choice(content, { kind: "verdict", value }, (answer) => answer.verdict === value));
    });
    const seen = h("div", { class: "observed" }, h("p", { class: "soft" }, word("instead")));
    for (const [name, values] of Object.entries(section.label_choices ?? {})) {
      const group = h("div", {
        class: "chips",
        role: "group",
        "aria-label": `${word("instead")} ${name}`,
      });
      for (const value of values) {
        const given = (answer: Answer) => answer.observed?.[name] === value;
        group.append(this.choice([value], { kind: "observe", name, value }, given));
      }
      seen.append(h("div", { class: "observable" }, h("span", { class: "soft" }, name), group));
    }
    return [box, seen];
  }

  private reasons(reasons: NonNullable<Section["reasons"]>, slot: string): HTMLElement {
    const tags = h("div", { class: "chips", role: "group", "aria-label": word("reasons") });
    // Without tags of the protocol, the spot alone is the reason.
    for (const tag of reasons.tags.length ? reasons.tags : [""]) {
      const given = (answer: Answer) =>
        answer.reasons.some((reason) => reason.slot === slot && reason.tag === tag);
      tags.append(this.choice([tag || word("show_spot")], { kind: "reason", slot, tag }, given));
    }
    const given = h("span", { class: "given" });
    const why = h(
      "details",
      { class: "why" },
      h("summary", { "data-back": word("back_to_rating") }, word("why"), " ", given, kbd("W")),
      tags,
    );
    if (reasons.spot) {
      why.append(h("p", { class: "soft spot" }, ...around("spot_how", kbd("X"))));
    }
    return why;
  }

  private label(image: ImageOffer): void {
    const list = this.figures.get(image.slot)?.querySelector("dl.label");
    if (!list) return;
    list.replaceChildren(
      ...(image.label ?? []).flatMap(({ name, value }) => [h("dt", {}, name), h("dd", {}, value)]),
    );
  }
}
