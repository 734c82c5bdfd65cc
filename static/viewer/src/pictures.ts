/** The pictures of trials: fetched once, ahead where possible, given back when they are no longer needed. */

import { type Api, ApiError } from "./api";
import type { ImageOffer, Presentation } from "./contract";
import { asPicture, type Picture } from "./renderer";

const RETRY_MS = 1000;

export class Pictures {
  private readonly known = new Map<string, Promise<Picture>>();
  private readonly here = new Set<string>();

  constructor(
    private readonly api: Api,
    private readonly waiting: (error: ApiError) => void,
  ) {}

  of(trial: Presentation): Promise<Picture[]> {
    return Promise.all(trial.images.map((image) => this.get(image)));
  }

  /** Whether all pictures of a trial have arrived. */
  have(trial: Presentation): boolean {
    return trial.images.every(({ url }) => this.here.has(url));
  }

  /** Forgets all pictures but those of these trials. */
  keep(trials: readonly Presentation[]): void {
    const wanted = new Set(trials.flatMap(({ images }) => images.map(({ url }) => url)));
    for (const url of this.known.keys()) {
      if (wanted.has(url)) continue;
      this.known.delete(url);
      this.here.delete(url);
    }
  }

  private get(image: ImageOffer): Promise<Picture> {
    const { url } = image;
    const known = this.known.get(url);
    if (known) return known;
    const coming = this.fetch(image);
    this.known.set(url, coming);
    coming.then(
      () => this.here.add(url),
      () => this.known.delete(url),
    );
    return coming;
  }

  private async fetch(image: ImageOffer): Promise<Picture> {
    for (;;) {
      try {
        return asPicture(await this.api.pixels(image.url), image);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.waiting(error);
        if (error.trouble !== "network" && error.trouble !== "busy") throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.max(RETRY_MS, error.retryAfterMs)));
      }
    }
  }
}
