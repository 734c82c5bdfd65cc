/** This tab as the server knows it: its sitting, and what happened in it. */

import { type Api, ApiError } from "./api";
import { uuid } from "./dom";

const SEND_EVERY_MS = 10_000;

export class Tab {
  private readonly instance = uuid();
  private readonly channel: BroadcastChannel | null;
  private events: Array<{ kind: string; t_ms: number }> = [];
  private seated = false;

  constructor(
    private readonly api: Api,
    private readonly study: string,
    superseded: () => void,
  ) {
    api.sitting = sessionStorage.getItem(this.key("sitting")) ?? this.renew();
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(`readerstudy ${study}`) : null;
    this.channel?.addEventListener("message", ({ data }) => {
      if (data.instance === this.instance) return;
      if (data.kind === "taken_over") superseded();
      // A duplicated tab inherits the sitting of its original, which keeps it.
      if (data.kind === "hello" && data.sitting === api.sitting) this.tell("mine", data.instance);
      if (data.kind === "mine" && data.to === this.instance) {
        this.renew();
        superseded();
      }
    });
    setInterval(() => this.flush(false), SEND_EVERY_MS);
  }

  async open(takeOver: boolean): Promise<void> {
    if (!takeOver) this.tell("hello");
    await this.api.openSitting(takeOver);
    this.seated = true;
    if (takeOver) this.tell("taken_over");
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

  private renew(): string {
    this.api.sitting = uuid();
    sessionStorage.setItem(this.key("sitting"), this.api.sitting);
    return this.api.sitting;
  }

  private key(name: string): string {
    return `readerstudy ${this.study} ${name}`;
  }
}
