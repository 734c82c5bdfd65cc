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
    // The server tells first how the answer was, or how long the next images are shown.
    return this.waits ? null : (this.open[0] ?? null);
  }

  /** Whether what comes next is known only once the answer has arrived. */
  get waits(): boolean {
    return this.tells || this.state?.current?.kind === "questions";
  }

  /** Whether the reader is told how each answer was. */
  get tells(): boolean {
    return this.state?.practice || this.state?.section?.screen.feedback || false;
  }
}
