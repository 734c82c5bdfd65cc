/** The reading page: shows a trial, takes the answer, shows the next one. */

import { finished, lacks } from "./answer";
import { Api, ApiError } from "./api";
import type { Accepted, Presentation, Section, State } from "./contract";
import { leisure, part, uuid } from "./dom";
import { Drafts } from "./drafts";
import { Lightbox } from "./lightbox";
import { ask, banner, type Question, say } from "./notices";
import { Outbox } from "./outbox";
import { Pictures } from "./pictures";
import { Presence } from "./presence";
import { openShelf, type Shelf, type Waiting } from "./store";
import { Tab } from "./tab";
import * as words from "./words";

class ReadingPage {
  private readonly api: Api;
  private readonly tab: Tab;
  private readonly drafts: Drafts;
  private readonly outbox: Outbox;
  private readonly pictures: Pictures;
  private readonly presence: Presence;
  private readonly box: Lightbox;
  private state: State | null = null;
  private sending = false;
  private sectionSeen: string | null = null;

  constructor(
    private readonly body: DOMStringMap,
    shelf: Shelf,
  ) {
    this.api = new Api(body.api as string);
    this.tab = new Tab(this.api, body.study as string, () => void this.elsewhere());
    this.presence = new Presence({
      happened: (kind) => this.tab.happened(kind),
      idle: () => void this.pause("idle"),
    });
    this.drafts = new Drafts(this.api, shelf, (kept, error) => this.kept(kept, error));
    this.pictures = new Pictures(this.api, (error) => this.trouble(error));
    this.outbox = new Outbox(body.study as string, this.api, shelf, {
      accepted: (waiting, answer) => void this.accepted(waiting, answer),
      trouble: (error, waiting) => this.unsent(error, waiting),
      refused: (error) => void this.refused(error),
    });
    this.box = new Lightbox(this.presence, {
      painted: () => void this.prefetch(),
      changed: () => this.changed(),
      submit: () => void this.submit(),
      back: () => void this.back(),
      pause: () => void this.pause("pause"),
    });
    part("submit").addEventListener("click", () => void this.submit());
    part("back").addEventListener("click", () => void this.back());
    part("pause").addEventListener("click", () => void this.pause("pause"));
    addEventListener("pagehide", () => {
      this.tab.happened("left");
      this.leave();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.leave();
    });
  }

  async start(): Promise<void> {
    await this.patiently(() => this.tab.open(false));
    await this.takeUp();
  }

  /** Sends what was left here; the state comes with the last acknowledgement, or is asked for. */
  private async takeUp(): Promise<void> {
    await this.drafts.recall();
    const before = this.state;
    await this.outbox.takeUp();
    if (this.state === before && !this.outbox.size) await this.refresh();
  }

  private async refresh(): Promise<void> {
    await this.patiently(async () => this.show(await this.api.state()));
  }

  /** Does it again until the server is there, telling the reader what is the matter. */
  private async patiently(attempt: () => Promise<void>): Promise<void> {
    for (let waitMs = 500; ; waitMs = Math.min(15_000, waitMs * 2)) {
      try {
        await attempt();
        banner(null);
        return;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.trouble(error);
        if (error.trouble !== "network" && error.trouble !== "busy") return;
        await new Promise((resolve) => setTimeout(resolve, Math.max(waitMs, error.retryAfterMs)));
      }
    }
  }

  private async show(state: State): Promise<void> {
    this.state = state;
    const { current, section } = state;
    if (state.finished || !current || !section) {
      location.assign(state.finish_url ?? (this.body.finish as string));
      return;
    }
    this.header(section, state);
    if (section.name !== this.sectionSeen && section.answered === 0 && section.of > 1) {
      await this.box.away("break", () => ask(words.introduction(section)));
    }
    this.sectionSeen = section.name;
    await this.present(section, current);
  }

  private async present(section: Section, shown: Presentation): Promise<void> {
    const next = this.state?.next ?? null;
    const urls = shown.images.map((image) => image.url);
    const [first] = shown.images;
    if (!first) return;
    this.pictures.keep([...urls, ...(next?.pixels ?? [])]);
    const coming = this.pictures.all(urls, first);
    const pictures = await coming.catch(() => null);
    if (!pictures) return;
    pictures.forEach((picture, i) => {
      picture.window = (shown.images[i] ?? first).window;
    });
    this.presence.idleAfterMs =
      section.idle_after_s > 0 ? section.idle_after_s * 1000 : Number.POSITIVE_INFINITY;
    this.box.present(section, shown, pictures, this.drafts.latest(shown));
    part("count").textContent = `${shown.number} of ${section.total}`;
    part("back").hidden = !(section.allow_back && this.previous(shown));
    this.status();
  }

