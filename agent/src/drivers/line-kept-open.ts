// A line that the agent needs for as long as it runs: one that could not be opened, because another program had it or the
// pins were not ready, is tried again now and then, and what is wrong is known in between.
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock } from "../ports/ports.ts";

/** Opening a line can block for a moment on sysfs, so a line that failed is not tried at each sample. */
export const reopenAfterMs = 30_000;

export interface KeptOpen {
  /** Tries now; tries at once share one. */
  open(): Promise<Result<void>>;
  /** To be called at each sample: tries again when it is time. */
  again(): void;
  /** Why the line is not open; null: it is, or nobody asked for it. */
  readonly failure: ReadFailure | null;
  /** Tries no more, and resolves when no try is under way. */
  end(): Promise<void>;
}

class LineKeptOpen implements KeptOpen {
  readonly #openLine: () => Promise<Result<void>>;
  readonly #clock: Clock;
  #trying: Promise<Result<void>> | null = null;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  failure: ReadFailure | null = null;

  constructor(openLine: () => Promise<Result<void>>, clock: Clock) {
    this.#openLine = openLine;
    this.#clock = clock;
  }

  open(): Promise<Result<void>> {
    this.#trying ??= this.#try().finally(() => {
      this.#trying = null;
    });
    return this.#trying;
  }

  again(): void {
    if (this.failure === null || this.#clock.now().monoMs - this.#triedAtMs < reopenAfterMs) return;
    void this.open();
  }

  async end(): Promise<void> {
    await this.#trying;
    this.failure = null;
  }

  async #try(): Promise<Result<void>> {
    this.#triedAtMs = this.#clock.now().monoMs;
    const opened = await this.#openLine();
    this.failure = opened.ok ? null : opened;
    return opened;
  }
}

/** Does no I/O before `open`. `openLine` is called one at a time and may be called while the line is open. */
export function keptOpen(openLine: () => Promise<Result<void>>, clock: Clock): KeptOpen {
  return new LineKeptOpen(openLine, clock);
}
