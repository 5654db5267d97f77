// The real clock: Node's monotonic time for durations, the wall clock and its zone for people.
import type { Instant } from "../core/model.ts";
import type { CancelSignal, Clock } from "../ports/ports.ts";

/** Whole milliseconds: sums and differences of them stay exact, in the core and in what people read. */
function now(): Instant {
  const wall = new Date();
  return {
    monoMs: Math.round(performance.now()),
    wallMs: wall.getTime(),
    utcOffsetMin: -wall.getTimezoneOffset(),
  };
}

function sleep(ms: number, signal?: CancelSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
}

function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

export const nodeClock: Clock = { now, sleep, after };
