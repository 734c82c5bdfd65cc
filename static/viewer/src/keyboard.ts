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
  /** The dialog of the keys is about to open: what acts here is known now. */
  help(): void;
  /** The hand leaves a field that it typed into. */
  leave(): void;
}

const GOES_ON: ReadonlySet<string> = new Set(["zoom", "grey", "nudge", "focus", "edge"]);

export class Keyboard {
  private readonly help = part<HTMLDialogElement>("keys-dialog");

  constructor(private readonly host: KeyboardHost) {
    document.addEventListener("keydown", (event) => this.down(event));
    document.addEventListener("keyup", (event) => {
      if (event.key === " ") host.magnify(false);
    });
    addEventListener("blur", () => host.magnify(false));
    part("keys").addEventListener("click", () => this.showHelp());
    this.help.addEventListener("keydown", (event) => {
      // Right after it has closed the focus may still lie in it; then the key opens it.
      if (event.key !== "?" || !this.help.open) return;
      // Else the same keystroke would open it again.
      event.stopPropagation();
      this.help.close();
    });
  }

  showHelp(): void {
    this.host.help();
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
    const field = target.closest<HTMLElement>("input, select, textarea");
    if (field) return this.isForTheField(event, field);
    if (!target.closest("button, a, summary")) return false;
    // Enter chooses an answer; on one that is chosen it submits, and does not take it back. Space does.
    const isChosen = target.closest(":is(.answers, .cell) [aria-pressed=true]") !== null;
    return event.key === " " || (event.key === "Enter" && (event.repeat || !isChosen));
  }

  /** Enter ends a line and Escape any field; Enter with Ctrl sends from everywhere. */
  private isForTheField(event: KeyboardEvent, field: HTMLElement): boolean {
    const line = field.matches("input:not([type=range])");
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (event.key === "Escape" || sends || (line && event.key === "Enter")) {
      event.preventDefault();
      field.blur();
      this.host.leave();
      if (sends) this.host.press({ kind: "submit" });
      return true;
    }
    // Up and down leave a line, or a field without text, for the question above or below.
    const empty = field instanceof HTMLTextAreaElement && !field.value;
    return !((line || empty) && (event.key === "ArrowUp" || event.key === "ArrowDown"));
  }
}
