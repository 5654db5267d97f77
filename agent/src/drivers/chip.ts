// What every chip driver offers to the device: who it is, what it measures, what it can switch.
import type { ChipKind, ChipUse } from "../boards/board.ts";
import type { ButtonAction, Result, Sample } from "../core/model.ts";
import type { Clock, I2cBus, KernelPower } from "../ports/ports.ts";
import type { Controls } from "./controls.ts";

/** What a look at the chip found; for `doctor`, the log and the docs. */
export interface ChipIdentity {
  readonly chip: ChipKind;
  /** The chip's own version, where it has one, as people write it: `0x0003`, `1.6`. */
  readonly version: string | null;
  /** Things worth a line in the log: an unexpected version, a sleeping gauge. */
  readonly notes: readonly string[];
}

/**
 * The part of a sample that a chip gives. A part that the chip has but could not read is a failure; one that it does
 * not have is absent. `button` is what was pressed since the last look, if anything.
 */
export interface ChipSample extends Partial<Sample> {
  readonly button?: ButtonAction;
}

export interface ChipDriver {
  /** Looks whether the chip is there and plausible. Reads only; never writes. */
  probe(): Promise<Result<ChipIdentity>>;
  /**
   * One look. Never rejects. Values that the chip cannot mean are failures with a sentence, never numbers.
   * The device calls it only after a good `probe`; writes that reading needs (a calibration) are allowed here.
   */
  read(): Promise<ChipSample>;
  /** A sample in which everything that this chip gives failed in the given way. */
  failed(failure: Extract<Result<never>, { ok: false }>): ChipSample;
  readonly controls?: Controls;
}

export interface ChipPorts {
  /** Serialised, retried and limited in time. */
  readonly bus: I2cBus;
  /** Number of that bus, for those who ask the kernel about a chip on it. */
  readonly busNumber: number;
  readonly kernel: KernelPower;
  readonly clock: Clock;
  /** Cells in series of the board's pack: chips that measure the pack divide by it. */
  readonly cellsInSeries: number;
}

/** Makes the driver of one family. Does no I/O. */
export type ChipFamily<U extends ChipUse = ChipUse> = (use: U, ports: ChipPorts) => ChipDriver;
