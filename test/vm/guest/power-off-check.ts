// The end that everything is for: on battery and critical, the agent turns a real systemd machine off. It is the last
// check, because the machine goes down around it.
import { setTimeout as sleep } from "node:timers/promises";
import { startAgent } from "./agent.ts";
import { setGauge } from "./chips.ts";
import { drive } from "./pins.ts";
import { sh } from "./shell.ts";
import { check } from "./tap.ts";
import { eventually } from "./wait.ts";

function machineState(): Promise<string> {
  return sh("systemctl", "list-jobs", "--no-legend").catch((error: unknown) => String(error));
}

export async function powerOffCheck(): Promise<void> {
  await setGauge(4100, 92);
  await drive(6, true);
  const agent = startAgent({ board: "x1201", yaml: ["shutdown:", "  grace_s: 2"] });
  // systemd ends us with the rest of the machine; the line about it has to get out first.
  process.on("SIGTERM", () => undefined);
  await check("on battery and critical, the agent powers the machine off through systemd", async () => {
    await eventually(
      "a first reading",
      () => agent.status(),
      (status) => status?.power === "on_mains",
    );
    await drive(6, false);
    await setGauge(3150, 4);
    const begun = performance.now();
    await eventually("systemd on its way to poweroff.target", machineState, (jobs) =>
      jobs.includes("poweroff.target"),
    );
    return `${((performance.now() - begun) / 1000).toFixed(1)} s after mains went`;
  });
  await sleep(200);
}
