// A clock that only moves when a test says so: hours of a simulated outage pass in milliseconds, in the same order every time.
import type { Instant } from "../../agent/src/core/model.ts";
import type { CancelSignal, Clock } from "../../agent/src/ports/ports.ts";

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Lets everything that waits on settled promises run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class VirtualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #monoMs = 1000;
  #wallMs: number;

  constructor(wallMs = Date.UTC(2026, 10, 21, 12)) {
    this.#wallMs = wallMs;
  }

  now(): Instant {
    return { monoMs: this.#monoMs, wallMs: this.#wallMs, utcOffsetMin: 60 };
  }

  /** Timers that wait; a stopped thing leaves none behind. */
  get waiting(): number {
    return this.#timers.size;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#monoMs + Math.max(0, ms), run };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  sleep(ms: number, signal?: CancelSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const onAbort = () => {
        cancel();
        resolve();
      };
      const cancel = this.after(ms, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Moves time on, running timers in their order and letting promises settle between them. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#monoMs + ms;
    await settle();
    for (let next = this.#next(endMs); next !== null; next = this.#next(endMs)) {
      this.#timers.delete(next);
      this.#moveTo(next.atMs);
      next.run();
      await settle();
    }
    this.#moveTo(endMs);
  }

  /** Runs timers as needed until the promise settles; for drivers that sleep between transfers. */
  async until<T>(promise: Promise<T>): Promise<T> {
    const outcome: { done: boolean } = { done: false };
    const watched = promise.finally(() => {
      outcome.done = true;
    });
    watched.catch(() => {});
    await settle();
    while (!outcome.done) {
      const next = this.#next(Number.POSITIVE_INFINITY);
      if (next === null) throw new Error("the promise waits for something that is not a timer");
      this.#timers.delete(next);
      this.#moveTo(next.atMs);
      next.run();
      await settle();
    }
    return watched;
  }

  #next(endMs: number): Timer | null {
    let first: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.atMs <= endMs && (first === null || timer.atMs < first.atMs)) first = timer;
    }
    return first;
  }

  #moveTo(monoMs: number): void {
    if (monoMs <= this.#monoMs) return;
    this.#wallMs += monoMs - this.#monoMs;
    this.#monoMs = monoMs;
  }
}
