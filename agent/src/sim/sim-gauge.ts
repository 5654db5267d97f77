// What every simulated gauge chip needs from the world, and the one place that knows which registers belong to which chip.
import type { GaugeChip } from "../boards/board.ts";
import { createMax17043Registers } from "./max17043-registers.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

/** What the chip measures, and the world that it sits in. */
export interface GaugeSurroundings {
  /** Voltage of the cell in mV and the chip's idea of the charge in percent, at this moment. */
  measure(): { readonly cellMv: number; readonly chargePct: number };
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** The chip hangs: it answers, but converts no more. */
  frozen(): boolean;
  /** Told to take the present voltage for an open-circuit one. */
  quickStart(): void;
}

/** The register side of a gauge chip. */
export function createGaugeRegisters(chip: GaugeChip, around: GaugeSurroundings): RegisterDevice {
  switch (chip) {
    case "max17043":
      return createMax17043Registers(around);
  }
  return chip satisfies never;
}
