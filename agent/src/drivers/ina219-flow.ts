// What the voltage and current of an INA219 mean to its board, whichever way they came: off the bus or from the kernel.
import type { Ina219Use } from "../boards/chip-use.ts";
import { hexByte } from "../boards/hex.ts";
import type { BoardFault, ReadFailure, Result } from "../core/model.ts";
import type { Clock } from "../ports/ports.ts";
import type { ChipDriver, ChipIdentity, ChipSample } from "./chip.ts";
import type { Ina219Current } from "./ina219-words.ts";
import { type CellLook, createLookingChip } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";

export interface Ina219Look extends CellLook {
  readonly reading: { readonly cellMv: number; readonly currentMa: number };
  readonly busMv: number;
  /** + = charging, or out of the output. */
  readonly currentMa: number;
  readonly beyondRange: boolean;
}

/** One look, or why no battery gives it. */
export function ina219LookOf(
  use: Ina219Use,
  cellsInSeries: number,
  busMv: number,
  { ma, beyondRange }: Ina219Current,
): Result<Ina219Look> {
  const currentMa = Math.abs(ma) < use.deadBandMa ? 0 : use.invertCurrent ? -ma : ma;
  const cellMv = busMv / cellsInSeries;
  if (use.measures === "battery") {
    const refused = implausibleCell("The INA219", { cellMv });
    if (refused !== null) return refused;
  }
  return { ok: true, value: { reading: { cellMv, currentMa }, busMv, currentMa, beyondRange } };
}

function outOfRange(address: number): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_CURRENT_OUT_OF_RANGE",
    message: `The current through the INA219 at ${hexByte(address)} is beyond its range: a short circuit, or another shunt than the board's data say.`,
  };
}

/** What the battery current says about mains and charging, with a memory so that a full battery does not flap. */
class FlowState {
  readonly #use: Ina219Use;
  #mains = true;
  #charging = false;

  constructor(use: Ina219Use) {
    this.#use = use;
  }

  /** Between the two limits the last state stays; at first that is "present", because nothing proves a loss. */
  mains(currentMa: number): boolean {
    const { mains } = this.#use;
    if (mains === undefined) return this.#mains;
    if (currentMa < mains.lostBelowMa) return false;
    return currentMa > mains.presentAboveMa ? true : this.#mains;
  }

  charging(currentMa: number): boolean {
    const { deadBandMa } = this.#use;
    return currentMa > (this.#charging ? deadBandMa : 2 * deadBandMa);
  }

  keep(currentMa: number): void {
    const mains = this.mains(currentMa);
    this.#charging = this.charging(currentMa);
    this.#mains = mains;
  }
}

/** How this chip is reached. */
export interface Ina219Way {
  identify(): Promise<Result<Pick<ChipIdentity, "version" | "notes">>>;
  look(): Promise<Result<Ina219Look>>;
  /** A look that never writes, where `look` may. */
  readonly lookOnly?: () => Promise<Result<Ina219Look>>;
  /** What this way noticed about the chip; absent: it notices nothing. */
  faults?(): readonly BoardFault[];
  /** As in `drivers/steady.ts`. */
  readonly confirmingLooks?: number;
}

/** The driver around a way to the chip: steady looks, and what they mean. Does no I/O before `probe` or `read`. */
export function createIna219Chip(use: Ina219Use, clock: Clock, way: Ina219Way): ChipDriver {
  const flow = new FlowState(use);

  function sample({ reading, busMv, currentMa, beyondRange }: Ina219Look): ChipSample {
    const boardFaults =
      way.faults === undefined ? {} : { boardFaults: { ok: true, value: way.faults() } as const };
    if (use.measures === "output") {
      return {
        railMv: { ok: true, value: busMv },
        outputMa: beyondRange ? outOfRange(use.address) : { ok: true, value: Math.abs(currentMa) },
        ...boardFaults,
      };
    }
    return {
      gauge: { ok: true, value: reading },
      charging: { ok: true, value: flow.charging(currentMa) },
      ...(use.mains === undefined ? {} : { acPresent: { ok: true, value: flow.mains(currentMa) } }),
      ...boardFaults,
    };
  }

  function failed(failure: ReadFailure): ChipSample {
    const boardFaults = way.faults === undefined ? {} : { boardFaults: failure };
    if (use.measures === "output") return { railMv: failure, outputMa: failure, ...boardFaults };
    const mains = use.mains === undefined ? {} : { acPresent: failure };
    return { gauge: failure, charging: failure, ...mains, ...boardFaults };
  }

  return createLookingChip<Ina219Look>({
    chip: "ina219",
    name: "INA219",
    address: use.address,
    clock,
    identify: () => way.identify(),
    look: () => way.look(),
    ...(way.lookOnly === undefined ? {} : { lookOnly: way.lookOnly }),
    ...(way.confirmingLooks === undefined ? {} : { confirmingLooks: way.confirmingLooks }),
    agree: (a, b) =>
      flow.mains(a.currentMa) === flow.mains(b.currentMa) &&
      flow.charging(a.currentMa) === flow.charging(b.currentMa),
    sample,
    failed,
    believed: ({ currentMa }) => flow.keep(currentMa),
  });
}
