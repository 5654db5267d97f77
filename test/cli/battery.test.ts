// `pi-ups battery`: the measurements as a person reads them, and as the agent gives them.
import { expect, it } from "vitest";
import { batteryView } from "../../agent/src/cli/commands/battery.ts";
import { piUps, simConfig, start, temporaryFolder, until } from "./support.ts";

it("shows what was measured, oldest first, and leaves empty what was not", () => {
  const text = batteryView([
    { atMs: Date.UTC(2026, 0, 2), capacityMah: 5873.4, resistanceMohm: null, how: "outage_charge" },
    { atMs: Date.UTC(2026, 5, 30), capacityMah: null, resistanceMohm: 92.6, how: "ac_edge" },
  ]);
  expect(text).toBe(
    "2026-01-02  5873 mAh         charge drawn in an outage\n2026-06-30            93 mΩ  step at a change of mains\n",
  );
});

it("says what it takes while there is nothing, also to programs", async () => {
  const config = simConfig(temporaryFolder(), "log: {status_interval_s: 0}\n");
  start(["run", "--config", config]);
  const cli = (...args: readonly string[]) => piUps(["battery", ...args, "--config", config]);
  await until("the agent answers", async () => (await cli()).code === 0, 20_000);
  expect((await cli()).out).toBe(batteryView([]));
  expect(JSON.parse((await cli("--json")).out)).toEqual([]);
});
