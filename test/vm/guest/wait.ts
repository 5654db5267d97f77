// Waiting for something to become true, with a limit that leaves room for software emulation on a busy machine, where a Node
// alone takes 20 s to start. What has to be quick is measured by the checks themselves.
import { setTimeout as sleep } from "node:timers/promises";
import { Mismatch } from "./tap.ts";

/** Looks until `wanted` holds and resolves with what was seen; throws what was seen last when the time is over. */
export async function eventually<T>(
  expected: string,
  look: () => T | Promise<T>,
  wanted: (seen: T) => boolean,
  limitMs = 180_000,
): Promise<T> {
  const until = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (wanted(seen)) return seen;
    if (performance.now() > until) {
      throw new Mismatch(seen ?? "nothing", `${expected} within ${limitMs / 1000} s`);
    }
    await sleep(100);
  }
}

/** `found` if it is what was wanted, else a failed check. */
export function need<T>(found: T, expected: string, wanted: (found: T) => boolean): T {
  if (wanted(found)) return found;
  throw new Mismatch(found ?? "nothing", expected);
}
