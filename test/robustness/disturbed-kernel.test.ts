// The disturbances behind a kernel driver: every file that the chip is asked for fails, lies and hangs, and no other does.
import { expect, it } from "vitest";
import { seededRandom } from "../../agent/src/sim/random.ts";
import { createSimulator } from "../../agent/src/sim/world.ts";
import { disturb } from "../../bench/disturbed-bus.ts";
import { DisturbedKernel } from "../../bench/disturbed-kernel.ts";
import { families } from "../../bench/robustness.ts";
import { benchFor } from "../drivers/board-bench.ts";

const fromChip = ["in0_input", "in1_input", "curr1_input"] as const;
const files = ["name", "shunt_resistor", ...fromChip];

it("reach each figure of the chip, and nothing that the driver knows itself", async () => {
  const found = families().find(({ board }) => board.id.endsWith("behind_hwmon"));
  if (found === undefined) throw new Error("no board behind hwmon");
  const bench = benchFor(found.board, { chargePct: 60, loadW: 4 });
  const [use] = found.board.chips;
  const address = use !== undefined && "address" in use ? use.address : 0;
  const { kernel } = createSimulator({ board: found.board, clock: bench.clock });
  const sound = await kernel.i2cHwmon(1, address, files);
  if (!sound.ok || sound.value === null) throw new Error("the simulated driver shows nothing");
  const disturbed = disturb(bench, { random: seededRandom(3), faultShare: 0.2 });
  const behind = new DisturbedKernel(kernel, disturbed.bus, bench.clock);
  const lies = new Map<string, Set<string>>();
  let failures = 0;
  for (let look = 0; look < 500; look += 1) {
    const seen = await bench.clock.until(behind.i2cHwmon(1, address, files));
    if (!seen.ok) failures += 1;
    else {
      for (const file of files) {
        const text = seen.value?.[file] ?? "";
        if (text !== sound.value[file]) lies.set(file, (lies.get(file) ?? new Set()).add(text));
      }
    }
  }
  expect(disturbed.reads()).toBeGreaterThan(1000);
  expect(failures).toBeGreaterThan(50);
  expect([...lies.keys()].toSorted()).toEqual([...fromChip].toSorted());
  for (const file of fromChip) expect(lies.get(file)?.size).toBeGreaterThan(2);
  expect(lies.get("in1_input")).toContain("32764");
  expect(lies.get("curr1_input")).toContain("-1");
});
