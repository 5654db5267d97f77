// What every fuel gauge chip offers to the device, and the one place that knows which driver belongs to which chip.
import type { GaugeChip } from "../boards/board.ts";
import type { GaugeReading, Result } from "../core/model.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";
import { createMax17043 } from "./max17043.ts";

/** What a look at the chip found; for `doctor`, the log and the docs. */
export interface GaugeIdentity {
  readonly chip: GaugeChip;
  /** The chip's own version register, where it has one. */
  readonly version: number;
  /** Things worth a line in the log: an unexpected version, a sleeping gauge. */
  readonly notes: readonly string[];
}

export interface Gauge {
  /** Looks whether the chip is there and plausible. Reads only; never writes. */
  probe(): Promise<Result<GaugeIdentity>>;
  /** One reading, refused when the chip cannot mean it. */
  read(): Promise<Result<GaugeReading>>;
}

/** Makes the driver for a chip. Does no I/O. */
export function createGauge(chip: GaugeChip, bus: I2cBus, address: number, clock: Clock): Gauge {
  switch (chip) {
    case "max17043":
      return createMax17043(bus, address, clock);
  }
  return chip satisfies never;
}
