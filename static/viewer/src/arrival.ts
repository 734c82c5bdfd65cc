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
  private headCame!: (bytes: ArrayBuffer) => void;
  readonly head = new Promise<ArrayBuffer>((resolve) => {
    this.headCame = resolve;
  });

  constructor(
    length: number,
    private readonly progressed: (share: number) => void = () => {},
    /** Where in the body it begins, of a part; null for all of it. */
    private readonly start: number | null = null,
    /** How many bytes at its beginning are waited for. */
    private readonly headLength = 0,
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

  /** Asks for a part, or for the rest alone. */
  get range(): Record<string, string> {
    const { start, received } = this;
    if (start !== null) {
      return { Range: `bytes=${start + received}-${start + this.bytes.length - 1}` };
    }
    return received ? { Range: `bytes=${received}-` } : {};
  }

  async take(response: Response, silence: Pick<Silence, "heard">): Promise<void> {
    // A server or proxy that knows no ranges begins at the first byte again, and goes on to the last.
    let skipped = 0;
    if (response.status !== 206) {
      this.received = 0;
      skipped = this.start ?? 0;
    }
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      silence.heard();
      const wanted = value.subarray(skipped, skipped + this.bytes.length - this.received);
      skipped = Math.max(0, skipped - value.length);
      this.add(wanted);
    }
  }

  private add(chunk: Uint8Array): void {
    const { headLength, received } = this;
    this.bytes.set(chunk, received);
    this.received += chunk.length;
    if (received < headLength && this.received >= headLength) {
      this.headCame(this.bytes.buffer.slice(0, headLength));
    }
    this.progressed(this.received / this.bytes.length);
  }
}
