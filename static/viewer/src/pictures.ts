/** Pixels by address: fetched once, ahead where possible, given back when they are no longer needed. */

import { type Api, ApiError } from "./api";
import { fullWindow } from "./grey";
import { asPicture, type Picture } from "./renderer";

export interface Shape {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
}

const RETRY_MS = 1000;

export class Pictures {
  private readonly known = new Map<string, Promise<Picture>>();
  private readonly here = new Set<string>();

  constructor(
    private readonly api: Api,
    private readonly waiting: (error: ApiError) => void,
  ) {}

  get(url: string, shape: Shape): Promise<Picture> {
    const known = this.known.get(url);
    if (known) return known;
    const coming = this.fetch(url, shape);
    this.known.set(url, coming);
    coming.then(
      () => this.here.add(url),
      () => this.known.delete(url),
    );
    return coming;
  }

  all(urls: readonly string[], shape: Shape): Promise<Picture[]> {
    return Promise.all(urls.map((url) => this.get(url, shape)));
  }

  /** Whether all of these have arrived. */
  have(urls: readonly string[]): boolean {
    return urls.every((url) => this.here.has(url));
  }

  /** Forgets all pictures but these. */
  keep(urls: readonly string[]): void {
    for (const url of this.known.keys()) {
      if (urls.includes(url)) continue;
      this.known.delete(url);
      this.here.delete(url);
    }
  }

  private async fetch(url: string, shape: Shape): Promise<Picture> {
    for (;;) {
      try {
        const buffer = await this.api.pixels(url);
        return asPicture(buffer, { ...shape, window: fullWindow(shape.bits) });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.waiting(error);
        if (error.trouble !== "network" && error.trouble !== "busy") throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.max(RETRY_MS, error.retryAfterMs)));
      }
    }
  }
}
