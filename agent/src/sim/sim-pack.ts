// Which pack the simulator puts into which board. The cells are the user's on these boards, so the figures are
// ordinary cells of the size that fits; only those with a source named here were measured by anyone.
import type { Board, Chemistry } from "../boards/board.ts";
import type { PackParams } from "./battery-model.ts";
import { ocvTable } from "./ocv.ts";

/** What a person may choose about the simulated pack. */
export interface PackOptions {
  readonly capacityMah?: number;
  /** Total resistance per cell in series, settled, mOhm. */
  readonly resistanceMohm?: number;
  readonly chargeMa?: number;
}

interface TypicalPack {
  readonly capacityMah: number;
  readonly resistanceMohm: number;
}

const cells18650 = { capacityMah: 3000, resistanceMohm: 120 } as const;
const cells21700 = { capacityMah: 5000, resistanceMohm: 90 } as const;
/** One LiFePO4 cell of the 18650 size, with its holder. */
const cellLiFePo4 = { capacityMah: 1500, resistanceMohm: 70 } as const;
/** Holder, wiring and protection, mOhm. */
const wiringMohm = 30;

function parallel(cell: TypicalPack, count: number): TypicalPack {
  return {
    capacityMah: cell.capacityMah * count,
    resistanceMohm: cell.resistanceMohm / count + wiringMohm,
  };
}

/** Assumed cells per board id; the 4 x 5000 mAh of the X1206 are those of docs/battery-profiles.md in x120x-dkms. */
const typicalPacks: ReadonlyMap<string, TypicalPack> = new Map([
  ["x1200", parallel(cells18650, 2)],
  ["x1201", parallel(cells18650, 2)],
  ["x1202", parallel(cells18650, 4)],
  ["x1203", parallel(cells21700, 2)],
  ["x1205", parallel(cells21700, 2)],
  ["x1206", parallel(cells21700, 4)],
  ["x1207", parallel(cells21700, 1)],
  ["x1208", parallel(cells21700, 1)],
  ["x1209", parallel(cells21700, 2)],
  ["x728_v1_3", parallel(cells18650, 2)],
  ["x728_v2_0", parallel(cells18650, 2)],
  ["x728_v2_1", parallel(cells18650, 2)],
  ["x728_v2_5", parallel(cells18650, 2)],
  ["x708", parallel(cells18650, 2)],
  ["x729", parallel(cells18650, 2)],
  ["lifepo4wered_pi", cellLiFePo4],
  ["lifepo4wered_pi3", cellLiFePo4],
  ["lifepo4wered_pi_plus", cellLiFePo4],
  ["pijuice", { capacityMah: 1820, resistanceMohm: 156 }],
  ["pijuice_zero", { capacityMah: 1000, resistanceMohm: 156 }],
  ["pisugar2", { capacityMah: 1200, resistanceMohm: 120 }],
  ["pisugar2_pro", { capacityMah: 5000, resistanceMohm: 90 }],
  ["pisugar3", { capacityMah: 1200, resistanceMohm: 120 }],
  ["dfrobot_ups_hat", parallel(cells18650, 1)],
  ["adafruit_lc709203f", { capacityMah: 2000, resistanceMohm: 120 }],
]);

const otherPack: TypicalPack = { capacityMah: 5000, resistanceMohm: 120 };

/** What the chemistry sets, mV of one cell. */
interface CellLimits {
  /** Lowest resting voltage of an empty cell. */
  readonly emptyMv: number;
  readonly chargeMv: number;
  /** The 5 V rail collapses below this. */
  readonly collapseMv: number;
}

const cellLimits: Readonly<Record<Chemistry, CellLimits>> = {
  // About 4.2 V and a collapse at 2.54 V: measured on an X1206, docs/battery-profiles.md and incidents.md in x120x-dkms.
  li_ion: { emptyMv: 3000, chargeMv: 4200, collapseMv: 2540 },
  // The cut-off is VBAT_MIN of a LiFePO4wered as it is sold (its issue 45); 3.6 V is what chargers of such cells go to.
  lifepo4: { emptyMv: 2900, chargeMv: 3600, collapseMv: 2850 },
};

/** Parameters of the pack that the simulator puts into this board. */
export function packFor(board: Board, options: PackOptions = {}): PackParams {
  const typical = typicalPacks.get(board.id) ?? otherPack;
  const capacityMah = options.capacityMah ?? board.battery.typicalCapacityMah ?? typical.capacityMah;
  const resistanceMohm = options.resistanceMohm ?? typical.resistanceMohm;
  const { emptyMv, chargeMv, collapseMv } = cellLimits[board.battery.chemistry];
  return {
    ocv: ocvTable(board.battery.chemistry, emptyMv),
    cellsInSeries: board.battery.cellsInSeries,
    capacityMah,
    fastMohm: resistanceMohm * 0.65,
    slowMohm: resistanceMohm * 0.35,
    slowTauS: 40,
    converterEfficiency: 0.9,
    // 3 A: measured on an X1206, docs/battery-profiles.md in x120x-dkms. Half of C spares small cells.
    chargeMa: options.chargeMa ?? Math.min(3000, capacityMah / 2),
    chargeMv,
    terminationMa: capacityMah / 20,
    rechargePct: 95,
    collapseMv,
    // 0.43 % a day in standby: same source, docs/incidents.md.
    standbyPctPerDay: 0.43,
  };
}
