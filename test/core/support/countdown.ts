// A core that counts down to a power-off, and the person who may stop it: for the tests of the shutdown.
import type { CoreConfig } from "../../../agent/src/core/engine.ts";
import { look, onBattery, type Run } from "./run.ts";

export const boss = { kind: "home_assistant", user: "Ada" } as const;

/** On battery and falling through 10 %, so that the countdown has just begun. */
export function countingDown(parts: Partial<CoreConfig> = {}): Run {
  const run = onBattery(10.05, parts);
  run.watch(9, (s) => look(false, 10.05 - s / 100));
  if (run.state.shutdown.state.kind === "counting_down") return run;
  throw new Error(`not counting down: ${run.types.join(", ")}`);
}
