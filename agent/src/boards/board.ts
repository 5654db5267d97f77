// What a board is: data, never code. A board file says where the chips and pins are, what they mean, and who says so;
// a board in the configuration is written in the same form.
import type { Sense } from "../core/model.ts";
import type { ChipUse } from "./chip-use.ts";
import type { BoardLines } from "./lines.ts";

export { addressOf, type ChipKind, type ChipUse, isThroughKernel, usualAddresses } from "./chip-use.ts";
export type { BoardLine, BoardLines, OutputLine, PulseLine } from "./lines.ts";

export const chemistries = ["li_ion", "lifepo4"] as const;
export type Chemistry = (typeof chemistries)[number];

/** Everything that some board can switch. */
export const switches = [
  /** Charging may be forbidden and allowed again. */
  "allow_charge",
  /** The board cuts the Pi's power by itself, some time after it was told to. */
  "power_cut",
  /** After a power cut the board starts the Pi when its input is back. */
  "restart_on_mains",
  /** The board starts the Pi when the battery has been charged to a percentage. */
  "wake_on_charge",
  /** The board starts the Pi at a time. */
  "wake_at",
  /** The board resets the Pi when nobody feeds it. */
  "watchdog",
  "led",
  "buzzer",
] as const;
export type SwitchName = (typeof switches)[number];

/** How sure the facts are. `documented`: vendor or datasheet. `experimental`: third parties only, or partly unverified. */
export const confidences = ["documented", "experimental"] as const;
export type Confidence = (typeof confidences)[number];

/** One supported HAT. Keys are written in this order in every board file. */
export interface Board {
  /** Stable id used in the configuration, for example `x1201`: lower case, digits and underscores. */
  readonly id: string;
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly confidence: Confidence;
  readonly i2cBus: number;
  /** What is read, in this order: for each fact the first chip that gives it counts. */
  readonly chips: readonly ChipUse[];
  readonly lines: BoardLines;
  readonly battery: {
    readonly chemistry: Chemistry;
    readonly cellsInSeries: number;
    /** Capacity of the pack as sold, mAh; null where the user supplies the cells. */
    readonly typicalCapacityMah: number | null;
  };
  /** Currents that are too much for the board, mA; null where nobody says. */
  readonly limits: { readonly batteryMa: number | null; readonly outputMa: number | null };
  /** What the board itself can sense (`charging` may be derived; see the quirks). */
  readonly senses: readonly Sense[];
  /** What can be switched on it. */
  readonly switches: readonly SwitchName[];
  /** What to know about this board, one sentence each; shown by `boards` and the docs. */
  readonly quirks: readonly string[];
  /** Facts that nobody has confirmed, one sentence each. */
  readonly unverified: readonly string[];
  /** Where the facts come from. */
  readonly sources: readonly string[];
}
