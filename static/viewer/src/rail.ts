/** The answer rail: the question, the answers, and which of them the keyboard is at. Built once a section. */

import { type AnswerAction, fault, pointsOf } from "./answer";
import { around, word } from "./catalogue";
import type { Answer, Item, Presentation, Said, Section } from "./contract";
import type { Pen } from "./controls";
import { h, icon, part } from "./dom";
import {
  applies,
  asked,
  blank,
  isComparison,
  isPointing,
  itemsOf,
  lettersOf,
  type Stop,
  said,
} from "./items";
import { kbdOf } from "./keymap";
import { legend, Question, type QuestionLook } from "./question";

export interface RailHost {
  answer(): Answer;
  focused(): string;
  act(action: AnswerAction): void;
  choose(slot: string): void;
  /** The keyboard is at another question. */
  moved(item: Item | null): void;
  spacingMm(): number | null;
}

/** The rail lies below the images. */
const LOW = matchMedia("(max-aspect-ratio: 1/1)");
const COARSE = matchMedia("(pointer: coarse)");
/** As many digits as fit beside or below an image. */
const MOST_AT_IMAGE = 7;
/** Kinds of questions that one digit answers. */
const TAKES_DIGITS: ReadonlySet<string> = new Set(["scale", "choice"]);

export class Rail {
  /** The one question that is answered at the images themselves. */
  atImage: Item | null = null;
  items: Item[] = [];
  private questions: Question[] = [];
  private stop: Stop | null = null;
  private shown: Presentation | null = null;
  private built = "";
  private legend: ReturnType<typeof legend> | null = null;
  private tabs: HTMLElement[] = [];
  private why: HTMLDetailsElement | null = null;
  private readonly box = part("answers");

  constructor(private readonly host: RailHost) {}

  /** Whether the questions are others than those that stand here. */
  isNew(section: Section, shown: Presentation): boolean {
    const { answered: _answered, index: _index, briefing: _briefing, ...rest } = section;
    const key = JSON.stringify([
      rest,
      shown.kind,
      shown.images.map(({ slot, reference }) => [slot, reference]),
    ]);
    const isNew = key !== this.built;
    this.built = key;
    return isNew;
  }

  /** Leads the hand to the first control of a question. */
  focusOpen(item: Item): void {
    const question = this.questionOf(item);
    if (question && !question.field) question.element.querySelector<HTMLElement>("button")?.focus();
  }

  /** Sets up the questions of a section. */
  build(section: Section, shown: Presentation): void {
    this.shown = shown;
    this.items = itemsOf(section, shown);
    const several = asked(shown).length > 1;
    const first = this.items.find((item) => item.of === "image" && item.kind === "scale");
    const fits = (first?.scale?.points.length ?? 0) <= MOST_AT_IMAGE;
    const apart = section.screen.arrange !== "slider";
    this.atImage = several && first && fits && apart ? first : null;
    this.questions = [];
    this.tabs = [];
    this.legend = null;
    this.why = null;
    this.box.replaceChildren();
    this.box.scrollTop = 0;
    if (section.help) this.box.append(h("p", { class: "help-text" }, section.help));
    this.fill(several);
    const { reasons } = section;
    if (reasons && shown.images.length && (reasons.tags.length || reasons.spot))
      this.box.append(this.reasons(reasons));
    this.stop = null;
    this.begin();
  }

  /** A trial begins at its first question; with keys, after comparisons and points, at one that digits answer. */
  begin(): void {
    if (this.why) this.why.open = false;
    this.box.scrollTop = 0;
    for (const { points } of this.questions) points.chosen = null;
    const stops = this.stops();
    const after = stops.find(({ item }) => !isComparison(item) && !isPointing(item));
    // Fingers have no digits.
    this.goTo(
      (after && !COARSE.matches && TAKES_DIGITS.has(after.item.kind) ? after : stops[0]) ?? null,
      false,
    );
  }

  /** A new trial of the same section. */
  present(shown: Presentation): void {
    this.shown = shown;
    this.begin();
  }

  reflect(answer: Answer): void {
    const focus = this.host.focused();
    for (const question of this.questions) {
      const slot = this.slotOf(question.item);
      const asks = applies(question.item, slot, this.items, answer);
      question.element.classList.toggle("away", !asks);
      question.element.inert = !asks;
      question.reflect(said(answer, question.item, slot));
    }
    const { atImage } = this;
    if (atImage && this.legend) {
      const by = new Map<number, string[]>();
      for (const slot of this.letters()) {
        const value = said(answer, atImage, slot)?.value as number | undefined;
        if (value !== undefined) by.set(value, [...(by.get(value) ?? []), slot]);
      }
      this.legend.show(by, focus);
    }
    for (const tab of this.tabs) tab.setAttribute("aria-pressed", String(tab.dataset.image === focus));
    this.reflectReasons(answer, focus);
  }

  /** The question that the keyboard is at. */
  get current(): Item | null {
    return this.stop?.item ?? null;
  }

