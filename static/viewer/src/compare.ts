/** Comparisons: the one image that is meant or liked best, and all of them in order. */

import { word } from "./catalogue";
import type { Said } from "./contract";
import { type Control, option, type Pen, press } from "./controls";
import { h, icon, kbd } from "./dom";
import { extras } from "./lazy";

/** Columns of the letters' buttons: all rows alike. */
function columns(count: number): number {
  if (count < 3 || count === 4) return 2;
  return count < 8 ? 3 : 4;
}

/** A letter to see, and what it means to hear. */
function lettered(letter: string, name: string): Node[] {
  const heard = h("span", { class: "visually-hidden" }, name);
  return [icon("check"), h("span", { "aria-hidden": "true" }, letter), heard, kbd(`⇧${letter}`)];
}

export function pickControl(pen: Pen): Control {
  const { item } = pen;
  const letters = pen.letters();
  const element = h("div", { class: "pick", role: "group", "aria-label": item.ask });
  element.style.setProperty("--pick", String(columns(letters.length)));
  element.style.setProperty("--low", String(letters.length === 6 ? 3 : Math.min(4, letters.length)));
  const name = (image: string) => (item.task ? word("is_picked", { image }) : image);
  const buttons = letters.map((letter) =>
    option("letter-choice", pen, () => pen.put({ value: letter }), ...lettered(letter, name(letter))),
  );
  element.append(...buttons);
  const none = item.none
    ? option(
        "opt none",
        pen,
        () => pen.put({ value: "none" }),
        icon("check"),
        h("span", {}, item.none),
        kbd("0"),
      )
    : null;
  if (none) element.append(none);
  return {
    element,
    reflect: (entry) => {
      letters.forEach((letter, i) => {
        press(buttons[i] as HTMLElement, entry?.value === letter);
      });
      if (none) press(none, entry?.value === "none");
    },
    digit: (value) => {
      const letter = value === 0 ? (none ? "none" : undefined) : letters[value - 1];
      if (letter) pen.put({ value: letter });
      return letter !== undefined;
    },
  };
}

/** The best first: as many places as images, so that nothing moves while they are filled. */
export function rankControl(pen: Pen): Control {
  const letters = pen.letters();
  const list = h("ol", { class: "rank" });
  const open = h("div", { class: "pick", role: "group", "aria-label": pen.item.ask });
  open.style.setProperty("--pick", String(Math.min(4, letters.length)));
  const order = () => (pen.entry()?.value as string[] | null) ?? [];
  const put = (next: string[]) => {
    const rest = letters.filter((letter) => !next.includes(letter));
    // The last one has one place left.
    const whole =
      rest.length === 1 && next.length > 0 && next.length > order().length ? [...next, ...rest] : next;
    pen.put(whole.length ? { value: whole } : null);
  };
  const toggle = (letter: string) => {
    const now = order();
    // The last place filled itself; who chooses its image all the same means that place.
    if (now[letters.length - 1] === letter) return;
    put(now.includes(letter) ? now.filter((one) => one !== letter) : [...now, letter]);
  };
  const move = (letter: string, by: number) => {
    const now = [...order()];
    const from = now.indexOf(letter);
    const to = from + by;
    if (from < 0 || to < 0 || to >= now.length) return;
    now.splice(from, 1);
    now.splice(to, 0, letter);
    pen.put({ value: now });
  };
  const places = letters.map((_, i) => new Place(i, move));
  list.append(...places.map((place) => place.element));
  void extras().then(({ drags }) => drags(list, (i) => places[i]?.letter ?? null, move));
  const buttons = letters.map((letter) =>
    option(
      "letter-choice",
      pen,
      () => toggle(letter),
      ...lettered(letter, word("rank_next", { image: letter })),
    ),
  );
  open.append(...buttons);
  return {
    element: h("div", { class: "ranking" }, open, list),
    reflect: (entry) => {
      const now = (entry?.value as string[] | null) ?? [];
      places.forEach((place, i) => {
        place.show(now[i] ?? null, now.length);
      });
      letters.forEach((letter, i) => {
        press(buttons[i] as HTMLElement, now.includes(letter));
      });
    },
    digit: (value) => {
      const letter = letters[value - 1];
      if (letter) toggle(letter);
      return letter !== undefined;
    },
  };
}

type Move = (letter: string, by: number) => void;

/** One place of the order. Alt and an arrow move its image as well as its buttons do. */
class Place {
  readonly element: HTMLElement;
  letter: string | null = null;
  private readonly name = h("b", {});
  private readonly up = h("button", { type: "button" }, icon("up"));
  private readonly down = h("button", { type: "button" }, icon("down"));

  constructor(
    readonly index: number,
    move: Move,
  ) {
    const number = h("span", { class: "soft" }, `${index + 1}`);
    this.element = h("li", { class: "place" }, number, this.name, this.up, this.down);
    this.up.addEventListener("click", () => this.letter && move(this.letter, -1));
    this.down.addEventListener("click", () => this.letter && move(this.letter, 1));
  }

  show(letter: string | null, count: number): void {
    this.letter = letter;
    this.name.textContent = letter ?? "";
    this.element.classList.toggle("filled", letter !== null);
    this.up.hidden = letter === null || this.index === 0;
    this.down.hidden = letter === null || this.index >= count - 1;
    this.up.setAttribute("aria-label", word("rank_up", { image: letter ?? "" }));
    this.down.setAttribute("aria-label", word("rank_down", { image: letter ?? "" }));
  }
}

/** The image that a comparison has chosen, for its outline. */
export function chosenOf(entry: Said | null): string | null {
  if (typeof entry?.value === "string") return entry.value === "none" ? null : entry.value;
  return Array.isArray(entry?.value) ? (entry.value[0] ?? null) : null;
}