  /** Fetches and uploads the next trial's images while this one is read; those in sight came first. */
  private async prefetch(): Promise<void> {
    const next = this.state?.next;
    if (!next) return;
    await leisure();
    const pictures = await this.pictures.all(next.pixels, next).catch(() => []);
    if (this.state?.next === next) await this.box.prepare(pictures);
  }

  private header(section: Section, state: State): void {
    part("section").textContent = words.titleOf(section);
    part("question").textContent = words.QUESTIONS[section.task];
    const bar = part<HTMLProgressElement>("bar");
    bar.max = Math.max(1, section.total);
    bar.value = section.answered;
    part("practice").hidden = !state.practice;
    this.box.clock(section.show_clock);
  }

  private changed(): void {
    const { token, draft } = this.box.draft();
    void this.drafts.save(token, draft);
    this.status();
  }

  private status(): void {
    const missing = this.box.lacks();
    part("lacks").textContent = missing ?? "Complete.";
    part("submit").setAttribute("aria-disabled", String(missing !== null || this.sending));
  }

  private async submit(): Promise<void> {
    const { section, shown, answer } = this.box;
    if (!section || !shown || this.sending) return;
    const missing = lacks(section, shown, answer);
    if (missing) {
      say(missing);
      this.box.pointOut();
      return;
    }
    this.sending = true;
    this.drafts.drop();
    this.box.hold(true);
    const submission = { client_uuid: uuid(), answer: finished(answer), timing: this.box.timing() };
    await this.outbox.put({ token: shown.token, number: shown.number, submission });
  }

  private async accepted(waiting: Waiting, answer: Accepted): Promise<void> {
    banner(null);
    this.saved("Saved");
    this.tab.answered(waiting.token);
    this.drafts.forget(waiting.token);
    if (this.outbox.size) return;
    const practised = this.state?.practice;
    this.state = answer.state;
    this.sending = false;
    this.box.hold(false);
    if (practised) await this.feedback(waiting.token);
    await this.offerBreak(answer.state);
    await this.patiently(() => this.show(answer.state));
  }

  private async feedback(token: string): Promise<void> {
    const told = await this.api.feedback(token).catch(() => null);
    if (told) await this.box.away("break", () => ask(words.practiced(told)));
  }

  private async offerBreak(state: State): Promise<void> {
    const { section } = state;
    if (!section?.break_after || state.finished || section.name !== this.sectionSeen) return;
    if (!section.answered || section.answered % section.break_after) return;
    await this.box.away("break", () => ask(words.breakTime(section)));
  }

  private async refused(error: ApiError): Promise<void> {
    this.sending = false;
    this.box.hold(false);
    await ask(words.notTaken(error));
    await this.refresh();
  }

  private unsent(error: ApiError, waiting: Waiting): void {
    this.saved("Kept on this device");
    if (error.trouble === "network" || error.trouble === "busy") banner(words.waitingAnswer(waiting.number));
    else this.trouble(error);
  }

  private kept(kept: "here" | "saved", error: ApiError | null): void {
    if (this.sending) return;
    this.saved(kept === "saved" ? "Saved" : error ? "Kept on this device" : "Saving…");
    // A draft that is not wanted is one to a trial that is no longer open: look which one is.
    if (error?.trouble === "refused") void this.refresh();
    else if (error) this.trouble(error);
    else if (kept === "saved") banner(null);
  }

  private saved(words: string): void {
    part("saved").textContent = words;
  }

  private trouble(error: ApiError): void {
    const { trouble } = error;
    const door = (question: Question) => void this.box.away("pause", () => ask(question));
    if (trouble === "network" || trouble === "busy") banner(words.UNREACHABLE);
    else if (trouble === "other_tab") void this.elsewhere();
    else if (trouble === "signed_out") door(words.signedOut(error.signInUrl ?? (this.body.signIn as string)));
    else door(words.closed(error, this.body.finish as string));
  }

  /** Another tab or machine reads this study now; only one may. */
  private async elsewhere(): Promise<void> {
    this.saved("");
    await this.box.away("pause", () => ask(words.elsewhere()));
    await this.patiently(() => this.tab.open(true));
    this.sending = false;
    this.box.hold(false);
    await this.takeUp();
  }

  private async pause(kind: "pause" | "idle"): Promise<void> {
    if (!this.box.shown) return;
    if (!this.sending) this.changed();
    await this.box.away(kind, () => ask(words.paused(kind)));
  }

  private previous(shown: Presentation): string | null {
    return shown.back ?? this.tab.before(shown.token);
  }

  private async back(): Promise<void> {
    const { section, shown } = this.box;
    const token = shown && this.previous(shown);
    if (!section?.allow_back || !token || this.sending) return;
    await this.patiently(async () => this.present(section, await this.api.presentation(token)));
  }

  private leave(): void {
    if (this.box.shown && !this.sending) this.drafts.leave();
    this.tab.flush(true);
  }
}

void openShelf().then((shelf) => new ReadingPage(document.body.dataset, shelf).start());
