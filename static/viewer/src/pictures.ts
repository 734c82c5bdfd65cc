/** The pictures of trials: fetched once, ahead where possible, given back when they are no longer needed. */

import { type Api, ApiError } from "./api";
import { Arrival } from "./arrival";
import type { ImageOffer, Presentation } from "./contract";
import { Film } from "./film";
import { asPicture, type Picture } from "./renderer";
import { levelsOf, unpacking, wireOf } from "./wire";

const RETRY_MS = 1000;
/** Frames that are fetched at once. */
const AT_ONCE = 4;
/** What may be held of trials that are not on the screen yet. */
const AHEAD_BYTES = 80_000_000;
/** What may be held of the trial on the screen, in gigabytes of the machine's memory. */
const SHARE_OF_MEMORY = 80_000_000;

export class Pictures {
  private readonly known = new Map<string, Promise<Picture>>();
  private readonly here = new Set<string>();
  private readonly shares = new Map<string, number>();
  private readonly films = new Map<string, Film>();
  /** The first bytes of images that have a preview. */
  private readonly heads = new Map<string, Promise<ArrayBuffer>>();
  /** Addresses of the images of each trial, the one on the screen first. */
  private order: string[][] = [];
  private running = 0;
  /** The first frames of a trial are on their way to the screen: nothing else takes their time. */
  private holding = false;

  constructor(
    private readonly api: Api,
    private readonly waiting: (error: ApiError) => void,
    private readonly progressed: () => void,
  ) {}

  of(trial: Presentation): Promise<Picture[]> {
    return Promise.all(trial.images.map((image) => this.get(image)));
  }

  /** All images of a trial at a quarter of their resolution; null where that comes no sooner than they do. */
  async preview(trial: Presentation): Promise<Picture[] | null> {
    const heads = await Promise.all(trial.images.map(({ url }) => this.heads.get(url) ?? null));
    if (this.have(trial) || heads.includes(null)) return null;
    const { unpackedPreview } = await unpacking();
    const made = trial.images.map(async (image, i) =>
      asPicture(await unpackedPreview(image, heads[i] as ArrayBuffer), image),
    );
    return Promise.all(made);
  }

  /** Whether all pictures of a trial have arrived; of films, the frames that are shown first. */
  have(trial: Presentation): boolean {
    return trial.images.every(({ url }) => this.here.has(url));
  }

  /** How much of a trial has arrived, from 0 to 1. */
  share(trial: Presentation): number {
    const all = trial.images.map(({ url }) => this.shares.get(url) ?? 0);
    return all.reduce((sum, share) => sum + share, 0) / Math.max(1, all.length);
  }

  /** Forgets all pictures but those of these trials, of which the first comes first. */
  keep(trials: readonly Presentation[]): void {
    this.holding = true;
    this.order = trials.map(({ images }) => images.map(({ url }) => url));
    const wanted = new Set(this.order.flat());
    for (const url of this.known.keys()) {
      if (wanted.has(url)) continue;
      this.known.delete(url);
      this.here.delete(url);
      this.shares.delete(url);
      this.films.delete(url);
      this.heads.delete(url);
    }
  }

  /** The images of the trial are on the screen. */
  drawn(): void {
    this.holding = false;
    this.fill();
  }

  /** Fetches the frames of films, the nearest to the reader first. */
  private fill(): void {
    while (this.running < AT_ONCE && !this.holding) {
      const found = this.nextBlock();
      if (!found) return;
      const [film, block] = found;
      this.running += 1;
      film.fetching(block, true);
      void this.fetchBlock(film, block)
        .catch(() => film.fetching(block, false))
        .finally(() => {
          this.running -= 1;
          this.fill();
        });
    }
  }

  /** Of the trial on the screen all films alike, then what fits of those ahead. */
  private nextBlock(): [Film, number] | null {
    const begun = this.order.map((urls) =>
      // None goes on before all of a trial have their first frames.
      urls.every((url) => this.here.has(url)) ? urls.flatMap((url) => this.films.get(url) ?? []) : [],
    );
    const [shown = [], ...ahead] = begun;
    const memory = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
    const room = memory * SHARE_OF_MEMORY - held(shown);
    const next = least(shown, room > 0);
    if (next) return next;
    if (held(ahead.flat()) >= AHEAD_BYTES) return null;
    for (const films of ahead) {
      const found = least(films, true);
      if (found) return found;
    }
    return null;
  }

  private get(image: ImageOffer): Promise<Picture> {
    const { url } = image;
    const known = this.known.get(url);
    if (known) return known;
    const coming = image.frames > 1 ? this.begin(image) : this.fetch(image);
    this.known.set(url, coming);
    coming.then(
      () => {
        this.here.add(url);
        performance.mark("image fetched", { detail: url });
        this.fill();
      },
      () => this.known.delete(url),
    );
    return coming;
  }

  private async fetch(image: ImageOffer): Promise<Picture> {
    const { url } = image;
    const wire = wireOf(image);
    const told = (share: number) => this.arriving(url, share);
    const arrival = new Arrival(wire.head + wire.frame, told, null, wire.head);
    if (wire.head) this.heads.set(url, arrival.head);
    await this.patiently(wire.url, arrival);
    return asPicture(await levelsOf(image, arrival.buffer, wire.head), image);
  }

  /** The frame that is shown first; the others follow. */
  private async begin(image: ImageOffer): Promise<Picture> {
    const film = new Film(image, () => this.fill());
    const { wire } = film;
    const told = (share: number) => this.arriving(image.url, share);
    const arrival = new Arrival(wire.frame, told, wire.head + film.at * wire.frame);
    await this.patiently(wire.url, arrival);
    this.films.set(image.url, film);
    return film.begin(await levelsOf(image, arrival.buffer));
  }

  private async fetchBlock(film: Film, block: number): Promise<void> {
    const { start, length, whole } = film.range(block);
    const arrival = new Arrival(length, undefined, whole ? null : start);
    await this.patiently(film.wire.url, arrival);
    await film.take(block, arrival.buffer);
  }

  private arriving(url: string, share: number): void {
    this.shares.set(url, share);
    this.progressed();
  }

  private async patiently(url: string, arrival: Arrival): Promise<void> {
    for (;;) {
      try {
        await this.api.pixels(url, arrival);
        return;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.waiting(error);
        if (error.trouble !== "network" && error.trouble !== "busy") throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.max(RETRY_MS, error.retryAfterMs)));
      }
    }
  }
}

function held(films: readonly Film[]): number {
  return films.reduce((sum, film) => sum + film.heldBytes, 0);
}

/** The next block of the film of which least is here, so that no image is ahead of the others. */
function least(films: readonly Film[], hasRoom: boolean): [Film, number] | null {
  const open = films.filter((film) => !film.isComplete && film.next() !== null);
  const [film] = open.sort((a, b) => a.asked - b.asked);
  if (!film) return null;
  if (!hasRoom && !film.frame(film.at)) {
    const largest = [...films].sort((a, b) => b.heldBytes - a.heldBytes)[0];
    if (!largest?.forgetFarthest()) return null;
  } else if (!hasRoom) return null;
  const block = film.next();
  return block === null ? null : [film, block];
}
