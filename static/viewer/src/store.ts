/** What this browser keeps until the server has it: answers under way, and drafts. */

import type { Draft, Submission } from "./contract";

export interface Waiting {
  /** Order of writing down, given by the database; none where only this page knows it. */
  readonly seq?: number;
  /** Whose it is: a study and its reader. */
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

export class Shelf {
  /** Answers that the browser had no room for: this page alone knows them. */
  private loose: Waiting[] = [];

  /** `database`: null where the browser refuses one (some private windows). */
  constructor(private readonly database: IDBDatabase | null) {}

  /** Resolves when it is kept, with its place in the order where it lasts longer than this page. */
  async add(waiting: Waiting): Promise<Waiting> {
    const seq = await this.tried(async (database) => {
      const transaction = database.transaction("answers", "readwrite");
      const key = asked(transaction.objectStore("answers").add(waiting));
      // Only when the transaction is complete is the answer kept.
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
      return Number(await key);
    });
    if (seq !== null) return { ...waiting, seq };
    this.loose.push(waiting);
    return waiting;
  }

  async waiting(study: string): Promise<Waiting[]> {
    const all = await this.tried(
      (database): Promise<Waiting[]> => asked(store(database, "answers", "readonly").getAll()),
    );
    return [...(all ?? []), ...this.loose].filter((item) => item.study === study);
  }

  async remove(waiting: Waiting): Promise<void> {
    const { seq } = waiting;
    if (seq === undefined) this.loose = this.loose.filter((item) => item !== waiting);
    else await this.tried((database) => asked(store(database, "answers", "readwrite").delete(seq)));
  }

  async putDraft(token: string, draft: Draft): Promise<void> {
    await this.tried((database) => asked(store(database, "drafts", "readwrite").put(draft, token)));
  }

  /** Null where they cannot be told. */
  drafts(): Promise<Map<string, Draft> | null> {
    return this.tried(async (database) => {
      const drafts = store(database, "drafts", "readonly");
      const [tokens, values] = await Promise.all([asked(drafts.getAllKeys()), asked(drafts.getAll())]);
      return new Map(tokens.map((token, i) => [String(token), values[i]]));
    });
  }

  async removeDraft(token: string): Promise<void> {
    await this.tried((database) => asked(store(database, "drafts", "readwrite").delete(token)));
  }

  /** A browser may run out of room, or take the database away, at any time. */
  private async tried<T>(attempt: (database: IDBDatabase) => Promise<T>): Promise<T | null> {
    try {
      return this.database && (await attempt(this.database));
    } catch (error) {
      if (error instanceof DOMException) return null;
      throw error;
    }
  }
}

function store(database: IDBDatabase, name: "answers" | "drafts", mode: IDBTransactionMode): IDBObjectStore {
  return database.transaction(name, mode).objectStore(name);
}

export async function openShelf(): Promise<Shelf> {
  try {
    const request = indexedDB.open("readerstudy", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("answers", { keyPath: "seq", autoIncrement: true });
      request.result.createObjectStore("drafts");
    };
    return new Shelf(await asked(request));
  } catch {
    return new Shelf(null);
  }
}
