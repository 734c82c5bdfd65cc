/** Answers on their way to the server: written down first, sent in order, repeated until acknowledged. */

import { type Api, ApiError } from "./api";
import type { Accepted } from "./contract";
import type { Shelf, Waiting } from "./store";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export interface OutboxWatcher {
  accepted(waiting: Waiting, answer: Accepted): void;
  /** Could not be sent now. */
  trouble(error: ApiError): void;
  /** The server will never take this answer, and said why. */
  refused(error: ApiError): void;
}

export class Outbox {
  private queue: Waiting[] = [];
  private flushing: Promise<void> | null = null;
  private timer = 0;
  private wait = FIRST_WAIT_MS;
  /** The server has just said that this reader is signed in: what it does not know of them now, it never will. */
  private recognised = false;

  constructor(
    private readonly study: string,
    private readonly api: Api,
    private readonly shelf: Shelf,
    private readonly watcher: OutboxWatcher,
  ) {
    addEventListener("online", () => this.hurry());
    addEventListener("beforeunload", (event) => {
      if (this.needsPage) event.preventDefault();
    });
  }

  /** Resolves when the answer is kept here; from then on it goes out by itself. */
  async put(waiting: Omit<Waiting, "study">): Promise<void> {
    const kept = await this.shelf.add({ ...waiting, study: this.study });
    // Only now: while it was written down, another answer may have left the queue.
    this.queue = [...this.queue, kept];
    void this.flush();
  }

  get size(): number {
    return this.queue.length;
  }

  /** Whether something waits here that would go with the page. */
  get needsPage(): boolean {
    return this.queue.some(({ seq }) => seq === undefined);
  }

  holds(token: string): boolean {
    return this.queue.some((waiting) => waiting.token === token);
  }

  /** Takes up what an earlier page, or another tab, left in this browser, and sends it. */
  async takeUp(): Promise<void> {
    this.queue = await this.shelf.waiting(this.study);
    this.recognised = true;
    await this.flush();
    this.recognised = false;
  }

  /** Tries again now instead of after the present wait. */
  hurry(): void {
    this.wait = FIRST_WAIT_MS;
    void this.flush();
  }

  /** Resolves when everything is sent, or cannot be for now. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.flushing ??= this.sendAll().finally(() => {
      this.flushing = null;
    });
    return this.flushing;
  }

  private async sendAll(): Promise<void> {
    for (;;) {
      const [first] = this.queue;
      if (!first) return;
      try {
        const accepted = await this.api.respond(first.token, first.submission);
        this.forget(first);
        this.wait = FIRST_WAIT_MS;
        this.watcher.accepted(first, accepted);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (!this.failed(error, first)) return;
      }
    }
  }

  /** Nobody waits for this: an answer that is sent again is the same answer. */
  private forget(waiting: Waiting): void {
    this.queue = this.queue.filter((item) => item !== waiting);
    void this.shelf.remove(waiting);
  }

  /** Whether the next answer may be tried at once. */
  private failed(error: ApiError, waiting: Waiting): boolean {
    if (error.trouble === "refused" || (error.code === "not_found" && this.recognised)) {
      this.forget(waiting);
      this.watcher.refused(error);
      return true;
    }
    if (error.trouble === "network" || error.trouble === "busy") {
      const retryMs = Math.max(error.retryAfterMs, this.wait);
      this.wait = Math.min(LONGEST_WAIT_MS, this.wait * 2);
      this.timer = window.setTimeout(() => void this.flush(), retryMs);
    }
    this.watcher.trouble(error);
    return false;
  }
}
