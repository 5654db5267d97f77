// When the card has to be drawn again because time passed: on the second while a second shows, else on the minute.
import type { Status } from "./view.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
/** Just past the edge, so that a timer that fires early does not draw the old second. */
const marginMs = 10;

function toNext(elapsedMs: number, stepMs: number): number {
  const rest = ((elapsedMs % stepMs) + stepMs) % stepMs;
  return stepMs - rest + marginMs;
}

/** Milliseconds until the next drawing. */
export function nextTick(status: Status, nowMs: number): number {
  switch (status.kind) {
    case "counting_down": {
      const leftMs = (status.deadlineMs ?? nowMs) - nowMs;
      return leftMs > 0 ? toNext(-leftMs, secondMs) : minuteMs;
    }
    case "on_battery":
    case "low": {
      // Seconds are told in the first hour.
      const elapsedMs = nowMs - (status.sinceMs ?? nowMs);
      return toNext(elapsedMs, elapsedMs < hourMs ? secondMs : minuteMs);
    }
    default:
      return toNext(nowMs, minuteMs);
  }
}
