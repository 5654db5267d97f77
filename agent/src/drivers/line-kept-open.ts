// A line that the agent needs for as long as it runs: one that could not be opened, because another program had it or the
// pins were not ready, or that died while it was open, is opened again now and then, and what is wrong is known in between.
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock } from "../ports/ports.ts";

/** Opening a line can block for a moment on sysfs, so a line that failed is not tried at each sample. */
const reopenAfterMs = 30_000;
/** A line that fails so many reads in a row is dead (somebody unexported it), and not only disturbed. */
const deadAfterFailures = 3;

export interface KeptOpen {
  /** Tries now; tries at once share one. */
  open(): Promise<Result<void>>;
  /** To be called at each sample: tries again when it is time. */
  again(): Promise<void>;
  /** What a read of the open line gave: only reads show that it died. */
  took(read: Result<unknown>): void;
  /** Why the line is not open, or is dead; null: neither, or nobody asked for it. */
  readonly failure: ReadFailure | null;
  /** Tries no more, and resolves when no try is under way. */
  end(): Promise<void>;
}

export interface LineToKeep {
  /** Called one at a time, and may be called while the line is open. */
  open(): Promise<Result<void>>;
  /** Called before a dead line is opened again. Absent: the line is never read. */
  close?(): Promise<void>;
}

class LineKeptOpen implements KeptOpen {
  readonly #line: LineToKeep;
  readonly #clock: Clock;
  #trying: Promise<Result<void>> | null = null;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #failedReads = 0;
  failure: ReadFailure | null = null;

  constructor(line: LineToKeep, clock: Clock) {
    this.#line = line;
    this.#clock = clock;
  }

  open(): Promise<Result<void>> {
    this.#trying ??= this.#try().finally(() => {
      this.#trying = null;
    });
    return this.#trying;
  }

  async again(): Promise<void> {
    if (this.failure === null || this.#clock.now().monoMs - this.#triedAtMs < reopenAfterMs) return;
    await this.open();
  }

  took(read: Result<unknown>): void {
    this.#failedReads = read.ok ? 0 : this.#failedReads + 1;
    if (read.ok) this.failure = null;
    else if (this.#dead) this.failure = read;
  }

  async end(): Promise<void> {
    await this.#trying;
    this.#failedReads = 0;
    this.failure = null;
  }

  get #dead(): boolean {
    return this.#failedReads >= deadAfterFailures;
  }

  async #try(): Promise<Result<void>> {
    this.#triedAtMs = this.#clock.now().monoMs;
    if (this.#dead) await this.#line.close?.();
    this.#failedReads = 0;
    const opened = await this.#line.open();
    this.failure = opened.ok ? null : opened;
    return opened;
  }
}

/** Does no I/O before `open`. */
export function keptOpen(line: LineToKeep, clock: Clock): KeptOpen {
  return new LineKeptOpen(line, clock);
}
