// The voltage limits that a person did not write follow the board's chemistry: those of Li-ion would call every LiFePO4
// cell critical from the first minute of an outage on.
import type { Chemistry } from "../boards/board.ts";
import { voltageLimits } from "../core/config-defaults.ts";
import type { RawConfig } from "./schema.ts";

/** The configuration with the chemistry's limits where the file says none. `isWritten` is asked for paths of settings. */
export function withChemistryLimits(
  raw: RawConfig,
  chemistry: Chemistry,
  isWritten: (path: string) => boolean,
): RawConfig {
  const { lowCellMv, criticalCellMv, recoveredCellMvAbove } = voltageLimits[chemistry];
  const limits = {
    low_cell_v: lowCellMv,
    critical_cell_v: criticalCellMv,
    recovered_cell_v_above: recoveredCellMvAbove,
  };
  const unwritten = Object.entries(limits).filter(([key]) => !isWritten(`thresholds.${key}`));
  const volts = Object.fromEntries(unwritten.map(([key, millivolts]) => [key, millivolts / 1000]));
  return { ...raw, thresholds: { ...raw.thresholds, ...volts } };
}
