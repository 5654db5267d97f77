// PiJuice's driver on its simulated registers, in a world that stands still; for the tests of both.
import { pijuice } from "../../agent/src/drivers/pijuice.ts";
import { createPijuiceRegisters } from "../../agent/src/sim/pijuice-registers.ts";
import { stillWorld } from "../sim/still-world.ts";
import { type ChipBenchOptions, chipBench } from "./chip-bench.ts";

export const use = { chip: "pijuice", address: 0x14 } as const;

/** A PiJuice in a world that stands still, whose clock goes with the bench's. */
export function boardBench(options: ChipBenchOptions = {}) {
  const world = stillWorld({ charger: "constant_current", currentMa: 420, chargePct: 87.3, cellMv: 4012 });
  let time = () => ({ monoMs: 0, wallMs: 0 });
  const device = createPijuiceRegisters({
    ...world.around,
    nowMs: () => time().monoMs,
    wallMs: () => time().wallMs,
  });
  const bench = chipBench(pijuice, use, device, options);
  time = () => bench.clock.now();
  return {
    ...bench,
    world,
    device,
    /** A control's answer; time passes for it. */
    set: <T>(promise: Promise<T> | undefined): Promise<T> => {
      if (promise === undefined) throw new Error("the board has no such switch");
      return bench.clock.until(promise);
    },
  };
}
