/** Beside the reading: problems with an image, kept in this browser until the server has them. */

import { csrfToken } from "./api";
import { h, part, uuid } from "./dom";
import { type Sealed, seal, unseal } from "./locker";

interface Concern {
  readonly client_uuid: string;
  readonly token: string;
  readonly kind: string;
  readonly slot: string;
  readonly text: string;
}

const AGAIN_MS = 15_000;
/** The server will never take it, or takes nothing more. */
const FINAL = new Set([400, 404, 422, 423]);

class Concerns {
  /** What lies in the browser has names that begin so: they tell nobody whose it is. */
  private readonly shelf: string;
  private waiting: Concern[] = [];
  private sending = false;
  private timer = 0;

  constructor(private readonly body: DOMStringMap) {
    this.shelf = `${body.shelf} concern `;
    addEventListener("online", () => void this.send());
    void this.takeUp();
  }

  async add(concern: Concern): Promise<void> {
    this.waiting.push(concern);
    void this.send();
    await this.keep(concern);
  }

  /** What an earlier page left here. */
  private async takeUp(): Promise<void> {
    for (const name of Object.keys(localStorage)) {
      const concern = name.startsWith(this.shelf) && (await unseal<Concern>(unpacked(name)));
      if (concern) this.waiting.push(concern);
    }
    for (const concern of former(this.body)) {
      this.waiting.push(concern);
      await this.keep(concern);
    }
    await this.send();
  }

  private async keep(concern: Concern): Promise<void> {
    const box = packed(await seal(concern));
    if (this.waiting.includes(concern)) localStorage.setItem(this.shelf + concern.client_uuid, box);
  }

  /** In the order in which they were raised; one that is sent twice is one. */
  private async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    clearTimeout(this.timer);
    for (;;) {
      const [first] = this.waiting;
      if (!first) break;
      if (!(await this.isDone(first))) {
        this.timer = window.setTimeout(() => void this.send(), AGAIN_MS);
        break;
      }
      this.waiting = this.waiting.filter((concern) => concern !== first);
      localStorage.removeItem(this.shelf + first.client_uuid);
    }
    this.sending = false;
  }

  private async isDone({ token, ...said }: Concern): Promise<boolean> {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
    const init = { method: "POST", headers, body: JSON.stringify(said), keepalive: true };
    const answer = await fetch(`${this.body.api}presentations/${token}/concern`, init).catch(() => null);
    return answer !== null && (answer.ok || FINAL.has(answer.status));
  }
}

/** A text, which is all that this storage takes. */
function packed(box: Concern | Sealed): string {
  return JSON.stringify("sealed" in box ? { iv: [...box.iv], sealed: [...new Uint8Array(box.sealed)] } : box);
}

function unpacked(name: string): Concern | Sealed {
  const box = JSON.parse(localStorage.getItem(name) ?? "{}");
  return box.sealed ? { iv: new Uint8Array(box.iv), sealed: new Uint8Array(box.sealed).buffer } : box;
}

/** An earlier edition of this page kept all in plain words, under names that tell the reader. */
function former({ study, reader }: DOMStringMap): Concern[] {
  const own = `readerstudy ${study} ${reader} `;
  const left = JSON.parse(localStorage.getItem(`${own}concerns`) ?? "[]");
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith(own)) localStorage.removeItem(name);
  }
  return left;
}

const dialog = part<HTMLDialogElement>("concern");
const form = part<HTMLFormElement>("concern-form");
const concerns = new Concerns(document.body.dataset);

/** The letters of the images in sight, where there are several. */
function offerImages(): void {
  const letters = [...document.querySelectorAll<HTMLElement>("#grid [data-slot]")];
  const slots = [...new Set(letters.map((cell) => String(cell.dataset.slot)))];
  const choices = slots.map((slot) =>
    h("label", { class: "choice" }, h("input", { type: "radio", name: "slot", value: slot }), slot),
  );
  part("concern-slots").replaceChildren(...(slots.length > 1 ? choices : []));
  part("concern-images").hidden = slots.length < 2;
}

/** Opens over the covered images; resolves when it is closed. */
function open(token: string): Promise<string> {
  form.reset();
  form.hidden = false;
  part("concern-thanks").hidden = true;
  offerImages();
  dialog.dataset.token = token;
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(""), { once: true });
  });
}

part("report").addEventListener("click", () => {
  const token = part("grid").dataset.painted;
  if (!token || document.querySelector("dialog[open]")) return;
  dispatchEvent(new CustomEvent("readingaside", { detail: () => open(token) }));
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const said = new FormData(form);
  const text = (name: string) => String(said.get(name) ?? "");
  const concern = { kind: text("kind"), slot: text("slot"), text: text("text") };
  void concerns.add({ client_uuid: uuid(), token: String(dialog.dataset.token), ...concern });
  form.hidden = true;
  const thanks = part("concern-thanks");
  thanks.hidden = false;
  thanks.querySelector("button")?.focus();
});

for (const button of dialog.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => dialog.close());
}
