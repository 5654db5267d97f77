// The world around one simulated chip, set by hand: what a register test says is what the chip measures.
import type { ButtonAction } from "../../agent/src/core/model.ts";
import type { ChipSurroundings, Measured } from "../../agent/src/sim/chip-registers.ts";

export interface ChipWorld {
  measured: Measured;
  nowMs: number;
  wallMs: number;
  frozen: boolean;
  quickStarts: number;
  chargeAllowed: boolean;
  /** What the board was told last: cut the power after this many ms; null: do not. */
  cutAfterMs: number | null;
  press: ButtonAction | null;
}

/** A healthy one-cell board on mains at 3.9 V and 87.5 %. */
export const usualMeasured: Measured = {
  cellMv: 3900,
  cellsInSeries: 1,
  chargePct: 87.5,
  currentMa: 0,
  capacityMah: 5000,
  acPresent: true,
  charger: "done",
  chargeAllowed: true,
  temperatureC: 31,
  railMv: 5100,
  outputMa: 1000,
};

export function chipWorld(measured: Partial<Measured> = {}) {
  const world: ChipWorld = {
    measured: { ...usualMeasured, ...measured },
    nowMs: 1000,
    wallMs: Date.UTC(2026, 10, 23, 12),
    frozen: false,
    quickStarts: 0,
    chargeAllowed: true,
    cutAfterMs: null,
    press: null,
  };
  const around: ChipSurroundings = {
    measure: () => world.measured,
    nowMs: () => world.nowMs,
    wallMs: () => world.wallMs,
    frozen: () => world.frozen,
    quickStart: () => {
      world.quickStarts += 1;
    },
    allowCharge: (allowed) => {
      world.chargeAllowed = allowed;
    },
    cutPower: (afterMs) => {
      world.cutAfterMs = afterMs;
    },
    takePress: () => {
      const { press } = world;
      world.press = null;
      return press;
    },
  };
  return { world, around };
}
