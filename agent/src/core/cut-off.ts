// Where an outage ends: at the critical percent, or where the voltage under this load falls to the critical voltage,
// whichever comes first. An old pack under a heavy load reaches the voltage at half of its percent.
import type { Thresholds } from "./engine.ts";
import type { GaugeReading } from "./model.ts";
import { type OcvTable, ocvMv, ocvToPct } from "./ocv.ts";

/** The weakest cell's voltage where the board measures each: it is the one that ends the outage, and the one that suffers. */
export function weakestMv({ cellMv, lowestCellMv }: Pick<GaugeReading, "cellMv" | "lowestCellMv">): number {
  return lowestCellMv === undefined ? cellMv : Math.min(lowestCellMv, cellMv);
}

const mostSagMv = 800;

/**
 * What the load takes off the cell at this moment, mV, never negative: what the voltage lacks of the table's at this
 * percent, and no less than what the current costs where it is known (a gauge's percent need not be the table's).
 */
export function sagOf(reading: GaugeReading, table: OcvTable, resistanceMohm: number): number {
  const weaker = reading.cellMv - weakestMv(reading);
  const byTable = ocvMv(table, reading.chargePct) - reading.cellMv;
  const byCurrent = (-(reading.currentMa ?? 0) * resistanceMohm) / 1000;
  return Math.max(0, Math.min(mostSagMv, Math.max(byTable, byCurrent) + weaker));
}

/** A sag at a voltage as it will be at the critical one: a steady power draws more current from a lower voltage. */
export function sagAtCutOffMv(sagMv: number, cellMv: number, criticalCellMv: number): number {
  return sagMv * Math.max(1, cellMv / criticalCellMv);
}

/**
 * Percent at which the agent will power the Pi off if the load stays; 0-100. `sagMv`: what the load takes off the cell
 * there, not now.
 */
export function cutOffPct(sagMv: number, table: OcvTable, limits: Thresholds): number {
  const byVoltage = sagMv <= 0 ? 0 : ocvToPct(table, limits.criticalCellMv + sagMv);
  return Math.max(0, Math.min(100, Math.max(limits.criticalPct, byVoltage)));
}
