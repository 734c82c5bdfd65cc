/** What stands around the images: where the reader is, what is still missing, what is saved. */

import { word } from "./catalogue";
import type { Presentation, Section } from "./contract";
import { part } from "./dom";
import { itemsOf } from "./items";
import * as words from "./words";

export interface FrameHost {
  submit(): void;
  back(): void;
  pause(): void;
  stop(): void;
}

/** A wait that nobody notices needs no words. */
const NOTICED_MS = 400;
/** So many answers tell how long one takes. */
const LEAST_PACES = 3;
const MOST_PACES = 12;

export class Frame {
  private waiting = 0;
  private readonly paces: number[] = [];
  /** Minutes left of the whole study when the page came, as far as the reader was told of them. */
  private readonly whole = Number(document.body.dataset.minutes);
  private spentMs = 0;

  constructor(host: FrameHost) {
    part("submit").addEventListener("click", (event) => {
      // The second half of a double click was not meant for the next trial.
      if (event.detail < 2) host.submit();
    });
    part("back").addEventListener("click", () => host.back());
    part("pause").addEventListener("click", () => host.pause());
    part("stop-here").addEventListener("click", () => host.stop());
  }

  section(section: Section, practice: boolean): void {
    part("section").textContent = section.title;
    part("practice").hidden = !practice;
    part<HTMLProgressElement>("bar").max = Math.max(1, section.total);
    this.answered(section.answered);
  }

  trial(section: Section, shown: Presentation): void {
    const items = itemsOf(section, shown);
    const own = words.question(section, shown) ?? (items.length === 1 ? items[0]?.ask : undefined);
    part("question").textContent = own ?? section.title;
    // What stands above it need not be said twice.
    part("section").hidden = own === undefined;
    // A page of questions is no trial.
    part("count").textContent =
      shown.kind === "questions" ? "" : word("count", { number: shown.number, total: section.total });
    part("back").hidden = !(section.allow_back && shown.back);
    this.review(null);
    this.left(section, shown.number - 1);
  }

  answered(count: number): void {
    part<HTMLProgressElement>("bar").value = count;
  }

  /** How long the answer just given took, in milliseconds of looking. */
  took(activeMs: number): void {
    this.paces.push(activeMs);
    this.spentMs += activeMs;
    if (this.paces.length > MOST_PACES) this.paces.shift();
  }

  /** How much of the next images has arrived, from 0 to 1; null: nothing is waited for. */
  loading(share: number | null): void {
    if (share === null) {
      clearTimeout(this.waiting);
      this.waiting = 0;
      part("loading").hidden = true;
      return;
    }
    this.waiting ||= window.setTimeout(() => {
      part("loading").hidden = false;
      this.tellLoading();
    }, NOTICED_MS);
    part<HTMLProgressElement>("arrived").value = share;
    part("percent").textContent = `${Math.floor(100 * share)} %`;
    this.tellLoading();
  }

  /** Over images it would cover them: it stands where the answer waits for it. */
  private tellLoading(): void {
    const { hidden, textContent } = part("loading");
    if (!hidden) this.status(textContent, false);
  }

  /** What the answer still lacks, if anything; `ready`: it may be submitted. */
  status(missing: string | null, ready: boolean): void {
    this.tell(missing ?? word("complete"));
    part("state").classList.toggle("ok", missing === null);
    part("submit").setAttribute("aria-disabled", String(!ready));
  }

  /** Words beside the submit button. */
  tell(text: string): void {
    part("lacks").textContent = text;
  }

  /** How the answer was, until the reader goes on; null takes it away. */
  review(told: { sentence: string; correct: boolean | null } | null): void {
    const state = part("state");
    state.classList.toggle("judged", (told?.correct ?? null) !== null);
    part("submit-words").textContent = word(told ? "continue" : "next");
    if (!told) return;
    this.status(words.reviewed(told), true);
    // A tick beside "Incorrect" would say the opposite.
    state.classList.toggle("ok", told.correct !== false);
  }

  saved(text: string): void {
    part("saved").textContent = text;
  }

  /** Empty before the pace is known. */
  get leftInWords(): string {
    const { hidden, textContent } = part("left");
    return hidden ? "" : textContent;
  }

  /** Minutes left in this section at the reader's own pace. */
  private left(section: Section, answered: number): void {
    const box = part("left");
    const { paces } = this;
    box.hidden = paces.length < LEAST_PACES;
    const pace = paces.reduce((sum, ms) => sum + ms, 0) / paces.length;
    const minutes = Math.max(1, Math.round((pace * (section.total - answered)) / 60_000));
    const all = Math.max(minutes, this.whole - Math.round(this.spentMs / 60_000));
    box.textContent = word(this.whole ? "minutes_left_all" : "minutes_left", { count: minutes, all });
  }
}
