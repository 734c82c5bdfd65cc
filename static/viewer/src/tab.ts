/** This tab as the server knows it: its sitting, and what happened in it. */

import { type Api, ApiError } from "./api";
import { uuid } from "./dom";

const SEND_EVERY_MS = 10_000;
/** How long another tab of this browser has to say that it is there. */
const ANSWER_MS = 250;
/** A page this young has just been opened. */
const NEW_MS = 15_000;

export class Tab {
  private readonly instance = uuid();
  private readonly channel: BroadcastChannel | null;
  private events: Array<{ kind: string; t_ms: number }> = [];
  private seated = false;
  private isHereElsewhere = false;

  constructor(
    private readonly api: Api,
    /** Names what this browser keeps for the reader, and tells nobody whose it is. */
    private readonly shelf: string,
    superseded: () => void,
  ) {
    // What a closed tab of this browser left open goes on here.
    api.sitting = sessionStorage.getItem(this.key) ?? localStorage.getItem(this.key) ?? "";
    if (!api.sitting) this.renew();
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(shelf) : null;
    this.channel?.addEventListener("message", ({ data }) => {
      if (data.instance === this.instance) return;
      if (data.kind === "taken_over") superseded();
      if (data.kind === "hello" && this.seated) this.tell("here", data.instance);
      if (data.kind === "here" && data.to === this.instance)
        this.met(data.sitting === api.sitting, superseded);
    });
    // A tab that slept may have been taken for closed.
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.seated) this.tell("hello");
    });
    setInterval(() => this.flush(false), SEND_EVERY_MS);
  }

  /** Sits down. Another tab of this browser gives way without a word, another machine only if `takeOver`. */
  async open(takeOver: boolean): Promise<void> {
    if (!takeOver) this.tell("hello");
    try {
      await this.api.openSitting(takeOver);
    } catch (error) {
      if (takeOver || !(error instanceof ApiError) || error.trouble !== "other_tab") throw error;
      await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
      if (!this.isHereElsewhere) throw error;
      await this.open(true);
      return;
    }
    this.seated = true;
    this.remember();
    if (takeOver) this.tell("taken_over");
  }

  /** Another tab of this browser is at this study, perhaps with the very sitting of this one. */
  private met(isSame: boolean, superseded: () => void): void {
    this.isHereElsewhere = true;
    if (!isSame) return;
    // Who has just come takes over under a name of their own; who slept was taken over.
    if (performance.now() > NEW_MS) superseded();
    else {
      this.renew();
      this.api.seating = this.open(true).catch(superseded);
    }
  }

  happened(kind: string): void {
    this.events.push({ kind, t_ms: Date.now() });
  }

  /** Sends what happened to a server that knows the sitting; on failure it stays for the next time. */
  flush(leaving: boolean): void {
    if (!this.events.length || !this.seated) return;
    const sent = this.events;
    this.events = [];
    this.api.events(sent, leaving).catch((error) => {
      if (!(error instanceof ApiError)) throw error;
      this.events = [...sent, ...this.events].slice(-200);
    });
  }

  private tell(kind: string, to?: string): void {
    this.channel?.postMessage({ kind, to, instance: this.instance, sitting: this.api.sitting });
  }

  private renew(): void {
    this.api.sitting = uuid();
    this.remember();
  }

  private remember(): void {
    sessionStorage.setItem(this.key, this.api.sitting);
    // A tab may be closed before it hears that it sits.
    if (this.seated || !localStorage.getItem(this.key)) localStorage.setItem(this.key, this.api.sitting);
  }

  private get key(): string {
    return `${this.shelf} sitting`;
  }
}
