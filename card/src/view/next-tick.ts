// When the card has to be drawn again because time passed: on the second while a second shows, else on the minute.
import type { Status } from "./view.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Just past the edge, so that a timer that fires early does not draw the old second. */
const marginMs = 10;

/** Milliseconds until the next drawing. */
export function nextTick(status: Status, nowMs: number): number {
  const counting = status.kind === "counting_down" && (status.deadlineMs ?? 0) > nowMs;
  const edgeMs = counting ? (status.deadlineMs ?? 0) : "sinceMs" in status ? (status.sinceMs ?? 0) : 0;
  const draining = status.kind === "on_battery" || status.kind === "low";
  // Seconds are told while counting down, and in the first hour of an outage.
  const stepMs = counting || (draining && nowMs - edgeMs < hourMs) ? 1000 : minuteMs;
  const rest = (nowMs - edgeMs) % stepMs;
  return (rest < 0 ? -rest : stepMs - rest) + marginMs;
}
