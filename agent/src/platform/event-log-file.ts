// events.jsonl: one JSON line per event, for people with a shell and for log shippers; a copy of the journal, never the
// record. Rotated by size and count; a line torn by a power cut is cut off at the next start.
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
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
  /** The file is rotated before it grows beyond this. */
  readonly maxBytes: number;
  /** Files kept, the present one included; 1: no older ones. */
  readonly files: number;
}

export interface EventLogFile {
  /**
   * Opens the file and mends its end; returns the sequence number of its last event, null when there is none.
   * Idempotent. Trouble is logged, never thrown.
   */
  start(): number | null;
  /** Synced before it returns; trouble is logged once and never thrown. */
  append(event: UpsEvent): void;
  close(): void;
}

/** Longer than any line: an event's texts are limited. */
const tailBytes = 64 * 1024;
const newline = 0x0a;

/** The last bytes of a file, and where they begin. */
function readTail(fd: number): { readonly bytes: Buffer; readonly from: number } {
  const { size } = fstatSync(fd);
  const from = Math.max(0, size - tailBytes);
  const bytes = Buffer.alloc(size - from);
  let got = 0;
  while (got < bytes.length) {
    const count = readSync(fd, bytes, got, bytes.length - got, from + got);
    if (count === 0) break;
    got += count;
  }
  return { bytes: bytes.subarray(0, got), from };
}

function seqOf(line: string): number | null {
  try {
    const seq = (JSON.parse(line) as { readonly seq?: unknown } | null)?.seq;
    return typeof seq === "number" ? seq : null;
  } catch {
    return null;
  }
}

function lastSeq(whole: Buffer): number | null {
  const lines = whole.toString("utf8").split("\n").reverse();
  for (const line of lines) {
    const seq = seqOf(line);
    if (seq !== null) return seq;
  }
  return null;
}

function lastSeqOf(path: string): number | null {
  try {
    const fd = openSync(path, "r");
    try {
      return lastSeq(readTail(fd).bytes);
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

class RotatingFile implements EventLogFile {
  readonly #options: EventLogOptions;
  readonly #log: Log;
  #fd: number | null = null;
  #lastSeq: number | null = null;
  #troubled = false;

  constructor(options: EventLogOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  start(): number | null {
    this.#guarded(() => this.#open());
    const { path } = this.#options;
    // A read-only file still tells its numbers; one that was just rotated has them in the older file.
    this.#lastSeq ??= lastSeqOf(path) ?? lastSeqOf(`${path}.1`);
    return this.#lastSeq;
  }

  append(event: UpsEvent): void {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    this.#guarded(() => {
      let fd = this.#open();
      const { size } = fstatSync(fd);
      if (size > 0 && size + line.length > this.#options.maxBytes) {
        this.#rotate();
        fd = this.#open();
      }
      for (let written = 0; written < line.length; ) written += writeSync(fd, line, written);
      fsyncSync(fd);
    });
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  /** Runs it; after trouble the file is opened anew the next time, which mends its end. */
  #guarded(run: () => void): void {
    try {
      run();
      this.#troubled = false;
    } catch (error) {
      if (!this.#troubled) {
        const why = error instanceof Error ? error.message : String(error);
        const message = `${this.#options.path} cannot be written (${why}). The journal still has every event.`;
        this.#log.log("warning", message, { code: "PI_UPS_EVENTS_FILE_UNWRITABLE" });
      }
      this.#troubled = true;
      this.close();
    }
  }

  #open(): number {
    if (this.#fd !== null) return this.#fd;
    mkdirSync(dirname(this.#options.path), { recursive: true });
    const fd = openSync(this.#options.path, "a+", 0o644);
    this.#fd = fd;
    this.#mendEnd(fd);
    return fd;
  }

  #mendEnd(fd: number): void {
    const { bytes, from } = readTail(fd);
    const end = bytes.lastIndexOf(newline) + 1;
    const rest = bytes.subarray(end);
    this.#lastSeq = lastSeq(bytes);
    if (rest.length === 0) return;
    if (seqOf(rest.toString("utf8")) !== null) {
      writeSync(fd, "\n");
      return;
    }
    // A tail without any line end is no file of ours: it is left as it is, and only ended.
    if (end === 0 && from > 0) writeSync(fd, "\n");
    else ftruncateSync(fd, from + end);
    const message = `The last line of ${this.#options.path} was torn by an interruption. The journal has the event: pi-ups events`;
    this.#log.log("notice", message);
  }

  #rotate(): void {
    this.close();
    const { path, files } = this.#options;
    const nth = (n: number) => (n === 0 ? path : `${path}.${n}`);
    rmSync(nth(files - 1), { force: true });
    for (let n = files - 2; n >= 0; n -= 1) if (existsSync(nth(n))) renameSync(nth(n), nth(n + 1));
  }
}

/** Touches nothing before `start` or the first event. */
export function createEventLogFile(options: EventLogOptions, log: Log): EventLogFile {
  return new RotatingFile(options, log);
}
