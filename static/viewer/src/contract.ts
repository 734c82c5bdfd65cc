/** What the server and the page say to each other; docs/reading.md tells it in words. */

/** The four tasks that are short for items, and sections that ask items alone. */
export type Task = "pick_real" | "call" | "rate" | "check_label" | "ask" | "";

export interface Scale {
  readonly points: readonly number[];
  readonly labels: readonly string[];
}

export type Kind =
  | "scale"
  | "choice"
  | "choices"
  | "number"
  | "text"
  | "pick"
  | "prefer"
  | "rank"
  | "mark"
  | "measure";

export interface Condition {
  readonly item: string;
  readonly is: readonly (string | number)[] | null;
  readonly at_least: number | null;
  readonly at_most: number | null;
}

/** One question of a section. What a kind does not have is empty or null. */
export interface Item {
  readonly name: string;
  readonly kind: Kind;
  readonly of: "image" | "trial" | "section";
  readonly ask: string;
  readonly help: string;
  readonly required: boolean;
  /** The text of "cannot judge", "" where that is no answer. */
  readonly skip: string;
  /** How many steps of confidence are asked for. */
  readonly confidence: number;
  readonly when: readonly Condition[];
  readonly scale: Scale | null;
  readonly options: ReadonlyArray<{ readonly value: string; readonly text: string }>;
  readonly other: string;
  readonly least: number;
  readonly most: number | null;
  readonly none: string;
  readonly min: number | null;
  readonly max: number | null;
  readonly step: number | null;
  readonly unit: string;
  /** Which numbers are allowed, in words; "" where all are. */
  readonly limits: string;
  readonly slider: boolean;
  readonly what: string;
  /** The task that this item is short for; "" for what the protocol lists itself. */
  readonly task: Task;
}

/** How the images of a section are shown, and for how long. */
export interface ScreenRules {
  readonly arrange: "grid" | "row" | "flicker" | "slider";
  readonly reference: boolean;
  readonly exposure_ms: number;
  readonly mask: "noise" | "grey" | "none";
  readonly min_view_ms: number;
  readonly answer_within_ms: number;
  readonly feedback: boolean;
  /** Whether images may be seen at a lower resolution until they are here. */
  readonly preview: boolean;
}

/** Windows on a key, and what of the view stays over trials. */
export interface ViewRules {
  readonly presets: ReadonlyArray<{ readonly name: string; readonly center: number; readonly width: number }>;
  readonly keep_window: boolean;
  readonly keep_zoom: boolean;
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
  /** Number of steps from 1 upwards; 0 for none. */
  readonly require_confidence: number;
  readonly scale: Scale;
  readonly reasons: { readonly tags: readonly string[]; readonly spot: boolean } | null;
  readonly label_choices: Readonly<Record<string, readonly string[]>> | null;
  readonly break_after: number | null;
  readonly show_clock: boolean;
  readonly idle_after_s: number;
  readonly items: readonly Item[];
  readonly screen: ScreenRules;
  readonly view: ViewRules;
  /** Text that stays open beside the images. */
  readonly help?: string;
  /** Text before the first trial. */
  readonly briefing?: string;
}

export interface Named {
  readonly name: string;
  readonly value: string;
  /** Both as the protocol has them for readers. */
  readonly title?: string;
  readonly text?: string;
}

/** The same image in fewer bytes: a preview, then frame after frame, each padded to one length. */
export interface PackedOffer {
  readonly url: string;
  readonly preview_bytes: number;
  readonly frame_bytes: number;
}

export interface ImageOffer {
  readonly slot: string;
  readonly url: string;
  readonly packed?: PackedOffer | null;
  /** Where the image is sealed before its turn, and the key that opens it. */
  readonly seal?: { readonly url: string; readonly key: string } | null;
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly channels?: 1 | 3;
  readonly frames: number;
  readonly play?: "stack" | "cine" | null;
  readonly rate_hz?: number | null;
  readonly spacing_mm?: number | null;
  readonly window: { readonly center: number; readonly width: number };
  readonly label: readonly Named[] | null;
  /** What is told of this image beside it. */
  readonly tells?: readonly Named[] | null;
  readonly reference?: boolean;
}

export interface Reason {
  slot: string;
  /** Empty for a spot that says enough by itself. */
  tag: string;
  /** Image coordinates of the spot, or null where none was shown. */
  x: number | null;
  y: number | null;
}

export interface Mark {
  x: number;
  y: number;
  frame: number | null;
  confidence: number | null;
}

/** What was said to one item, of one image where it asks about each. */
export interface Said {
  item: string;
  slot: string | null;
  value: number | string | string[] | null;
  other: string | null;
  confidence: number | null;
  points: Mark[] | null;
  missing: "skip" | "time" | null;
}

export interface Answer {
  items: Said[];
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
  /** How long the images were on the screen, where the protocol limits it; null before they were. */
  shown_ms?: number | null;
}

export interface Draft {
  answer: Answer;
  times: Times;
  saved_at: number;
}

export interface Presentation {
  readonly token: string;
  /** "questions" for the page of questions at the end of a section, which has no images. */
  readonly kind?: "screen" | "questions";
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
  readonly exposure_ms?: number;
  readonly shown_ms?: number | null;
  readonly clock: { readonly submitted_at: string; readonly origin: string };
}

/** How a practice answer was; `correct` is null where there is no right and wrong. */
export interface Feedback {
  readonly sentence: string;
  readonly correct: boolean | null;
  /** The real images, to be outlined. */
  readonly outline?: readonly string[];
  /** Places that were to be marked. */
  readonly points?: ReadonlyArray<{ readonly slot: string; readonly x: number; readonly y: number }>;
}

/** What a section that was handed in discloses; nothing later is shown before it is acknowledged. */
export interface Disclosure {
  readonly section: string;
  readonly title: string;
  readonly text: string;
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
  /** Where the next trial's images are, sealed. */
  readonly sealed?: readonly string[];
  readonly finished: boolean;
  /** What has to be handed in before anything else is shown, and where one can go back into it. */
  readonly hand_in: { readonly section: string; readonly back: string } | null;
  readonly disclosure?: Disclosure | null;
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
