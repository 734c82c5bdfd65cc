/** Long downloads on slow lines: a connection may take its time, but not fall silent. */

const SILENCE_MS = 20_000;

/** Aborts a request over which nothing has come for a while, however long it takes as a whole. */
export class Silence {
  private readonly controller = new AbortController();
  private timer = 0;

  constructor() {
    this.heard();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  heard(): void {
    this.over();
    this.timer = window.setTimeout(() => this.controller.abort(), SILENCE_MS);
  }

  over(): void {
    clearTimeout(this.timer);
  }
}

/** What has arrived of a body whose length is known. It survives a connection, so that the next one continues. */
export class Arrival {
  private readonly bytes: Uint8Array<ArrayBuffer>;
  private received = 0;

  constructor(
    length: number,
    private readonly progressed: (share: number) => void = () => {},
  ) {
    this.bytes = new Uint8Array(length);
  }

  get isComplete(): boolean {
    return this.received === this.bytes.length;
  }

  /** What arrived; shorter than announced where the server ended the body early. */
  get buffer(): ArrayBuffer {
    return this.isComplete ? this.bytes.buffer : this.bytes.buffer.slice(0, this.received);
  }

  /** Asks for the rest alone. */
  get range(): Record<string, string> {
    return this.received ? { Range: `bytes=${this.received}-` } : {};
  }

  async take(response: Response, silence: Silence): Promise<void> {
    // A server or proxy that knows no ranges begins at the first byte again.
    if (response.status !== 206) this.received = 0;
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      silence.heard();
      this.add(value);
    }
  }

  private add(chunk: Uint8Array): void {
    this.bytes.set(chunk, this.received);
    this.received += chunk.length;
    this.progressed(this.received / this.bytes.length);
  }
}
