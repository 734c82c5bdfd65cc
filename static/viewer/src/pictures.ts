/** The pictures of trials: fetched once, ahead where possible, given back when they are no longer needed. */

import { type Api, ApiError } from "./api";
import { Arrival } from "./arrival";
import type { ImageOffer, Presentation } from "./contract";
import { asPicture, bytesOf, type Picture } from "./renderer";

const RETRY_MS = 1000;

export class Pictures {
  private readonly known = new Map<string, Promise<Picture>>();
  private readonly here = new Set<string>();
  private readonly shares = new Map<string, number>();

  constructor(
    private readonly api: Api,
    private readonly waiting: (error: ApiError) => void,
    private readonly progressed: () => void,
  ) {}

  of(trial: Presentation): Promise<Picture[]> {
    return Promise.all(trial.images.map((image) => this.get(image)));
  }

  /** Whether all pictures of a trial have arrived. */
  have(trial: Presentation): boolean {
    return trial.images.every(({ url }) => this.here.has(url));
  }

  /** How much of a trial has arrived, from 0 to 1. */
  share(trial: Presentation): number {
    const all = trial.images.map(({ url }) => this.shares.get(url) ?? 0);
    return all.reduce((sum, share) => sum + share, 0) / Math.max(1, all.length);
  }

  /** Forgets all pictures but those of these trials. */
  keep(trials: readonly Presentation[]): void {
    const wanted = new Set(trials.flatMap(({ images }) => images.map(({ url }) => url)));
    for (const url of this.known.keys()) {
      if (wanted.has(url)) continue;
      this.known.delete(url);
      this.here.delete(url);
      this.shares.delete(url);
    }
  }

  private get(image: ImageOffer): Promise<Picture> {
    const { url } = image;
    const known = this.known.get(url);
    if (known) return known;
    const coming = this.fetch(image);
    this.known.set(url, coming);
    coming.then(
      () => {
        this.here.add(url);
        performance.mark("image fetched", { detail: url });
      },
      () => this.known.delete(url),
    );
    return coming;
  }

  private async fetch(image: ImageOffer): Promise<Picture> {
    const { url } = image;
    const arrival = new Arrival(bytesOf(image), (share) => {
      this.shares.set(url, share);
      this.progressed();
    });
    for (;;) {
      try {
        await this.api.pixels(url, arrival);
        return asPicture(arrival.buffer, image);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.waiting(error);
        if (error.trouble !== "network" && error.trouble !== "busy") throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.max(RETRY_MS, error.retryAfterMs)));
      }
    }
  }
}
