// Open-circuit voltage of a cell by its charge, and back: the table under every simulated battery.
import type { Chemistry } from "../boards/board.ts";
import { UpsError } from "../core/ups-error.ts";

/** Charge in percent and open-circuit voltage in mV of one cell, rising. */
export type OcvTable = readonly (readonly [chargePct: number, cellMv: number])[];

/**
 * A LiPo pack at 20 °C in steps of 5 %.
 * Source: Linux arch/arm64/boot/dts/rockchip/rk3566-anbernic-rg353*.dts, ocv-capacity-table-0.
 * Its 0 % is that handheld's own cut-off.
 */
const liIon: OcvTable = (
  [
    3400, 3446, 3492, 3525, 3552, 3571, 3587, 3600, 3612, 3628, 3650, 3683, 3714, 3746, 3783, 3826, 3874,
    3926, 3984, 4054, 4172,
  ] as const
).map((cellMv, index) => [index * 5, cellMv] as const);

/** Below this charge the table is stretched down to the HAT's own cut-off. */
const tailBelowPct = 15;

function interpolate(table: OcvTable, x: number, from: 0 | 1, to: 0 | 1): number {
  let below = table[0];
  for (const point of table) {
    if (below !== undefined && point[from] >= x) {
      const span = point[from] - below[from];
      if (span <= 0) return point[to];
      return below[to] + ((x - below[from]) / span) * (point[to] - below[to]);
    }
    below = point;
  }
  return below?.[to] ?? 0;
}

/**
 * The table for a chemistry, its tail scaled so that 0 % is at `emptyMv`: a HAT runs lower than the
 * handheld that the table was measured for.
 */
export function ocvTable(chemistry: Chemistry, emptyMv: number): OcvTable {
  if (chemistry !== "li_ion") {
    throw new UpsError(
      "PI_UPS_SIM_NO_MODEL",
      `The simulator has no open-circuit table for ${chemistry} cells; it has one for li_ion.`,
    );
  }
  const kneeMv = interpolate(liIon, tailBelowPct, 0, 1);
  const lowestMv = interpolate(liIon, 0, 0, 1);
  const stretch = (kneeMv - emptyMv) / (kneeMv - lowestMv);
  return liIon.map(([pct, mv]) => [pct, pct < tailBelowPct ? kneeMv - (kneeMv - mv) * stretch : mv] as const);
}

/** mV of one resting cell. Charge outside 0-100 gives the value of the nearer end. */
export function ocvMv(table: OcvTable, chargePct: number): number {
  return interpolate(table, Math.max(0, Math.min(100, chargePct)), 0, 1);
}

/** Charge of a resting cell in percent; voltages outside the table give 0 or 100. */
export function ocvToPct(table: OcvTable, cellMv: number): number {
  return Math.max(0, Math.min(100, interpolate(table, Math.max(table[0]?.[1] ?? 0, cellMv), 1, 0)));
}
