// How boards are described to people and programs: one report per board, from which the command line, its JSON and the
// table in docs/boards.md are made.
import type { Sense } from "../core/model.ts";
import { senses as allSenses } from "../core/model.ts";
import { addressOf, type Board, type SwitchName } from "./board.ts";
import { estimatesCharge } from "./derive.ts";
import { hexByte } from "./hex.ts";
import { type BoardLines, lineNames, type OutputLine } from "./lines.ts";

/** One pin of a board. */
export interface PinReport {
  /** The statement of the line, snake_case: `ac_present`. */
  readonly line: string;
  readonly bcm: number;
  readonly direction: "in" | "out";
  readonly true_when: "high" | "low";
}

/** `pi-ups boards --json`, one entry. Keys are a public contract. */
export interface BoardReport {
  readonly id: string;
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly confidence: Board["confidence"];
  readonly chips: readonly { readonly chip: string; readonly address: string | null }[];
  readonly pins: readonly PinReport[];
  readonly battery: {
    readonly chemistry: string;
    readonly cells_in_series: number;
    readonly typical_capacity_mah: number | null;
  };
  /** Where mains is known from, in words. */
  readonly mains: string;
  readonly senses: readonly Sense[];
  readonly cannot_sense: readonly Sense[];
  /** True: the percent is computed from the voltage by the agent. */
  readonly charge_estimated: boolean;
  readonly switches: readonly SwitchName[];
  readonly quirks: readonly string[];
  readonly unverified: readonly string[];
  readonly sources: readonly string[];
}

/** The agent reads these; it drives the others. */
const read: ReadonlySet<keyof BoardLines> = new Set(["acPresent", "button"]);

function pinsOf(lines: BoardLines): readonly PinReport[] {
  return (Object.keys(lineNames) as (keyof BoardLines)[]).flatMap((key) => {
    const line: OutputLine | undefined = lines[key];
    if (line === undefined) return [];
    const direction = read.has(key) ? "in" : "out";
    return [{ line: lineNames[key], bcm: line.bcm, direction, true_when: line.trueWhen }];
  });
}

function mainsOf(board: Board): string {
  const line = board.lines.acPresent;
  if (line !== undefined) return `GPIO${line.bcm}, ${line.trueWhen} = present`;
  if (!board.senses.includes("ac")) return "not sensed";
  const byCurrent = board.chips.some((use) => use.chip === "ina219" && use.mains !== undefined);
  if (byCurrent) return "derived from the battery current";
  return board.chips.some(({ chip }) => chip === "power_supply")
    ? "as the kernel says"
    : "a register of the board";
}

/** Everything that people and programs are told about a board. */
export function boardReport(board: Board): BoardReport {
  const { battery, senses } = board;
  return {
    id: board.id,
    name: board.name,
    manufacturer: board.manufacturer,
    model: board.model,
    confidence: board.confidence,
    chips: board.chips.map((use) => {
      const address = addressOf(use);
      return { chip: use.chip, address: address === null ? null : hexByte(address) };
    }),
    pins: pinsOf(board.lines),
    battery: {
      chemistry: battery.chemistry,
      cells_in_series: battery.cellsInSeries,
      typical_capacity_mah: battery.typicalCapacityMah,
    },
    mains: mainsOf(board),
    senses,
    cannot_sense: allSenses.filter((sense) => !senses.includes(sense)),
    charge_estimated: estimatesCharge(board),
    switches: board.switches,
    quirks: board.quirks,
    unverified: board.unverified,
    sources: board.sources,
  };
}

/** What a sense is called where people read. */
export const senseWords: { readonly [S in Sense]: string } = {
  ac: "mains",
  voltage: "battery voltage",
  charge: "percent",
  current: "battery current",
  charging: "charging",
  temperature: "temperature",
  dc_out: "5 V output",
  overcurrent: "overcurrent",
};

/** What a switch is called where people read. */
export const switchWords: { readonly [S in SwitchName]: string } = {
  allow_charge: "charging on and off",
  power_cut: "cut the Pi's power",
  restart_on_mains: "start when mains is back",
  wake_on_charge: "start at a charge",
  wake_at: "start at a time",
  watchdog: "watchdog",
  led: "LEDs",
  buzzer: "buzzer",
};

/** `max17043 at 0x36`, or the chip's name alone. */
export function chipText({ chip, address }: BoardReport["chips"][number]): string {
  return address === null ? chip : `${chip} at ${address}`;
}
