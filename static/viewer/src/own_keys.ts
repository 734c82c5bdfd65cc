/** Choosing one's own keys: at once in the page, then with the account; without network as soon as there is one. */

import { csrfToken } from "./api";
import { word } from "./catalogue";
import { part } from "./dom";
import type { Keys } from "./keymap";

export interface KeysHost {
  keys(): Keys;
  use(keys: Keys): void;
  /** Where the browser holds a choice until the server has it. */
  readonly shelf: string;
}

/** For a mouse in the left hand: the tools that lie on the left of the keyboard change with those on the right. */
const MIRRORED: Keys = swapped("wo", "qp", "ru", "ty", "z,", "x.");
/** Images, ratings, frames, zoom, help: these mean the same to everybody. */
const KEPT = /^[a-l0-9[\]?!+= -]$/;

function swapped(...pairs: string[]): Keys {
  return Object.fromEntries(pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
}

export function offerKeys(host: KeysHost): void {
  new OwnKeys(host);
}

class OwnKeys {
  private readonly box = part("key-editor");
  private readonly buttons = [...this.box.querySelectorAll<HTMLElement>("[data-own]")];
  private asked: HTMLElement | null = null;

  constructor(private readonly host: KeysHost) {
    this.box.hidden = false;
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.ask(button));
      button.addEventListener("keydown", (event) => this.press(event));
      button.addEventListener("blur", () => this.ask(null));
    }
    for (const button of this.box.querySelectorAll<HTMLElement>("[data-set]")) {
      button.addEventListener("click", () => this.choose(button.dataset.set === "mirrored" ? MIRRORED : {}));
    }
    addEventListener("online", () => void this.send());
    void this.send();
  }

  private ask(button: HTMLElement | null): void {
    this.asked = button;
    for (const each of this.buttons) each.setAttribute("aria-pressed", String(each === button));
    if (button) this.say(word("key_press", { tool: nameOf(button) }));
  }

  private press(event: KeyboardEvent): void {
    const button = this.asked;
    if (!button || event.ctrlKey || event.metaKey || event.altKey) return;
    const isKey = event.key.length === 1;
    if (!isKey && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (isKey) this.give(button, event.key.toLowerCase());
    else this.ask(null);
  }

  private give(button: HTMLElement, key: string): void {
    const tool = String(button.dataset.own);
    const keys = this.host.keys();
    const other = this.buttons.find(({ dataset }) => (keys[`${dataset.own}`] ?? dataset.own) === key);
    const written = key.toUpperCase();
    if (KEPT.test(key)) this.say(word("key_kept", { key: written }));
    else if (other && other !== button) this.say(word("key_taken", { key: written, tool: nameOf(other) }));
    else {
      this.ask(null);
      this.choose({ ...keys, [tool]: key });
    }
  }

  private choose(keys: Keys): void {
    this.host.use(keys);
    localStorage.setItem(this.host.shelf, JSON.stringify(keys));
    void this.send();
  }

  private async send(): Promise<void> {
    const waiting = localStorage.getItem(this.host.shelf);
    if (waiting === null) return;
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
    const init = { method: "PUT", headers, body: `{"keys":${waiting}}` };
    const answer = await fetch(`${document.body.dataset.api}keys`, init).catch(() => null);
    const isSettled = answer?.ok || answer?.status === 422;
    // What was chosen meanwhile is sent by itself.
    if (isSettled && localStorage.getItem(this.host.shelf) === waiting) {
      localStorage.removeItem(this.host.shelf);
    }
    this.say(
      answer?.status === 422 ? (await answer.json()).detail : word(answer?.ok ? "keys_kept" : "keys_here"),
    );
  }

  private say(text: string): void {
    part("keys-said").textContent = text;
  }
}

function nameOf(button: HTMLElement): string {
  return button.firstElementChild?.textContent ?? "";
}
