/** What this browser keeps until the server has it: answers under way, and drafts. */

import type { Draft, Submission } from "./contract";
import { type Sealed, seal, unseal } from "./locker";

export interface Waiting {
  /** Order of writing down, given by the database; none where only this page knows it. */
  readonly seq?: number | undefined;
  /** Whose it is: a study and its reader. */
  readonly study: string;
  readonly token: string;
  readonly number: number;
  readonly submission: Submission;
}

/** An answer as the browser keeps it: those who share a workstation learn that there is one, and no more. */
interface Kept {
  readonly seq?: number;
  readonly box: Waiting | Sealed;
}

export class Shelf {
  /** Answers that the browser had no room for: this page alone knows them. */
  private loose: Waiting[] = [];
  /** Ends when all that was asked of the database is done: nothing overtakes what is being sealed. */
  private done: Promise<unknown> = Promise.resolve();

  /** `database`: null where the browser refuses one (some private windows). */
  constructor(private readonly database: Promise<IDBDatabase | null>) {}

  /** Resolves when it is kept, with its place in the order where it lasts longer than this page. */
  async add(waiting: Waiting): Promise<Waiting> {
    const seq = await this.ask("answers", (store, box) => store.add({ box }), seal(waiting));
    if (seq !== null) return { ...waiting, seq: Number(seq) };
    this.loose.push(waiting);
    return waiting;
  }

  async waiting(study: string): Promise<Waiting[]> {
    const kept: Array<Kept | Waiting> | null = await this.ask("answers", (store) => store.getAll());
    const all = (kept ?? []).map(async (item) =>
      // Those without a box were kept by an earlier edition of this page.
      "box" in item ? { ...((await unseal(item.box)) as Waiting), seq: item.seq } : item,
    );
    return [...(await Promise.all(all)), ...this.loose].filter((item) => item.study === study);
  }

  async remove(waiting: Waiting): Promise<void> {
    const { seq } = waiting;
    if (seq === undefined) this.loose = this.loose.filter((item) => item !== waiting);
    else await this.ask("answers", (store) => store.delete(seq));
  }

  async putDraft(token: string, draft: Draft): Promise<void> {
    await this.ask("drafts", (store, box) => store.put(box, token), seal(draft));
  }

  /** Null where they cannot be told; one that is null is another reader's. */
  async drafts(): Promise<Map<string, Draft | null> | null> {
    let tokens: IDBRequest<IDBValidKey[]> | undefined;
    const kept = await this.ask("drafts", (store) => {
      tokens = store.getAllKeys();
      return store.getAll();
    });
    const drafts = kept && (await Promise.all(kept.map((box) => unseal<Draft>(box))));
    return drafts && new Map(tokens?.result.map((token, i) => [String(token), drafts[i] ?? null]));
  }

  async removeDraft(token: string): Promise<void> {
    await this.ask("drafts", (store) => store.delete(token));
  }

  /** Resolves when the database has done it, or with null: it may run out of room or go away at any time. */
  private ask<T, B>(
    name: "answers" | "drafts",
    what: (store: IDBObjectStore, box: B) => IDBRequest<T>,
    ready?: Promise<B>,
  ): Promise<T | null> {
    const answer = Promise.all([this.database, ready, this.done])
      .then(
        ([database, box]) =>
          new Promise<T | null>((resolve, reject) => {
            const transaction = database?.transaction(name, "readwrite");
            if (!transaction) return resolve(null);
            const request = what(transaction.objectStore(name), box as B);
            // Only when the transaction is complete is anything kept.
            transaction.oncomplete = () => resolve(request.result);
            transaction.onabort = reject;
          }),
      )
      .catch(() => null);
    this.done = answer;
    return answer;
  }
}

export function openShelf(): Shelf {
  const opening = new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open("readerstudy", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("answers", { keyPath: "seq", autoIncrement: true });
      request.result.createObjectStore("drafts");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = reject;
  });
  return new Shelf(opening.catch(() => null));
}
