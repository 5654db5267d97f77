// What chip drivers refuse, with one code and one cure for each kind of refusal.
import type { ReadFailure } from "../core/model.ts";

/** The cure for figures that no chip sends. */
export const disturbedBus = "A bad contact or a disturbed bus does this: check the HAT's seat and pins.";

/** A figure that cannot be. Code: `PI_UPS_GAUGE_IMPOSSIBLE`. */
export function impossible(sentence: string, cure = disturbedBus): ReadFailure {
  return { ok: false, code: "PI_UPS_GAUGE_IMPOSSIBLE", message: `${sentence} ${cure}` };
}

/** It is another chip, or none. The sentences name the cure. Code: `PI_UPS_GAUGE_NOT_FOUND`. */
export function notThisChip(message: string): ReadFailure {
  return { ok: false, code: "PI_UPS_GAUGE_NOT_FOUND", message };
}

/** A switch was asked for what the board cannot do. The sentences name what it can. Code: `PI_UPS_NOT_POSSIBLE`. */
export function notPossible(message: string): ReadFailure {
  return { ok: false, code: "PI_UPS_NOT_POSSIBLE", message };
}

/** What was written is not what the board shows. Code: `PI_UPS_NOT_TAKEN`. */
export function notTaken(
  sentence: string,
  cure = "Try again; if it stays, power the HAT off and on.",
): ReadFailure {
  return { ok: false, code: "PI_UPS_NOT_TAKEN", message: `${sentence} ${cure}` };
}
