/** What the server and the page say to each other; docs/reading.md tells it in words. */

export type Task = "pick_real" | "call" | "rate" | "check_label";

export interface Scale {
  readonly points: readonly number[];
  readonly labels: readonly string[];
}

export interface Section {
  readonly name: string;
  readonly title: string;
  readonly task: Task;
  readonly index: number;
  readonly answered: number;
  readonly total: number;
  readonly allow_back: boolean;
  readonly rate: boolean;
  /** Number of steps from 1 upwards; 0 or false for none, true for those of the scale. */
  readonly require_confidence: boolean | number;
  readonly scale: Scale;
  readonly reasons: { readonly tags: readonly string[]; readonly spot: boolean } | null;
  readonly label_choices: Readonly<Record<string, readonly string[]>> | null;
  readonly break_after: number | null;
  readonly show_clock: boolean;
  readonly idle_after_s: number;
}

export interface ImageOffer {
  readonly slot: string;
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly window: { readonly center: number; readonly width: number };
  readonly label: ReadonlyArray<{ readonly name: string; readonly value: string }> | null;
}

export interface Reason {
  slot: string;
  /** Empty for a spot that says enough by itself. */
  tag: string;
  /** Image coordinates of the spot, or null where none was shown. */
  x: number | null;
  y: number | null;
}

export interface Answer {
  pick: string | null;
  ratings: Record<string, number> | null;
  call: "real" | "synthetic" | null;
  confidence: number | null;
  verdict: "fits" | "discrepant" | "unsure" | null;
  observed: Record<string, string> | null;
  reasons: Reason[];
}

export interface Times {
  first_paint_ms: number | null;
  first_input_ms: number | null;
  active_ms: number;
  hidden_ms: number;
  paused_ms: number;
  elapsed_ms: number;
}

export interface Draft {
  answer: Answer;
  times: Times;
  saved_at: number;
}

export interface Presentation {
  readonly token: string;
  readonly number: number;
  readonly images: readonly ImageOffer[];
  readonly draft: Draft | null;
  readonly previous: Answer | null;
  /** The trial before this one, where the protocol lets readers go back. */
  readonly back: string | null;
}

export interface ReadingEvent {
  readonly t_ms: number;
  readonly kind: string;
  readonly slot?: string;
  readonly value?: string | number;
}

export interface Timing {
  readonly shown_at: string;
  readonly first_paint_ms: number | null;
  readonly first_input_ms: number | null;
  readonly response_ms: number;
  readonly active_ms: number;
  readonly hidden_ms: number;
  readonly paused_ms: number;
  readonly events: readonly ReadingEvent[];
  readonly clock: { readonly submitted_at: string; readonly origin: string };
}

/** How a practice answer was; `correct` is null where there is no right and wrong. */
export interface Feedback {
  readonly sentence: string;
  readonly correct: boolean | null;
}

export interface State {
  readonly study: { readonly title: string };
  readonly section: Section | null;
  readonly progress: ReadonlyArray<{
    readonly section: string;
    readonly answered: number;
    readonly total: number;
  }>;
  readonly current: Presentation | null;
  /** What comes after it in the same section, to be fetched meanwhile. */
  readonly ahead: readonly Presentation[];
  readonly finished: boolean;
  /** What has to be handed in before anything else is shown, and where one can go back into it. */
  readonly hand_in: { readonly section: string; readonly back: string } | null;
  readonly sitting: string | null;
  readonly practice: boolean;
  readonly finish_url?: string | null;
}

export interface Submission {
  readonly client_uuid: string;
  readonly answer: Answer;
  readonly timing: Timing;
}

export interface Accepted {
  readonly accepted: string;
  readonly state: State;
}
