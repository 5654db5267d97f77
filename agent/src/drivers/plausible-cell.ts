// What no cell can be: the check that a driver makes of every look before it is evidence for anything.
import type { RawReading, ReadFailure } from "../core/model.ts";
import { impossible } from "./chip-failures.ts";

/** Outside of this it is not a Li-ion or LiFePO4 cell but a misread register. */
const possibleMv = { lowest: 2000, highest: 4500 } as const;
/** Gauges report up to 106 % (geekworm-com/x728-script issue 14). */
const highestPct = 120;
/** A gauge at exactly 0 % is believed below this only: 0.3 % was measured at 3.48 V while charging (x120x-dkms, battery-profiles.md). */
const emptyBelowMv = 3600;

/** The refusal of a reading that no cell gives, or null. `source` names the chip in the sentence. */
export function implausibleCell(source: string, { cellMv, chargePct }: RawReading): ReadFailure | null {
  const { lowest, highest } = possibleMv;
  if (!(cellMv >= lowest && cellMv <= highest)) {
    return impossible(
      `${source} says ${Math.round(cellMv)} mV per cell; possible are ${lowest} to ${highest} mV.`,
    );
  }
  if (chargePct === undefined) return null;
  if (!(chargePct >= 0 && chargePct <= highestPct)) {
    return impossible(`${source} says ${chargePct.toFixed(1)} %; possible are 0 to ${highestPct} %.`);
  }
  if (chargePct === 0 && cellMv > emptyBelowMv) {
    return impossible(`${source} says exactly 0 % at ${Math.round(cellMv)} mV, which is not an empty cell.`);
  }
  return null;
}
