// CRATE of the MAX17048: the gauge's own estimate of how fast the percentage moves, and what it says about charging.
// Facts: MAX17048 datasheet, "CRATE Register"; the dead band is ours.
import type { Result } from "../core/model.ts";
import { impossible } from "./chip-failures.ts";
import { signed16 } from "./words.ts";

const pctPerHourPerLsb = 0.208;
/** No pack of a Pi is charged or emptied in less than a quarter of an hour. */
const mostPctPerHour = 400;
/** From this rate on the battery is charging; five steps of the register, so that rounding and drift do not count. */
const chargingFromPctPerHour = 1;
/** At or below this rate it no longer is; between the two, what was true stays true. */
const notChargingToPctPerHour = 0.4;

/** Percent per hour, + = charging; the word is a two's complement number. Refuses what no battery can do. */
export function rateToPctPerHour(word: number): Result<number> {
  const rate = signed16(word) * pctPerHourPerLsb;
  if (Math.abs(rate) <= mostPctPerHour) return { ok: true, value: rate };
  return impossible(
    `The gauge says that the battery moves by ${rate.toFixed(0)} % an hour, which no battery does.`,
  );
}

/** Whether this rate means charging, for a battery that was charging or not before. */
export function chargingAt(ratePctPerHour: number, before: boolean): boolean {
  if (ratePctPerHour >= chargingFromPctPerHour) return true;
  return ratePctPerHour > notChargingToPctPerHour && before;
}
