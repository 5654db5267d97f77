// Two clocks for the link: the real one for real sockets, and one that only moves when the test says so.
import type { Instant } from "../../../agent/src/core/model.ts";
import type { Clock } from "../../../agent/src/ports/ports.ts";

export const realClock: Clock = {
  now: () => ({ monoMs: performance.now(), wallMs: Date.now(), utcOffsetMin: 60 }),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** 2026-11-23 04:18:14.123 in Berlin, the moment of the contract's examples. */
export const startMs = Date.UTC(2026, 10, 23, 3, 18, 14, 123);

export class ManualClock implements Clock {
  #nowMs = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  now(): Instant {
    return { monoMs: this.#nowMs, wallMs: startMs + this.#nowMs, utcOffsetMin: 60 };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#nowMs + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Runs every timer that falls due on the way, in order. */
  advance(ms: number): void {
    const until = this.#nowMs + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = next.at;
      next.run();
    }
    this.#nowMs = until;
  }

  get pendingTimers(): number {
    return this.#timers.length;
  }
}
