// A Pi without a clock battery starts with a wrong time and gets the right one when the network is up. Durations do not
// care (they are monotonic), but moments that are shown would be hours off; they are moved together with the clock.
import type { Instant } from "./model.ts";

/** Less is the ordinary steering of a clock by NTP, and not worth moving anything. */
const jumpMs = 2_000;

/** By how much the wall clock jumped between two inputs; 0 when it went with the monotonic one. */
export function wallJumpMs(before: Instant | null, now: Instant): number {
  if (before === null) return 0;
  const jump = now.wallMs - before.wallMs - (now.monoMs - before.monoMs);
  return Math.abs(jump) > jumpMs ? jump : 0;
}

function isInstant(value: object): value is Instant {
  return "monoMs" in value && "wallMs" in value && "utcOffsetMin" in value;
}

function moved(value: unknown, jump: number, utcOffsetMin: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => moved(each, jump, utcOffsetMin));
  if (isInstant(value)) return { ...value, wallMs: value.wallMs + jump, utcOffsetMin };
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, moved(each, jump, utcOffsetMin)]),
  );
}

/**
 * The same state with every `Instant` in it on the clock as it goes now.
 * The state is plain data, so its shape is the same before and after.
 */
export function onNewClock<T>(state: T, jump: number, now: Instant): T {
  return moved(state, jump, now.utcOffsetMin) as T;
}
