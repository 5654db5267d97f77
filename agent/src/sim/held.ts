// What a controller measured last: new at its own pace, and old for ever while it hangs.
import type { ChipSurroundings, Measured } from "./chip-registers.ts";

/** `at_once`: an input pin that is looked at when asked. `measured`: mains comes with the other figures. */
export type HeldMains = "at_once" | "measured";

/** The world as the controller holds it. A controller that hangs still tells mains. */
export function createHeld(around: ChipSurroundings, everyMs: number, mains: HeldMains): () => Measured {
  let seen: Measured | null = null;
  let seenAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const now = around.measure();
    const nowMs = around.nowMs();
    const old = seen;
    if (old !== null && around.frozen()) return { ...old, acPresent: now.acPresent };
    if (old !== null && nowMs - seenAtMs < everyMs) {
      return mains === "measured" ? old : { ...old, acPresent: now.acPresent };
    }
    seen = now;
    seenAtMs = nowMs;
    return now;
  };
}
