/** Half-filled answers: kept in the browser at once, on the server a moment later. */

import { type Api, ApiError } from "./api";
import type { Draft, Presentation } from "./contract";
import type { Shelf } from "./store";

const QUIET_MS = 600;
const RETRY_MS = 3000;

export class Drafts {
  private here = new Map<string, Draft | null>();
  private timer = 0;
  private unsent: { token: string; draft: Draft } | null = null;

  constructor(
    private readonly api: Api,
    private readonly shelf: Shelf,
    /** Whether the server is ready for it: it takes drafts to the open trial alone. */
    private readonly isWanted: () => boolean,
    private readonly report: (kept: "here" | "saved", error: ApiError | null) => void,
  ) {}

  /** Reads what this browser remembers. */
  async recall(): Promise<void> {
    this.here = (await this.shelf.drafts()) ?? this.here;
  }

  /** The newer of what the server and this browser remember of a presentation. */
  latest(shown: Presentation): Draft | null {
    const here = this.here.get(shown.token);
    const there = shown.draft;
    if (!here || !there) return here ?? there;
    return here.saved_at >= there.saved_at ? here : there;
  }

  async save(token: string, draft: Draft): Promise<void> {
    this.unsent = { token, draft };
    this.later(QUIET_MS);
    this.here.set(token, draft);
    await this.shelf.putDraft(token, draft);
    if (this.unsent) this.report("here", null);
  }

  /** The answer has arrived. */
  forget(token: string): void {
    this.here.delete(token);
    void this.shelf.removeDraft(token);
  }

  /** The answer itself is on its way; its draft is of no more use. */
  drop(): void {
    clearTimeout(this.timer);
    this.unsent = null;
  }

  /** Sends what is left, if anything, now that nothing stands before it. */
  hurry(): boolean {
    if (this.unsent) this.later(0);
    return this.unsent !== null;
  }

  /** Sends what is left before the page goes away. */
  leave(): void {
    if (this.unsent) void this.send(true);
  }

  private later(waitMs: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(false), waitMs);
  }

  private async send(leaving: boolean): Promise<void> {
    const sent = this.unsent;
    if (!sent) return;
    if (!this.isWanted()) {
      this.later(RETRY_MS);
      return;
    }
    try {
      await this.api.saveDraft(sent.token, sent.draft, leaving);
      if (this.unsent !== sent) return;
      this.unsent = null;
      this.report("saved", null);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // A newer draft or the answer itself has taken its place.
      if (this.unsent !== sent) return;
      this.report("here", error);
      if (error.trouble === "network" || error.trouble === "busy") this.later(RETRY_MS);
    }
  }
}