  /** Which marks of the current question are chosen, for the overlay. */
  pointsOf(item: Item): Question["points"] | null {
    return this.questions.find((question) => question.item === item)?.points ?? null;
  }

  digit(value: number): boolean {
    const { stop } = this;
    if (!stop) return false;
    if (stop.item === this.atImage && stop.part === "value") {
      const ok = stop.item.scale?.points.includes(value) ?? false;
      if (ok) this.pen(stop.item).put({ value });
      return ok;
    }
    return this.questionOf(stop.item)?.digit(stop.part, value) ?? false;
  }

  /** The image with this letter is chosen, where the section compares. */
  chooseLetter(letter: string): boolean {
    const compares = this.stops().filter(({ item }) => isComparison(item));
    const { item } = compares.find((stop) => stop.item === this.current) ?? compares[0] ?? {};
    const index = this.letters().indexOf(letter);
    return item !== undefined && index >= 0 && (this.questionOf(item)?.digit("value", index + 1) ?? false);
  }

  /** Left or right, where one image is asked a question of two answers. */
  side(right: boolean): boolean {
    if (this.letters().length > 1) return false;
    const question = this.questions.find((one) => one.isBinary && !one.element.inert);
    if (!question?.digit("value", right ? 2 : 1)) return false;
    // The digits are free for what comes after it.
    const stops = this.stops();
    const after = stops[stops.findIndex(({ item }) => item === question.item) + 1];
    if (after) this.goTo(after, false);
    return true;
  }

  /** Up or down one question. */
  move(by: number): void {
    const stops = this.stops();
    const at = stops.findIndex((stop) => this.isAt(stop));
    this.goTo(stops[Math.min(stops.length - 1, Math.max(0, at + by))] ?? null, true);
  }

  /** Whether a digit would be the first answer here: one that changes an answer leads nowhere. */
  get leadsOn(): boolean {
    const { stop } = this;
    if (!stop || !TAKES_DIGITS.has(stop.item.kind)) return false;
    return !said(this.host.answer(), stop.item, this.slotOf(stop.item))?.[stop.part];
  }

  /** To the next question, if digits answer it; false where the hand stays. */
  advance(): boolean {
    const stops = this.stops();
    const next = stops[stops.findIndex((stop) => this.isAt(stop)) + 1];
    if (!next || !TAKES_DIGITS.has(next.item.kind)) return false;
    this.goTo(next, true);
    return true;
  }

  goTo(to: Stop | null, typing: boolean): void {
    // Items are known by their names: those of another state are other objects.
    const item = this.items.find(({ name }) => name === to?.item.name);
    const stop = to && item ? { item, part: to.part } : null;
    this.stop = stop;
    for (const question of this.questions) question.current(stop?.item === question.item ? stop.part : null);
    this.legend?.element.classList.toggle("now", stop?.item === this.atImage);
    this.host.moved(stop?.item ?? null);
    const question = stop && this.questionOf(stop.item);
    if (typing) question?.element.scrollIntoView({ block: "nearest" });
    if (typing && stop?.part === "value") question?.field?.focus({ preventScroll: true });
  }

  /** The question that a point on the image answers: the current one until it is full, else one that is open. */
  pointing(): Item | null {
    const items = this.stops().flatMap(({ item }) => (isPointing(item) ? [item] : []));
    const entry = (item: Item) => said(this.host.answer(), item, this.slotOf(item));
    const here = items.find((item) => item === this.current);
    if (here && (entry(here)?.points ?? []).length < pointsOf(here)[1]) return here;
    const { shown } = this;
    return items.find((item) => shown && fault(item, entry(item), shown)) ?? here ?? null;
  }

  /** How an item is answered for the image in focus, or for one that is named. */
  pen(item: Item, slot?: string): Pen {
    const where = () => (item.of === "image" ? (slot ?? this.slotOf(item)) : null);
    const entry = () => said(this.host.answer(), item, where());
    return {
      item,
      entry,
      letters: () => this.letters(),
      put: (change) => {
        const now = entry() ?? blank(item, where());
        const next: Said | null = change && { ...now, missing: null, ...change };
        const about = change && "confidence" in change && !("value" in change) ? "confidence" : "value";
        this.host.act({ kind: "say", item, slot: where(), entry: next, about });
      },
      clicked: (event) => {
        if (event.detail > 0) (event.currentTarget as HTMLElement).blur();
      },
    };
  }

  toggleReasons(): void {
    if (!this.why) return;
    this.why.open = !this.why.open;
    if (this.why.open) this.why.querySelector("button")?.focus();
    else this.host.choose(this.host.focused());
  }

  /** Leaves room for questions that appear later, where all of them fit. */
  arrange(): void {
    this.box.classList.add("reserve");
    this.settle();
    if (this.box.scrollHeight > this.box.clientHeight + 1) this.box.classList.remove("reserve");
  }

  /** Below the images the rail keeps the height that its section begins with. */
  private settle(): void {
    const { style } = part("rail");
    const open = this.why?.open ?? false;
    if (this.why) this.why.open = false;
    style.height = "";
    if (LOW.matches && !document.body.classList.contains("questions")) {
      style.height = `${part("rail").offsetHeight}px`;
    }
    if (this.why) this.why.open = open;
  }

