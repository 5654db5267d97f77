// The PiSugar 3's driver on its simulated registers, with a clock of the board that goes with the test's; for two test files.
import { pisugar3 } from "../../agent/src/drivers/pisugar3.ts";
import { createPiSugar3Registers } from "../../agent/src/sim/pisugar-registers.ts";
import { stillWorld } from "../sim/still-world.ts";
import { type ChipBenchOptions, chipBench } from "./chip-bench.ts";

export const use3 = { chip: "pisugar3", address: 0x57 } as const;

/** The world, the registers, and `set` for the answer of a switch. */
export function bench3(options: ChipBenchOptions = {}) {
  const world = stillWorld();
  let nowMs = () => 0;
  let wallMs = () => 0;
  const device = createPiSugar3Registers({
    ...world.around,
    nowMs: () => nowMs(),
    wallMs: () => wallMs(),
  });
  const bench = chipBench(pisugar3, use3, device, options);
  nowMs = () => bench.clock.now().monoMs;
  wallMs = () => bench.clock.now().wallMs;
  const set = <T>(promise: Promise<T> | undefined) =>
    bench.clock.until(promise ?? Promise.reject(new Error("the board has no such switch")));
  return { ...bench, world, device, set };
}
