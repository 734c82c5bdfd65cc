/** Which keystrokes are meant for the trial, and which for a button, a field or a dialog. */

import { part } from "./dom";
import { type KeyAction, meaning, type Where } from "./keys";
import { isAsking } from "./notices";

export interface KeyboardHost {
  /** Null where keys mean nothing now. */
  where(): Where | null;
  /** Whether letters, digits and signs act at all. */
  characters(): boolean;
  press(action: KeyAction): void;
  magnify(on: boolean): void;
}

const GOES_ON: ReadonlySet<string> = new Set(["zoom", "grey", "pan", "focus"]);

export class Keyboard {
  private readonly help = part<HTMLDialogElement>("keys-dialog");

  constructor(private readonly host: KeyboardHost) {
    document.addEventListener("keydown", (event) => this.down(event));
    document.addEventListener("keyup", (event) => {
      if (event.key === " ") host.magnify(false);
    });
    addEventListener("blur", () => host.magnify(false));
    part("keys").addEventListener("click", () => this.help.showModal());
    this.help.addEventListener("keydown", (event) => {
      // Right after it has closed the focus may still lie in it; then the key opens it.
      if (event.key !== "?" || !this.help.open) return;
      // Else the same keystroke would open it again.
      event.stopPropagation();
      this.help.close();
    });
  }

  showHelp(): void {
    this.help.showModal();
  }

  private down(event: KeyboardEvent): void {
    const where = isAsking() ? null : this.host.where();
    if (!where || this.isForTheElement(event)) return;
    if (event.key.length === 1 && event.key !== " " && !this.host.characters()) return;
    if (event.key === " ") {
      event.preventDefault();
      if (!event.repeat) this.host.magnify(true);
      return;
    }
    const action = meaning(event, where);
    if (!action) return;
    event.preventDefault();
    // A key held down moves on and on, but answers, submits and toggles once.
    if (!event.repeat || GOES_ON.has(action.kind)) this.host.press(action);
  }

  private isForTheElement(event: KeyboardEvent): boolean {
    const target = event.target as HTMLElement;
    // The focus may still lie in a dialog that has just closed; then the key is meant for the images.
    if (target.closest("dialog")) return false;
    if (target.closest("input, select, textarea")) return true;
    if (!target.closest("button, a, summary")) return false;
    // Enter chooses an answer; on one that is chosen it submits, and does not take a reason back. Space does.
    const isChosen = target.closest("figcaption [aria-pressed=true]") !== null;
    return event.key === " " || (event.key === "Enter" && (event.repeat || !isChosen));
  }
}