  private letters(): string[] {
    return this.shown ? lettersOf(this.shown) : [];
  }

  private slotOf(item: Item): string | null {
    if (item.of !== "image") return null;
    const letters = this.letters();
    const focus = this.host.focused();
    return letters.includes(focus) ? focus : (letters[0] ?? null);
  }

  private isAt(stop: Stop): boolean {
    return stop.item === this.stop?.item && stop.part === this.stop.part;
  }

  private questionOf(item: Item): Question | undefined {
    return this.questions.find((question) => question.item.name === item.name);
  }

  /** Where the keyboard can stop now, from top to bottom. */
  private stops(): Stop[] {
    const answer = this.host.answer();
    const here = this.items.filter((item) => applies(item, this.slotOf(item), this.items, answer));
    return here.flatMap((item) => this.questionOf(item)?.stops ?? [{ item, part: "value" } as const]);
  }

  private fill(several: boolean): void {
    const alone = this.items.filter((item) => item !== this.atImage).length < 2;
    let before: Item | null = null;
    let grid: HTMLElement | null = null;
    for (const item of this.items) {
      const bare = this.items.length === 1;
      if (item === this.atImage) {
        this.legend = legend(item, { bare, list: true, grid: false });
        this.box.append(this.legend.element);
        before = null;
        continue;
      }
      const list = alone && item.kind === "scale" && (item.scale?.points.length ?? 9) < 8;
      const joins = before !== null && sameScale(before, item);
      const look = { bare, list, grid: joins || sameScale(item, this.after(item)) };
      if (several && item.of === "image" && before?.of !== "image") this.box.append(this.imageTabs());
      if (look.grid && !joins) {
        grid = h("div", { class: "scale-grid" });
        this.box.append(grid);
      }
      (look.grid && grid ? grid : this.box).append(this.question(item, look, joins).element);
      before = item;
    }
  }

  private after(item: Item): Item | null {
    const next = this.items[this.items.indexOf(item) + 1];
    return next && next !== this.atImage ? next : null;
  }

  private question(item: Item, look: QuestionLook, joins: boolean): Question {
    const question = new Question(
      item,
      this.pen(item),
      // The last of a grid tells the ends of all.
      { ...look, grid: look.grid && (!joins || sameScale(item, this.after(item))) },
      () => this.host.spacingMm(),
      (stop) => !this.isAt(stop) && this.goTo(stop, false),
    );
    this.questions.push(question);
    return question;
  }

  /** Which image the questions below are about. */
  private imageTabs(): HTMLElement {
    const box = h("div", { class: "image-tabs", role: "group", "aria-label": word("which_image") });
    for (const letter of this.letters()) {
      const tab = h("button", { type: "button", "data-image": letter, "aria-pressed": "false" }, letter);
      tab.setAttribute("aria-label", word("image", { image: letter }));
      tab.addEventListener("click", () => this.host.choose(letter));
      this.tabs.push(tab);
      box.append(tab);
    }
    return box;
  }

  private reasons(reasons: NonNullable<Section["reasons"]>): HTMLElement {
    const tags = h("div", { class: "chips", role: "group", "aria-label": word("reasons") });
    // Without tags of the protocol, the spot alone is the reason.
    for (const tag of reasons.tags.length ? reasons.tags : [""]) {
      const name = tag || word("show_spot");
      const button = h(
        "button",
        { type: "button", class: "chip", "aria-pressed": "false", "data-tag": tag },
        name,
      );
      button.addEventListener("click", (event) => {
        this.host.act({ kind: "reason", slot: this.host.focused(), tag });
        if (event.detail > 0) button.blur();
      });
      tags.append(button);
    }
    const words = h("span", {}, word("why"), " ", h("span", { class: "soft optional" }, word("optional")));
    const summary = h("summary", {}, icon("chev"), words, h("span", { class: "given" }), kbdOf("y"));
    this.why = h("details", { class: "why" }, summary, tags);
    if (reasons.spot) this.why.append(h("p", { class: "soft spot" }, ...around("spot_how", kbdOf("x"))));
    return this.why;
  }

  private reflectReasons(answer: Answer, focus: string): void {
    const { why } = this;
    if (!why) return;
    const mine = answer.reasons.filter(({ slot }) => slot === focus);
    for (const button of why.querySelectorAll<HTMLElement>("[data-tag]")) {
      button.setAttribute("aria-pressed", String(mine.some(({ tag }) => tag === button.dataset.tag)));
    }
    why.classList.toggle("spotting", mine.length > 0);
    const given = mine.map(({ tag }) => tag || word("a_spot")).join(", ");
    why.querySelector(".given")?.replaceChildren(given);
  }
}

function sameScale(a: Item, b: Item | null): boolean {
  if (a.kind !== "scale" || b?.kind !== "scale" || a.of !== b.of || a.task || b.task) return false;
  return JSON.stringify(a.scale) === JSON.stringify(b.scale);
}
