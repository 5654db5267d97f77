// Which pack the simulator puts into which board. The cells are the user's on these boards, so the figures are
// ordinary cells of the size that fits; only those with a source named here were measured by anyone.
import type { Board } from "../boards/board.ts";
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
  ["x728_v2_0", parallel(cells18650, 2)],
  ["x728_v2_1", parallel(cells18650, 2)],
  ["x728_v2_5", parallel(cells18650, 2)],
  ["x708", parallel(cells18650, 2)],
  ["x729", parallel(cells18650, 2)],
]);

const otherPack: TypicalPack = { capacityMah: 5000, resistanceMohm: 120 };

/** Lowest resting voltage of an empty simulated cell, mV. */
const emptyMv = 3000;

/** Parameters of the pack that the simulator puts into this board. */
export function packFor(board: Board, options: PackOptions = {}): PackParams {
  const typical = typicalPacks.get(board.id) ?? otherPack;
  const capacityMah = options.capacityMah ?? board.battery.typicalCapacityMah ?? typical.capacityMah;
  const resistanceMohm = options.resistanceMohm ?? typical.resistanceMohm;
  return {
    ocv: ocvTable(board.battery.chemistry, emptyMv),
    cellsInSeries: board.battery.cellsInSeries,
    capacityMah,
    fastMohm: resistanceMohm * 0.65,
    slowMohm: resistanceMohm * 0.35,
    slowTauS: 40,
    converterEfficiency: 0.9,
    // 3 A and about 4.2 V: measured on an X1206, docs/battery-profiles.md in x120x-dkms. Half of C spares small cells.
    chargeMa: options.chargeMa ?? Math.min(3000, capacityMah / 2),
    chargeMv: 4200,
    terminationMa: capacityMah / 20,
    rechargePct: 95,
    // Rail collapse at 2.54 V and 0.43 % a day in standby: same source, docs/incidents.md.
    collapseMv: 2540,
    standbyPctPerDay: 0.43,
  };
}
