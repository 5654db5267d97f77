// The outages of the battery bench: three loads by three ages, by what the board measures, once with nothing learned
// and once after an earlier outage at another load.
import type { Chemistry } from "../agent/src/boards/board.ts";
import type { RawReading } from "../agent/src/core/model.ts";
import { type OcvTable, ocvTable } from "../agent/src/core/ocv.ts";
import { advanceBattery, type PackParams, react, restedBattery } from "../agent/src/sim/battery-model.ts";
import { seededRandom } from "../agent/src/sim/random.ts";
import { measuredX1206 } from "../test/core/support/x1206.ts";
import { benchConfig, type OutageResult, runOutage, type World } from "./battery-outage.ts";

/** What the board measures. */
export const boards = ["gauge", "gauge+current", "voltage", "voltage+current"] as const;
export type BoardKind = (typeof boards)[number];

export const loadsW = [3, 5, 8] as const;
export const ages = [
  { name: "new", capacity: 1, resistance: 1 },
  { name: "worn", capacity: 0.8, resistance: 1.5 },
  { name: "old", capacity: 0.6, resistance: 2.5 },
] as const;
type Age = (typeof ages)[number];

/** As in an X1201: two 18650 cells in parallel. */
export const ratedMah = 6000;
const newMohm = 90;

/**
 * A cell unlike the one that the agent's table describes: the LiPo of the ODROID-Go Advance (Linux
 * arch/arm64/boot/dts/rockchip/rk3326-odroid-go2.dts, ocv-capacity-table-0), its end taken down to 3.0 V.
 */
const otherCell: OcvTable = [
  3000, 3350, 3617, 3635, 3649, 3663, 3675, 3686, 3697, 3712, 3727, 3746, 3768, 3799, 3832, 3862, 3888, 3920,
  3968, 4002, 4047,
].map((mv, index) => [index * 5, mv] as const);

export type Cells = "like the table" | "unlike the table";

function tableOf(cells: Cells, chemistry: Chemistry = "li_ion"): OcvTable {
  return cells === "like the table" ? ocvTable(chemistry, 3000) : otherCell;
}

export function pack(age: Age, cells: Cells): PackParams {
  const mohm = newMohm * age.resistance;
  return {
    ocv: tableOf(cells),
    cellsInSeries: 1,
    capacityMah: ratedMah * age.capacity,
    fastMohm: mohm * 0.65,
    slowMohm: mohm * 0.35,
    slowTauS: 40,
    converterEfficiency: 0.9,
    chargeMa: 3000,
    chargeMv: 4200,
    terminationMa: 200,
    rechargePct: 95,
    collapseMv: 2540,
    standbyPctPerDay: 0.43,
  };
}

/** A Pi is never steady: the load jitters by a fifth around its mean. */
const jitterPart = 0.2;
const noise = { mv: 2, ma: 20 } as const;

/** A pack behind a board: physics, jitter, noise, and the steps of the registers. Seconds must not go back. */
export function packWorld(params: PackParams, loadW: number, board: BoardKind, seed: number): World {
  const random = seededRandom(seed);
  const jitter = (size: number) => (random() * 2 - 1) * size;
  let battery = restedBattery(params, 100);
  let now = Number.NaN;
  return (second) => {
    const drive = {
      acPresent: second < 0,
      chargeAllowed: true,
      loadW: loadW * (1 + jitter(jitterPart)),
    };
    const passed = Number.isNaN(now) ? 0 : second - now;
    now = second;
    battery = react(params, advanceBattery(params, battery, drive, passed).battery, drive);
    const gauge = board.startsWith("gauge");
    const lsbMv = gauge ? 1.25 : 4;
    const reading: RawReading = {
      cellMv: Math.round((battery.cellMv + jitter(noise.mv)) / lsbMv) * lsbMv,
      ...(gauge ? { chargePct: Math.floor(battery.chargePct * 256) / 256 } : {}),
      ...(board.endsWith("current") ? { currentMa: Math.round(battery.currentMa + jitter(noise.ma)) } : {}),
    };
    return reading;
  };
}

export interface Case {
  readonly board: BoardKind;
  readonly cells: Cells;
  readonly loadW: number;
  readonly age: string;
  /** Which of the runs that differ in their noise only; 0 is the first. */
  readonly repeat: number;
  readonly first: OutageResult;
  readonly second: OutageResult;
  /** The same load as in `first` once more, with what that one taught. */
  readonly again: OutageResult;
}

/** The second outage has another load than the one that it learned from. */
function runCase(board: BoardKind, cells: Cells, age: Age, loadIndex: number, repeat: number): Case {
  const config = benchConfig(ratedMah, board.endsWith("current"));
  const loadW = loadsW[loadIndex] ?? 5;
  const learnedAtW = loadsW[(loadIndex + 1) % loadsW.length] ?? 5;
  const seed = 10_000 * repeat + 1000 * loadIndex + age.capacity * 100 + boards.indexOf(board);
  const run = (watts: number, salt: number, learned: OutageResult["learned"]) =>
    runOutage({ config, learned, world: packWorld(pack(age, cells), watts, board, seed + salt) });
  const first = run(loadW, 0, null);
  const second = run(loadW, 2, run(learnedAtW, 1, null).learned);
  const again = run(loadW, 3, first.learned);
  return { board, cells, loadW, age: age.name, repeat, first, second, again };
}

/** Every case, `repeats` times with other noise. */
export function allCases(cells: Cells, repeats = 1): readonly Case[] {
  return Array.from({ length: repeats }, (_, repeat) => repeat).flatMap((repeat) =>
    boards.flatMap((board) =>
      ages.flatMap((age) => loadsW.map((_, loadIndex) => runCase(board, cells, age, loadIndex, repeat))),
    ),
  );
}

/** The real run of the X1206, and the same again with what was learned. */
export function x1206Case(): { readonly first: OutageResult; readonly second: OutageResult } {
  const config = benchConfig(20_000, false);
  const world: World = (second) => {
    const { pct, mv } = measuredX1206(Math.max(0, second) / 3600);
    return { chargePct: Math.floor(pct * 256) / 256, cellMv: Math.round(mv / 1.25) * 1.25 };
  };
  const first = runOutage({ config, learned: null, world });
  return { first, second: runOutage({ config, learned: first.learned, world }) };
}
