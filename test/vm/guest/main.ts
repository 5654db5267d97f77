// Runs in the guest: plugs the simulated HAT, runs every check, and says that it has come to its end.
import { readFile } from "node:fs/promises";
import { release } from "node:os";
import { plugChips, takeBusZero } from "./chips.ts";
import { currentChecks } from "./current-checks.ts";
import { findChecks } from "./find-checks.ts";
import { kernelChecks } from "./kernel-checks.ts";
import { mainsChecks } from "./mains-checks.ts";
import { plugPins } from "./pins.ts";
import { powerOffCheck } from "./power-off-check.ts";
import { sh } from "./shell.ts";
import { check, end, note } from "./tap.ts";
import { busChecks, heldLineChecks, ownerChecks, rightsChecks, vanishingChecks } from "./trouble-checks.ts";
import { ways } from "./ways.ts";

async function plug(): Promise<undefined> {
  await takeBusZero();
  await plugChips();
  await plugPins();
}

const uptime = async () => Number((await readFile("/proc/uptime", "utf8")).split(" ")[0]).toFixed(0);
note(
  `Linux ${release()}, Node ${process.versions.node}, ${(await sh("gpiomon", "--version")).split("\n")[0]}, ${await uptime()} s after the start`,
);
await check("the HAT is plugged: I2C bus 1 and the header's pins", plug);
for (const way of ways) await mainsChecks(way);
for (const way of ways) {
  await vanishingChecks(way);
  await ownerChecks(way);
}
await busChecks();
await kernelChecks();
await findChecks();
await currentChecks();
await rightsChecks(ways);
await heldLineChecks(ways);
await powerOffCheck();
note(`${await uptime()} s after the start`);
end();
