/** What is to be read next, as far as the server has told and this browser has answered since. */

import type { Presentation, State } from "./contract";

export class Course {
  private state: State | null = null;

  /** `isAnswered`: whether an answer to this trial is on its way. */
  constructor(private readonly isAnswered: (token: string) => boolean) {}

  follow(state: State): void {
    this.state = state;
  }

  /** Trials that are known and not answered, in their order. */
  get open(): Presentation[] {
    const { current, ahead } = this.state ?? { current: null, ahead: [] };
    return current ? [current, ...ahead].filter(({ token }) => !this.isAnswered(token)) : [];
  }

  /** Where the next trial may be shown before the server has taken the answer to this one. */
  get next(): Presentation | null {
    // Practice waits: the server tells first how the answer was.
    return this.state?.practice ? null : (this.open[0] ?? null);
  }
}
