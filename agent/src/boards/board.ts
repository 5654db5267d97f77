// What a board is: data, never code. A board file says where the chips and pins are, what they mean, and who says so.
import type { Sense } from "../core/model.ts";

export type GaugeChip = "max17043";

/** A GPIO line of the 40-pin header, by BCM number, with the meaning of its level. */
export interface BoardLine {
  readonly bcm: number;
  /** The level at which the line's statement ("AC present", "charging allowed") is true. */
  readonly trueWhen: "high" | "low";
  /** Bias that the line needs so that it does not float. */
  readonly bias: "pull_up" | "pull_down" | "none";
}

export type Chemistry = "li_ion" | "lifepo4";

/** One supported HAT. Keys are written in this order in every board file. */
export interface Board {
  /** Stable id used in the configuration, for example `x1201`. */
  readonly id: string;
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  /** `documented`: facts from the vendor or a datasheet. `experimental`: facts from third parties only. */
  readonly confidence: "documented" | "experimental";
  readonly i2cBus: number;
  readonly gauge: { readonly chip: GaugeChip; readonly address: number };
  readonly lines: {
    readonly acPresent?: BoardLine;
    readonly chargeAllowed?: BoardLine;
  };
  readonly battery: {
    readonly chemistry: Chemistry;
    readonly cellsInSeries: number;
    /** Capacity of the pack as sold, mAh; null where the user supplies the cells. */
    readonly typicalCapacityMah: number | null;
  };
  /** What the board itself can sense (`charging` may be derived; see the quirks). */
  readonly senses: readonly Sense[];
  /** What to know about this board, one sentence each; shown by `status` and the docs. */
  readonly quirks: readonly string[];
  /** Where the facts come from. */
  readonly sources: readonly string[];
}
