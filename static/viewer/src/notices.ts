/** Words to the reader: a banner that stays until it is over, and questions that must be answered. */

import { h, kbd, part } from "./dom";

export interface Question {
  readonly title: string;
  readonly text: string;
  readonly buttons: ReadonlyArray<{ readonly value: string; readonly words: string; readonly key?: string }>;
  readonly link?: { readonly href: string; readonly words: string };
  /** Fills the window as a page of its own. */
  readonly calm?: "text" | "rest";
}

export function banner(text: string | null): void {
  const box = part("banner");
  if (box.textContent !== (text ?? "")) box.textContent = text ?? "";
  box.hidden = text === null;
}

/** Says something to a screen reader. */
export function say(text: string): void {
  part("spoken").textContent = text;
}

/** Blank lines divide a text. */
function paragraphs(text: string): HTMLElement[] {
  const parts = text.split(/\n\s*\n/).filter((part) => part.trim());
  return parts.map((part) => h("p", {}, part.trim()));
}

/** Where one rests stands until when to read, and whom to ask. */
function facts({ calm }: Question): Node[] {
  return calm === "rest" ? [part<HTMLTemplateElement>("facts").content.cloneNode(true)] : [];
}

let asking: HTMLDialogElement | null = null;

export function isAsking(): boolean {
  return asking !== null || document.querySelector("dialog[open]") !== null;
}

/** Asks in a dialog that only an answer closes. A later question takes the place of an earlier one. */
export function ask(question: Question): Promise<string> {
  const box = part("banner");
  asking?.remove();
  return new Promise((resolve) => {
    const title = h("h2", { id: "question-title" }, question.title);
    const row = h("div", { class: "row" });
    const dialog = h(
      "dialog",
      { class: question.calm ? `ask calm ${question.calm}` : "ask", "aria-labelledby": "question-title" },
      h("div", { class: "page" }, title, ...paragraphs(question.text), ...facts(question), row),
    );
    if (question.link) row.append(h("a", { class: "go", href: question.link.href }, question.link.words));
    question.buttons.forEach(({ value, words, key }, i) => {
      const className = i === 0 && !question.link ? "go" : "plain";
      const button = h("button", { type: "button", class: className }, words, key ? kbd(key) : null);
      button.addEventListener("click", () => {
        document.body.append(box);
        dialog.close();
        dialog.remove();
        if (asking === dialog) asking = null;
        resolve(value);
      });
      row.append(button);
    });
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    // Enter is still down from the answer before: that is no answer to a question nobody has read.
    dialog.addEventListener("keydown", (event) => {
      if (event.repeat) event.preventDefault();
    });
    // A page that fills the window says as well that answers are not sent.
    if (question.calm) dialog.append(box);
    document.body.append(dialog);
    asking = dialog;
    dialog.showModal();
    row.querySelector<HTMLElement>(".go")?.focus();
  });
}
