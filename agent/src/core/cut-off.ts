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
 * What the load takes off the cell at this moment, mV, never negative: by the current where it is known, else by what
 * the voltage lacks of the table's at this percent. A gauge whose percent is not the table's gives too little, not nonsense.
 */
export function sagOf(reading: GaugeReading, table: OcvTable, resistanceMohm: number): number {
  const weaker = reading.cellMv - weakestMv(reading);
  const sag =
    reading.currentMa === undefined
      ? ocvMv(table, reading.chargePct) - reading.cellMv
      : (-reading.currentMa * resistanceMohm) / 1000;
  return Math.max(0, Math.min(mostSagMv, sag + weaker));
}

/** Percent at which the agent will power the Pi off if the load stays; 0-100. */
export function cutOffPct(sagMv: number, cellMv: number, table: OcvTable, limits: Thresholds): number {
  // At a steady power the current, and with it the sag, grows as the voltage falls.
  const sagThere = sagMv * Math.max(1, cellMv / limits.criticalCellMv);
  const byVoltage = sagThere <= 0 ? 0 : ocvToPct(table, limits.criticalCellMv + sagThere);
  return Math.max(0, Math.min(100, Math.max(limits.criticalPct, byVoltage)));
}
