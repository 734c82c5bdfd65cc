/** What this browser keeps until the server has it: answers under way, and drafts. */

import type { Draft, Submission } from "./contract";

export interface Waiting {
  /** Order of writing down, given by the database. */
  readonly seq?: number;
  readonly study: string;
  readonly token: string;
  readonly number: number;
  readonly submission: Submission;
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Kept in memory where the browser refuses a database (some private windows). */
interface Shelf {
  /** Resolves when it is kept, with its place in the order. */
  add(waiting: Waiting): Promise<Waiting>;
  waiting(study: string): Promise<Waiting[]>;
  remove(waiting: Waiting): Promise<void>;
  putDraft(token: string, draft: Draft): Promise<void>;
  drafts(): Promise<Map<string, Draft>>;
  removeDraft(token: string): Promise<void>;
}

class DatabaseShelf implements Shelf {
  constructor(private readonly database: IDBDatabase) {}

  private store(name: "answers" | "drafts", mode: IDBTransactionMode): IDBObjectStore {
    return this.database.transaction(name, mode).objectStore(name);
  }

  async add(waiting: Waiting): Promise<Waiting> {
    const transaction = this.database.transaction("answers", "readwrite");
    const key = asked(transaction.objectStore("answers").add(waiting));
    // Only when the transaction is complete is the answer kept.
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    return { ...waiting, seq: Number(await key) };
  }

  async waiting(study: string): Promise<Waiting[]> {
    const all: Waiting[] = await asked(this.store("answers", "readonly").getAll());
    return all.filter((item) => item.study === study);
  }

  async remove(waiting: Waiting): Promise<void> {
    await asked(this.store("answers", "readwrite").delete(waiting.seq as number));
  }

  async putDraft(token: string, draft: Draft): Promise<void> {
    await asked(this.store("drafts", "readwrite").put(draft, token));
  }

  async drafts(): Promise<Map<string, Draft>> {
    const store = this.store("drafts", "readonly");
    const [tokens, drafts] = await Promise.all([asked(store.getAllKeys()), asked(store.getAll())]);
    return new Map(tokens.map((token, i) => [String(token), drafts[i]]));
  }

  async removeDraft(token: string): Promise<void> {
    await asked(this.store("drafts", "readwrite").delete(token));
  }
}

class MemoryShelf implements Shelf {
  private answers: Waiting[] = [];
  private readonly kept = new Map<string, Draft>();
  private last = 0;

  async add(waiting: Waiting): Promise<Waiting> {
    this.last += 1;
    this.answers.push({ ...waiting, seq: this.last });
    return { ...waiting, seq: this.last };
  }

  async waiting(study: string): Promise<Waiting[]> {
    return this.answers.filter((item) => item.study === study);
  }

  async remove(waiting: Waiting): Promise<void> {
    this.answers = this.answers.filter((item) => item.seq !== waiting.seq);
  }

  async putDraft(token: string, draft: Draft): Promise<void> {
    this.kept.set(token, draft);
  }

  async drafts(): Promise<Map<string, Draft>> {
    return new Map(this.kept);
  }

  async removeDraft(token: string): Promise<void> {
    this.kept.delete(token);
  }
}

export async function openShelf(): Promise<Shelf> {
  try {
    const request = indexedDB.open("readerstudy", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("answers", { keyPath: "seq", autoIncrement: true });
      request.result.createObjectStore("drafts");
    };
    return new DatabaseShelf(await asked(request));
  } catch {
    return new MemoryShelf();
  }
}

export type { Shelf };
