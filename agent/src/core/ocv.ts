// Open-circuit voltage of a resting cell by its charge, and back, for each chemistry: what a board that only measures
// a voltage is read with, and what every simulated battery is made of.
import type { Chemistry } from "../boards/board.ts";

/** Charge in percent and open-circuit voltage in mV of one cell, rising. */
export type OcvTable = readonly (readonly [chargePct: number, cellMv: number])[];

interface Curve {
  readonly table: OcvTable;
  /** Below this charge the table is stretched down to the pack's own cut-off. */
  readonly tailBelowPct: number;
}

/**
 * A LiPo pack at 20 °C in steps of 5 %.
 * Source: Linux arch/arm64/boot/dts/rockchip/rk3566-anbernic-rg353*.dts, ocv-capacity-table-0.
 * Its 0 % is that handheld's own cut-off.
 */
const liIon: Curve = {
  table: (
    [
      3400, 3446, 3492, 3525, 3552, 3571, 3587, 3600, 3612, 3628, 3650, 3683, 3714, 3746, 3783, 3826, 3874,
      3926, 3984, 4054, 4172,
    ] as const
  ).map((cellMv, index) => [index * 5, cellMv] as const),
  tailBelowPct: 15,
};

/**
 * A LiFePO4 cell. 10, 50 and 90 % are PiJuice's own profile (PiSupply/PiJuice: OCV10/50/90 = 3111/3243/3283 mV); 0 and
 * 100 % are those of meshtastic/firmware: src/power.h (CELL_TYPE_LIFEPO4). The points between are inferred: the shape of
 * the second curve, scaled to run through the first one's points. One millivolt is worth more than a percent between
 * 20 and 90 %, so a charge that is read from it is coarse.
 */
const lifepo4: Curve = {
  table: [
    [0, 3000],
    [10, 3111],
    [20, 3186],
    [30, 3215],
    [40, 3234],
    [50, 3243],
    [60, 3247],
    [70, 3256],
    [80, 3270],
    [90, 3283],
    [100, 3400],
  ],
  tailBelowPct: 10,
};

const curves: Readonly<Record<Chemistry, Curve>> = { li_ion: liIon, lifepo4 };

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
 * The table for a chemistry, its tail scaled so that 0 % is at `emptyMv`: a HAT runs lower than the device that the
 * table was measured for. An `emptyMv` above the table's own end is taken as that end.
 */
export function ocvTable(chemistry: Chemistry, emptyMv: number): OcvTable {
  const { table, tailBelowPct } = curves[chemistry];
  const kneeMv = interpolate(table, tailBelowPct, 0, 1);
  const lowestMv = interpolate(table, 0, 0, 1);
  const stretch = (kneeMv - Math.min(emptyMv, lowestMv)) / (kneeMv - lowestMv);
  return table.map(([pct, mv]) => [pct, pct < tailBelowPct ? kneeMv - (kneeMv - mv) * stretch : mv] as const);
}

/** mV of one resting cell. Charge outside 0-100 gives the value of the nearer end. */
export function ocvMv(table: OcvTable, chargePct: number): number {
  return interpolate(table, Math.max(0, Math.min(100, chargePct)), 0, 1);
}

/** Charge of a resting cell in percent; voltages outside the table give 0 or 100. */
export function ocvToPct(table: OcvTable, cellMv: number): number {
  return Math.max(0, Math.min(100, interpolate(table, Math.max(table[0]?.[1] ?? 0, cellMv), 1, 0)));
}

/** Mean voltage of a resting cell in mV between two charges in percent; of equal ones the voltage there. */
export function meanOcvMv(table: OcvTable, lowPct: number, highPct: number): number {
  const parts = 10;
  const step = (highPct - lowPct) / parts;
  const middles = Array.from({ length: parts }, (_, i) => ocvMv(table, lowPct + (i + 0.5) * step));
  return middles.reduce((sum, mv) => sum + mv, 0) / parts;
}

/**
 * Settled resistance in mOhm of one cell in series with holder and wiring, where it was not measured. Li-ion: the pack
 * of the table above (Linux, the same file, factory-internal-resistance: 117 mOhm); LiFePO4: inferred, between that and
 * PiJuice's 156 mOhm for a small LiPo.
 */
export const defaultResistanceMohm: Readonly<Record<Chemistry, number>> = { li_ion: 117, lifepo4: 130 };
