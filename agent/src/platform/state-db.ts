// The agent's one SQLite file as its stores see it: reads always answer, writes are synced when they return or throw a
// sentence. A file that went bad is kept under another name; a disk that refuses is tried again.
import type { DatabaseSync } from "node:sqlite";
import { UpsError } from "../core/ups-error.ts";
import type { Log } from "../ports/ports.ts";
import {
  copyInMemory,
  emptyInMemory,
  identityOf,
  moveAside,
  openFile,
  salvageSeq,
  troubleOf,
  writeAgain,
} from "./state-file.ts";
import { useUpTo } from "./state-schema.ts";

export interface StateDb {
  /** Reads from the file, or from what could be saved of it while the disk refuses. May run twice. */
  read<T>(run: (db: DatabaseSync) => T): T;
  /**
   * Makes a change in one transaction; when it returns, the change survives a power cut. May run twice.
   * Throws `UpsError` (`PI_UPS_JOURNAL_UNWRITABLE`); then nothing was changed.
   */
  write(change: (db: DatabaseSync) => void): void;
  close(): void;
}

/** Between two tries to open a file that the disk refused. */
const reopenEveryMs = 10_000;

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

class FileDb implements StateDb {
  readonly #path: string;
  readonly #log: Log;
  readonly #startedMs: number;
  #db: DatabaseSync = emptyInMemory();
  /** Why `#db` is only a copy in memory; null when it is the file. */
  #refused: string | null = "not opened";
  /** Which file `#db` is. */
  #identity: string | null = null;
  #triedAtMs = Number.NEGATIVE_INFINITY;

  constructor(path: string, log: Log, startedMs: number) {
    this.#path = path;
    this.#log = log;
    this.#startedMs = startedMs;
  }

  /** Opens the file; a refusal of the disk leaves a copy in memory. Throws SQLite's error when it is in use. */
  open(): void {
    this.#triedAtMs = performance.now();
    try {
      this.#take(openFile(this.#path), null);
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === "in_use") throw error;
      if (trouble === "unusable") this.#replace(error);
      else this.#leaveFile(error);
    }
  }

  read<T>(run: (db: DatabaseSync) => T): T {
    try {
      return run(this.#db);
    } catch (error) {
      this.#mend(error);
      return run(this.#db);
    }
  }

  write(change: (db: DatabaseSync) => void): void {
    if (this.#refused === null) this.#follow();
    else this.#reopen();
    if (this.#refused !== null) throw this.#unwritable(this.#refused);
    try {
      this.#transact(change);
    } catch (error) {
      if (troubleOf(error) !== "unusable") throw this.#unwritable(text(error), error);
      this.#replace(error);
      this.#writeAgain(change);
    }
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #writeAgain(change: (db: DatabaseSync) => void): void {
    if (this.#refused !== null) throw this.#unwritable(this.#refused);
    try {
      this.#transact(change);
    } catch (error) {
      throw this.#unwritable(text(error), error);
    }
  }

  #transact(change: (db: DatabaseSync) => void): void {
    const db = this.#db;
    try {
      db.exec("BEGIN IMMEDIATE");
      change(db);
      db.exec("COMMIT");
    } finally {
      // After some errors SQLite has rolled back by itself.
      if (db.isTransaction) db.exec("ROLLBACK");
    }
  }

  /** After an error, something readable takes the place of what failed. */
  #mend(error: unknown): void {
    if (troubleOf(error) === "unusable") this.#replace(error);
    else this.#leaveFile(error);
  }

  /** Somebody removed or replaced the file: writes would go where nobody finds them. */
  #follow(): void {
    const present = identityOf(this.#path);
    if (present === this.#identity) return;
    try {
      if (present === null) writeAgain(this.#db, this.#path);
    } catch {
      // Then a new file begins, or the disk says below what is wrong with it.
    }
    this.open();
  }

  #reopen(): void {
    if (performance.now() - this.#triedAtMs < reopenEveryMs) return;
    this.#triedAtMs = performance.now();
    try {
      this.#take(openFile(this.#path), null);
    } catch (error) {
      if (troubleOf(error) === "unusable") this.#replace(error);
      else this.#refused = text(error);
    }
  }

  /** The unusable file is kept under another name and a new one begins: protecting the Pi does not wait for history. */
  #replace(cause: unknown): void {
    this.close();
    try {
      const aside = moveAside(this.#path, this.#startedMs);
      const db = openFile(this.#path);
      useUpTo(db, salvageSeq(aside));
      this.#take(db, null);
      const message = `The journal ${this.#path} cannot be used (${text(cause)}). It was kept as ${aside}, and a new one begins.`;
      this.#log.log("error", message, { code: "PI_UPS_JOURNAL_DAMAGED" });
    } catch (error) {
      this.#take(emptyInMemory(), text(error));
    }
  }

  #leaveFile(error: unknown): void {
    this.close();
    this.#take(copyInMemory(this.#path), text(error));
  }

  #take(db: DatabaseSync, refused: string | null): void {
    this.close();
    this.#db = db;
    this.#refused = refused;
    this.#identity = refused === null ? identityOf(this.#path) : null;
  }

  #unwritable(why: string, cause?: unknown): UpsError {
    const message = `The journal ${this.#path} cannot be written (${why}). Events wait in memory and would be lost with the power; check the free space, the permissions, and whether the disk became read-only.`;
    return new UpsError("PI_UPS_JOURNAL_UNWRITABLE", message, { cause });
  }
}

/**
 * Opens `path`. A disk that refuses is no error here: reads answer from memory, writes throw until it works.
 * Throws `UpsError` (`PI_UPS_STATE_IN_USE`) when another process holds the file.
 * @param startedMs Unix time, for the name under which an unusable file is kept
 */
export function openStateDb(path: string, log: Log, startedMs: number): StateDb {
  const db = new FileDb(path, log, startedMs);
  try {
    db.open();
    return db;
  } catch (error) {
    db.close();
    const message = `Another process uses ${path}. Each agent needs its own \`state_dir\`.`;
    throw new UpsError("PI_UPS_STATE_IN_USE", message, { cause: error });
  }
}
