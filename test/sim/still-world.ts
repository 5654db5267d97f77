// A world that stands still around one simulated chip until a test moves it.
import type { ButtonAction } from "../../agent/src/core/model.ts";
import type { ChipSurroundings, Measured } from "../../agent/src/sim/chip-registers.ts";

const rested: Measured = {
  cellMv: 3900,
  cellsInSeries: 1,
  chargePct: 87.5,
  currentMa: 0,
  capacityMah: 2000,
  acPresent: true,
  charger: "done",
  chargeAllowed: true,
  temperatureC: 25,
  railMv: 5100,
  outputMa: 900,
};

/** What the chip's surroundings are, and what it has asked of them. */
export function stillWorld(first: Partial<Measured> = {}) {
  let measured: Measured = { ...rested, ...first };
  let nowMs = 0;
  let frozen = false;
  let press: ButtonAction | null = null;
  const asked: string[] = [];
  const around: ChipSurroundings = {
    measure: () => measured,
    nowMs: () => nowMs,
    wallMs: () => 1_760_000_000_000 + nowMs,
    frozen: () => frozen,
    quickStart: () => asked.push("quick start"),
    allowCharge: (allowed) => asked.push(`charge ${allowed}`),
    cutPower: (afterMs) => asked.push(`cut ${afterMs}`),
    takePress: () => {
      const taken = press;
      press = null;
      return taken;
    },
  };
  return {
    around,
    asked,
    /** Changes what can be measured, and lets time pass so that every chip measures it. */
    becomes(change: Partial<Measured>, afterMs = 2000) {
      measured = { ...measured, ...change };
      nowMs += afterMs;
    },
    freeze(on: boolean) {
      frozen = on;
    },
    press(action: ButtonAction) {
      press = action;
    },
  };
}
