/** Speaks to the study's reading API; every failure has one of six kinds. */

import { type Arrival, Silence } from "./arrival";
import { word } from "./catalogue";
import type { Accepted, Draft, Feedback, Presentation, State, Submission } from "./contract";

export type Trouble = "network" | "signed_out" | "other_tab" | "closed" | "refused" | "busy";

export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    readonly trouble: Trouble,
    message: string,
    readonly code = "",
    readonly signInUrl: string | null = null,
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }
}

/** The cookie, or what the page was rendered with where cookies are hidden from scripts. */
export function csrfToken(): string {
  const meta = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]");
  return cookie("csrftoken") || (meta?.content ?? "");
}

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/** Not now or not for who is signed in; the same request may be taken later. */
const CLOSED = new Set([
  "step_first",
  "display_check",
  "washout",
  "not_open",
  "withdrawn",
  "not_found",
  "csrf",
]);

function troubleOf(status: number, code: string): Trouble {
  if (status === 401 || code === "signed_out") return "signed_out";
  if (code === "superseded_tab" || code === "other_tab") return "other_tab";
  if (status === 423 || CLOSED.has(code)) return "closed";
  if (status === 429) return "busy";
  return status >= 500 ? "network" : "refused";
}

async function failure(response: Response): Promise<ApiError> {
  const body = await response.json().catch(() => ({}));
  const code = String(body.code ?? "");
  const detail = String(body.detail ?? word("server_answered", { status: response.status }));
  const wait = Number(response.headers.get("Retry-After") ?? 0) * 1000;
  return new ApiError(troubleOf(response.status, code), detail, code, body.sign_in_url ?? null, wait);
}

export class Api {
  /** Names this tab to the server, so that a second one is told apart from a repeat. */
  sitting = "";

  /** The server is being told a new name of this tab; what is written meanwhile waits. */
  seating: Promise<void> | null = null;

  /** Gives an image that is here already, and says whether it is. */
  supply: ((url: string, arrival: Arrival) => Promise<boolean>) | null = null;

  constructor(private readonly root: string) {}

  state(): Promise<State> {
    return this.json("GET", "state");
  }

  presentation(token: string): Promise<Presentation> {
    return this.json("GET", `presentations/${token}`);
  }

  respond(token: string, submission: Submission): Promise<Accepted> {
    return this.json("POST", `presentations/${token}/response`, submission);
  }

  /** How a practice answer was; the server tells it of no other. */
  async feedback(token: string): Promise<Feedback> {
    const root = this.root.replace(/reading\/[^/]+\/$/, "practice/");
    return this.fetch(`${root}${token}/feedback`, {}, (response) => response.json());
  }

  /** The reader has read what a section disclosed. */
  async disclosed(section: string): Promise<void> {
    await this.send("POST", "disclosed/", { section });
  }

  async saveDraft(token: string, draft: Draft, leaving = false): Promise<void> {
    const body = { draft, client_ms: Math.round(draft.saved_at) };
    await this.send("PUT", `presentations/${token}/draft`, body, leaving);
  }

  async openSitting(takeOver: boolean): Promise<void> {
    const display = {
      width: screen.width,
      height: screen.height,
      pixel_ratio: devicePixelRatio,
      viewport_width: innerWidth,
      viewport_height: innerHeight,
    };
    await this.send("POST", "sitting", { sitting: this.sitting, take_over: takeOver, screen: display });
  }

  async events(events: readonly unknown[], leaving = false): Promise<void> {
    await this.send("POST", "events", { sitting: this.sitting, events }, leaving);
  }

  /** Fetches what has not arrived yet; what did stays after a failure. */
  async pixels(url: string, arrival: Arrival): Promise<void> {
    if (await this.supply?.(url, arrival)) return;
    const take = (response: Response, silence: Silence) => arrival.take(response, silence);
    await this.fetch(url, { cache: "no-store", headers: arrival.range }, take);
  }

  private async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.send(method, path, body, false, (response) => response.json());
  }

  private send<T = void>(
    method: string,
    path: string,
    body?: unknown,
    leaving = false,
    read?: (response: Response) => Promise<T>,
  ): Promise<T> {
    const init: RequestInit = { method, keepalive: leaving };
    if (body !== undefined) init.body = JSON.stringify(body);
    return this.fetch(this.root + path, init, read);
  }

  /** `read` takes the body of a good answer, while silence still ends the request. */
  private async fetch<T = void>(
    url: string,
    init: RequestInit,
    read: (response: Response, silence: Silence) => Promise<T> = async () => undefined as T,
  ): Promise<T> {
    if (this.seating && init.body && !url.endsWith("/sitting")) await this.seating;
    const headers: Record<string, string> = { Accept: "application/json", "X-Reading-Sitting": this.sitting };
    if (init.body) headers["Content-Type"] = "application/json";
    if (init.method && init.method !== "GET") headers["X-CSRFToken"] = csrfToken();
    const silence = new Silence();
    const { signal } = silence;
    try {
      const all = { ...headers, ...(init.headers as Record<string, string>) };
      const response = await fetch(url, { credentials: "same-origin", signal, ...init, headers: all });
      silence.heard();
      if (response.redirected || !response.ok) throw await failure(response);
      return await read(response, silence);
    } catch (error) {
      // What fetch and its body throw when a connection fails, falls silent or never came to be.
      if (error instanceof TypeError || error instanceof DOMException) {
        throw new ApiError("network", word("unreachable"));
      }
      throw error;
    } finally {
      silence.over();
    }
  }
}
