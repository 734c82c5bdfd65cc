/** The reading page: shows a trial, takes the answer, shows the next one. */

import { finished, timedOut } from "./answer";
import { Api, type ApiError } from "./api";
import { word } from "./catalogue";
import type { Accepted, Answer, Disclosure, Presentation, Section, State } from "./contract";
import { Course } from "./course";
import { leisure, part, uuid } from "./dom";
import { Drafts } from "./drafts";
import { Frame } from "./frame";
import { Lightbox } from "./lightbox";
import { ask, banner, type Question, say } from "./notices";
import { Outbox } from "./outbox";
import { patiently } from "./patience";
import { Pictures } from "./pictures";
import { Presence } from "./presence";
import type { Picture } from "./renderer";
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
  private readonly course: Course;
  private readonly frame: Frame;
  private state: State | null = null;
  /** The answer to what is shown is given, and nothing else is shown yet. */
  private sending = false;
  /** Only the server can tell what comes next. */
  private awaiting = true;
  /** Counts what was to be shown, so that what comes late is not. */
  private turn = 0;
  private sectionSeen: string | null = null;
  /** The reader came to change an answer of a section that is complete. */
  private goesBack: boolean;
  /** Says that the reader goes on after being told how the answer was; null while nothing is told. */
  private reviewed: (() => void) | null = null;
  /** After so many answers a break was offered already. */
  private rested = 0;
  /** What is to be shown as soon as its images have arrived. */
  private coming: Presentation | null = null;

  constructor(
    private readonly body: DOMStringMap,
    shelf: Shelf,
  ) {
    this.api = new Api(body.api as string);
    this.goesBack = body.back === "yes";
    // A browser may be shared: what one reader left in it is not another's.
    const reading = `${body.study} ${body.reader}`;
    this.tab = new Tab(this.api, `${body.shelf}`, () => void this.elsewhere());
    this.presence = new Presence({
      happened: (kind) => this.tab.happened(kind),
      idle: () => void this.pause("idle"),
    });
    this.drafts = new Drafts(
      this.api,
      shelf,
      () => !this.outbox.size,
      (kept, error) => this.kept(kept, error),
    );
    this.pictures = new Pictures(
      this.api,
      (error) => this.trouble(error),
      () => {
        if (!this.outbox.size) banner(null);
        this.loading();
      },
    );
    this.outbox = new Outbox(reading, this.api, shelf, {
      accepted: (waiting, answer) => void this.accepted(waiting, answer),
      trouble: (error) => this.unsent(error),
      refused: (error) => void this.refused(error),
    });
    this.course = new Course((token) => this.outbox.holds(token));
    const hands = {
      submit: () => void this.submit(),
      back: () => void this.back(),
      pause: () => void this.pause("pause"),
      stop: () => void this.stop(),
    };
    this.frame = new Frame(hands);
    this.box = new Lightbox(this.presence, {
      drawn: () => this.pictures.drawn(),
      painted: () => {
        this.status();
        void this.prefetch();
      },
      changed: () => this.changed(),
      looked: () => this.status(),
      timeOver: () => void this.timeOver(),
      told: (text) => this.tell(text),
      ...hands,
    });
    addEventListener("pagehide", () => {
      this.tab.happened("left");
      this.leave();
    });
    // What stands beside the reading (side.ts) asks over the covered images.
    addEventListener("readingaside", (event) => void this.pause("pause", (event as CustomEvent).detail));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.leave();
    });
  }

  async start(): Promise<void> {
    if (await this.patiently(() => this.tab.open(false))) await this.takeUp();
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

  private patiently(attempt: () => Promise<void>): Promise<boolean> {
    return patiently(attempt, (error) => (error ? this.trouble(error) : banner(null)));
  }

  /** Whatever is to be read now. */
  private async show(state: State): Promise<void> {
    this.follow(state);
    if (state.disclosure) return this.disclose(state.disclosure);
    const { current, section } = state;
    if (section && state.hand_in && this.goesBack) {
      this.goesBack = false;
      await this.goBackTo(section, state.hand_in.back);
      return;
    }
    // Each section has a page of its own: what is said around the images speaks of no other.
    const next = section !== null && this.sectionSeen !== null && section.name !== this.sectionSeen;
    if (state.finished || !current || !section || next) {
      location.assign(state.finish_url ?? (this.body.finish as string));
      return;
    }
    this.frame.section(section, state.practice);
    this.box.clock(section.show_clock);
    if (this.sectionSeen === null && section.answered === 0) {
      // Its images travel while its reader is told about it; not where the time to look is limited.
      if (!section.screen.exposure_ms) void this.pictures.of(current).catch(() => null);
      await this.introduce(section, current);
    }
    this.sectionSeen = section.name;
    const [open] = this.course.open;
    this.awaiting = open === undefined;
    if (open) await this.present(section, open);
  }

  /** Said once in this browser, whatever is reloaded. */
  private async introduce(section: Section, shown: Presentation): Promise<void> {
    const key = `${this.body.shelf} briefed ${section.name}`;
    const told = words.introduction(section, shown);
    if (!told || localStorage.getItem(key)) return;
    await this.box.away("break", () => ask(told));
    localStorage.setItem(key, "yes");
  }

  /** Nothing later is shown before the reader has read it, and the server knows. */
  private async disclose(disclosure: Disclosure): Promise<void> {
    await this.box.away("break", () => ask(words.disclosed(disclosure)));
    if (await this.patiently(() => this.api.disclosed(disclosure.section))) await this.refresh();
  }

  /** Into a section that is answered and not handed in yet. */
  private async goBackTo(section: Section, token: string): Promise<void> {
    const shown = await this.api.presentation(token);
    this.frame.section(section, false);
    this.box.clock(section.show_clock);
    this.sectionSeen = section.name;
    await this.present(section, shown);
  }

  private follow(state: State): void {
    this.state = state;
    this.course.follow(state);
    document.dispatchEvent(new CustomEvent("readingstate", { detail: [this.api, state] }));
  }

  private async present(section: Section, shown: Presentation): Promise<void> {
    this.turn += 1;
    const { turn } = this;
    this.pictures.keep([shown, ...this.course.open]);
    this.coming = shown;
    this.loading();
    const all = this.pictures.of(shown).catch(() => null);
    if (this.box.expect(section, shown)) void this.preview(section, shown);
    const pictures = await all;
    if (turn !== this.turn) return;
    this.coming = null;
    this.loading();
    if (pictures) this.open(section, shown, pictures);
  }

  /** Something to look at until the images are here; no answer is taken before they are. */
  private async preview(section: Section, shown: Presentation): Promise<void> {
    const pictures = await this.pictures.preview(shown).catch(() => null);
    if (pictures && this.coming === shown) this.open(section, shown, pictures);
  }

  /** With previews first, where they come much sooner. */
  private open(section: Section, shown: Presentation, pictures: readonly Picture[]): void {
    if (this.box.complete(shown, pictures)) return;
    this.presence.idleAfterMs = section.idle_after_s * 1000 || Number.POSITIVE_INFINITY;
    this.sending = false;
    this.box.hold(false);
    this.box.present(section, shown, pictures, this.drafts.latest(shown), this.coming !== null);
    this.frame.trial(section, shown);
    this.status();
  }

  private loading(): void {
    this.frame.loading(this.coming && this.pictures.share(this.coming));
  }

  /** Fetches what comes next while this one is read; those in sight came first. */
  private async prefetch(): Promise<void> {
    const { shown } = this.box;
    await leisure();
    const ahead = this.course.open.filter(({ token }) => token !== shown?.token);
    for (const [i, trial] of ahead.entries()) {
      const pictures = await this.pictures.of(trial).catch(() => []);
      if (this.box.shown !== shown) return;
      if (!this.outbox.size) banner(null);
      // The next one goes to the graphics card as well; those after it wait in memory.
      if (i === 0) await this.box.prepare(pictures);
      // Who went on meanwhile may have answered the rest, whose images are given no more.
      if (this.box.shown !== shown) return;
    }
  }

  private changed(): void {
    const { token, draft } = this.box.draft();
    void this.drafts.save(token, draft);
    this.status();
  }

  private status(): void {
    if (this.reviewed || this.sending) return;
    const missing = this.box.lacks();
    this.frame.status(missing, missing === null);
  }

  private tell(text: string): void {
    this.frame.tell(text);
    say(text);
  }

  private async submit(): Promise<void> {
    if (this.reviewed) {
      this.reviewed();
      return;
    }
    const { section, shown, answer } = this.box;
    if (!section || !shown || this.sending) return;
    const missing = this.box.lacks();
    if (missing) {
      this.tell(missing);
      this.box.pointOut();
      return;
    }
    await this.send(section, shown, finished(section, shown, answer));
  }

  /** What is there goes out as it is; what is not, the time ran out for. */
  private async timeOver(): Promise<void> {
    const { section, shown, answer } = this.box;
    if (!section || !shown || this.sending) return;
    say(word("time_over"));
    await this.send(section, shown, finished(section, shown, timedOut(section, shown, answer)));
  }

  private async send(section: Section, shown: Presentation, answer: Answer): Promise<void> {
    this.sending = true;
    this.drafts.drop();
    this.box.hold(true);
    const submission = { client_uuid: uuid(), answer, timing: this.box.timing() };
    this.frame.took(submission.timing.active_ms);
    await this.outbox.put({ token: shown.token, number: shown.number, submission });
    this.frame.saved(word("sending"));
    const { next } = this.course;
    this.awaiting = next === null;
    // The answer is kept here; what comes next need not wait until the server has it.
    if (next) await this.goOn(section, next);
    else this.frame.status(word("next_awaited"), false);
  }

  private async goOn(section: Section, next: Presentation): Promise<void> {
    const answered = next.number - 1;
    await this.offerBreak(section, answered);
    this.frame.answered(answered);
    await this.present(section, next);
  }

  private async accepted(waiting: Waiting, { state }: Accepted): Promise<void> {
    banner(null);
    this.frame.saved(this.drafts.hurry() ? word("saving") : word("saved"));
    this.drafts.forget(waiting.token);
    const { tells } = this.course;
    this.follow(state);
    if (!this.awaiting) {
      void this.prefetch();
      return;
    }
    if (this.outbox.size) return;
    if (tells) await this.feedback(waiting.token);
    if (state.section && state.current) await this.offerBreak(state.section, state.current.number - 1);
    await this.show(state);
  }

  private async feedback(token: string): Promise<void> {
    const told = await this.api.feedback(token).catch(() => null);
    if (!told) return;
    // The images stay in sight with their tools, the one that was meant outlined.
    this.box.outline(told);
    this.frame.review(told);
    say(words.reviewed(told));
    await new Promise<void>((resolve) => {
      this.reviewed = resolve;
    });
    this.reviewed = null;
    this.frame.review(null);
  }

  /** Between two trials of a section, not after a change of an earlier answer. */
  private async offerBreak(section: Section, answered: number): Promise<void> {
    if (!section.break_after || answered % section.break_after) return;
    if (section.name !== this.box.section?.name || answered !== this.box.shown?.number) return;
    // A changed answer is no new one.
    if (answered === this.rested || this.box.shown.previous) return;
    this.rested = answered;
    await this.rest("break", () => ask(words.breakTime(answered, section.total, this.frame.leftInWords)));
  }

  private async refused(error: ApiError): Promise<void> {
    await ask(words.notTaken(error));
    await this.refresh();
  }

  private unsent(error: ApiError): void {
    this.frame.saved(this.outbox.needsPage ? word("kept_in_page") : word("kept_here"));
    this.trouble(error);
  }

  private kept(kept: "here" | "saved", error: ApiError | null): void {
    if (this.sending) return;
    this.frame.saved(
      kept === "saved" ? word("saved") : error || this.outbox.size ? word("kept_here") : word("saving"),
    );
    // A draft that is not wanted is one to a trial that is no longer open: look which one is.
    if (error?.trouble === "refused") void this.refresh();
    else if (error) this.trouble(error);
    else if (kept === "saved") banner(null);
  }

  private trouble(error: ApiError): void {
    const { trouble } = error;
    const door = (question: Question) => void this.box.away("pause", () => ask(question));
    const here = this.course.open.filter((trial) => this.pictures.have(trial));
    if (trouble === "network" || trouble === "busy") {
      banner(this.outbox.needsPage ? word("page_alone") : words.cutOff(this.outbox.size, here.length));
    } else if (trouble === "other_tab") void this.elsewhere();
    else if (trouble === "signed_out") door(words.signedOut(error.signInUrl ?? (this.body.signIn as string)));
    else door(words.closed(error, this.body.finish as string));
  }

  /** Another tab or machine reads this study now; only one may. */
  private async elsewhere(): Promise<void> {
    this.frame.saved("");
    await this.box.away("pause", () => ask(words.elsewhere()));
    // What was open here may have been answered there: until that is known, nothing here is to be answered.
    this.box.hold(true);
    this.awaiting = true;
    if (await this.patiently(() => this.tab.open(true))) await this.takeUp();
  }

  private async pause(kind: "pause" | "idle", question = () => ask(words.paused(kind))): Promise<void> {
    if (!this.box.shown || this.box.isExposing) return;
    if (!this.sending) this.changed();
    await this.rest(kind, question);
  }

  /** A page between trials, on which one may also stop for today. */
  private async rest(kind: "pause" | "idle" | "break", question: () => Promise<string>): Promise<void> {
    if ((await this.box.away(kind, question)) === "stop") await this.stop();
  }

  /** The page of the stop comes from the server, so it comes once every answer is there. */
  private async stop(): Promise<void> {
    if (this.box.shown && !this.sending) this.changed();
    await this.outbox.flush();
    const { size, needsPage } = this.outbox;
    // A page that cannot come would take the place of this one.
    const { trouble }: Partial<ApiError> = await this.api.state().catch((error) => error);
    if (size || trouble === "network")
      await this.box.away("pause", () => ask(words.stopping(size, needsPage)));
    else part<HTMLFormElement>("stop").submit();
  }

  private async back(): Promise<void> {
    const { section, shown } = this.box;
    if (!section?.allow_back || !shown?.back || this.sending) return;
    if (this.outbox.size) {
      this.tell(word("still_under_way"));
      await this.outbox.flush();
      if (this.outbox.size || this.sending || this.box.shown !== shown) return;
    }
    const { back } = shown;
    await this.patiently(async () => this.present(section, await this.api.presentation(back)));
  }

  private leave(): void {
    this.tab.flush(true);
    if (!this.box.shown || this.sending) return;
    this.drafts.leave();
    this.box.leave();
  }
}

void new ReadingPage(document.body.dataset, openShelf()).start();
