// events.jsonl: one JSON line per event, for people with a shell and for log shippers. Rotated by size and count;
// a line torn by a power cut is ended at the next start, so that the next event begins on a line of its own.
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Log } from "../ports/ports.ts";
import type { UpsEvent } from "../protocol/events.ts";

export interface EventLogOptions {
  readonly path: string;
  readonly maxBytes: number;
  /** Files kept, the present one included; 1: no older ones. */
  readonly files: number;
}

export interface EventLogFile {
  /** Synced before it returns; trouble is logged once and never thrown: the journal is the record, this file a copy. */
  append(event: UpsEvent): void;
  close(): void;
}

class RotatingFile implements EventLogFile {
  readonly #options: EventLogOptions;
  readonly #log: Log;
  #fd: number | null = null;
  #troubled = false;

  constructor(options: EventLogOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  append(event: UpsEvent): void {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    try {
      let fd = this.#open();
      if (fstatSync(fd).size + line.length > this.#options.maxBytes && fstatSync(fd).size > 0) {
        this.#rotate();
        fd = this.#open();
      }
      writeSync(fd, line);
      fsyncSync(fd);
      this.#troubled = false;
    } catch (error) {
      if (!this.#troubled)
        this.#log.log("warning", `${this.#options.path} cannot be written: ${String(error)}`);
      this.#troubled = true;
      this.close();
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #open(): number {
    if (this.#fd !== null) return this.#fd;
    mkdirSync(dirname(this.#options.path), { recursive: true });
    const fd = openSync(this.#options.path, "a+", 0o644);
    this.#fd = fd;
    const { size } = fstatSync(fd);
    if (size > 0) {
      const last = Buffer.alloc(1);
      readSync(fd, last, 0, 1, size - 1);
      if (last[0] !== 0x0a) writeSync(fd, "\n");
    }
    return fd;
  }

  #rotate(): void {
    this.close();
    const { path, files } = this.#options;
    rmSync(`${path}.${files - 1}`, { force: true });
    for (let n = files - 2; n >= 1; n -= 1) {
      if (existsSync(`${path}.${n}`)) renameSync(`${path}.${n}`, `${path}.${n + 1}`);
    }
    if (files > 1) renameSync(path, `${path}.1`);
    else rmSync(path, { force: true });
  }
}

/** Opens the file at the first event. */
export function createEventLogFile(options: EventLogOptions, log: Log): EventLogFile {
  return new RotatingFile(options, log);
}
