// What is known of the pack at this moment: its table, its resistance and its rated capacity, from the configuration and
// from what was learned.
import type { CoreConfig } from "./engine.ts";
import { defaultResistanceMohm, ocvTable } from "./ocv.ts";
import type { RuntimeFacts } from "./runtime.ts";
import type { CoreState } from "./state.ts";

/** 0 % of a table that is stretched to the cut-off; the agent never lets a cell go deeper. */
export function packFacts(state: CoreState, config: CoreConfig): RuntimeFacts {
  const { chemistry } = config.board.battery;
  const { learned } = state.learning;
  return {
    table: ocvTable(chemistry, config.thresholds.criticalCellMv),
    resistanceMohm: learned.resistanceMohm ?? defaultResistanceMohm[chemistry],
    ratedMah: config.capacityMah,
    thresholds: config.thresholds,
    learned,
    estimated: state.chargeEstimated,
    sampleIntervalMs: config.sampleIntervalMs,
  };
}
