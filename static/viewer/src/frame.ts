/** What stands around the images: where the reader is, what is still missing, what is saved. */

import { word } from "./catalogue";
import type { Presentation, Section } from "./contract";
import { part } from "./dom";
import * as words from "./words";

export interface FrameHost {
  submit(): void;
  back(): void;
  pause(): void;
}

/** A wait that nobody notices needs no words. */
const NOTICED_MS = 400;

export class Frame {
  private waiting = 0;

  constructor(host: FrameHost) {
    part("submit").addEventListener("click", (event) => {
      // The second half of a double click was not meant for the next trial.
      if (event.detail < 2) host.submit();
    });
    part("back").addEventListener("click", () => host.back());
    part("pause").addEventListener("click", () => host.pause());
  }

  section(section: Section, { images }: Presentation, practice: boolean): void {
    part("question").textContent = words.question(images.length);
    part("section").textContent = section.title;
    part("practice").hidden = !practice;
    part<HTMLProgressElement>("bar").max = Math.max(1, section.total);
    this.answered(section.answered);
  }

  trial(section: Section, shown: Presentation): void {
    part("count").textContent = word("count", { number: shown.number, total: section.total });
    part("back").hidden = !(section.allow_back && shown.back);
  }

  answered(count: number): void {
    part<HTMLProgressElement>("bar").value = count;
  }

  /** How much of the next images has arrived, from 0 to 1; null: nothing is waited for. */
  loading(share: number | null): void {
    if (share === null) {
      clearTimeout(this.waiting);
      this.waiting = 0;
      part("loading").hidden = true;
    } else if (!this.waiting) {
      this.waiting = window.setTimeout(() => {
        part("loading").hidden = false;
      }, NOTICED_MS);
    }
    part<HTMLProgressElement>("arrived").value = share ?? 0;
    part("percent").textContent = `${Math.floor(100 * (share ?? 0))} %`;
  }

  /** What the answer still lacks, if anything; `ready`: it may be submitted. */
  status(missing: string | null, ready: boolean): void {
    this.tell(missing ?? word("complete"));
    part("submit").setAttribute("aria-disabled", String(!ready));
  }

  /** Words beside the submit button. */
  tell(text: string): void {
    part("lacks").textContent = text;
  }

  saved(text: string): void {
    part("saved").textContent = text;
  }
}
