// What goes wrong on real machines: a HAT that comes loose, a kernel driver that was there first, a bus that is off,
// rights that are missing. Each is named with its code and cure, shuts nothing down, and mends itself where it can.
import { setTimeout as sleep } from "node:timers/promises";
import { type Agent, startAgent, withAgent } from "./agent.ts";
import { bindDriver, gauge, plugChips, setAbsent, setGauge, unbindDriver, unplugChips } from "./chips.ts";
import { drive, holdLine } from "./pins.ts";
import { sh } from "./shell.ts";
import { check } from "./tap.ts";
import { eventually, need } from "./wait.ts";
import { type Way, x1201On } from "./ways.ts";

const board = "x1201";

async function ready(agent: Agent): Promise<void> {
  await eventually(
    "a first reading",
    () => agent.status(),
    (status) => status?.battery_voltage_v != null,
  );
}

/** Waits until the agent has printed all of the words. */
async function says(agent: Agent, ...words: readonly string[]): Promise<void> {
  for (const word of words) {
    await eventually(
      `${word} in the log`,
      () => agent.output(),
      (text) => text.includes(word),
    );
  }
}

async function vanishes(agent: Agent): Promise<string> {
  // On battery: the worst moment, because a low reading would now shut the machine down.
  await drive(6, false);
  await eventually(
    "on_battery",
    () => agent.status(),
    (status) => status?.power === "on_battery",
  );
  const begun = performance.now();
  await setAbsent(gauge);
  const hasFault = (code: string) => (status: Awaited<ReturnType<Agent["status"]>>) =>
    status?.stale === true && status.faults.some((fault) => fault.code === code);
  const status = await eventually(
    "stale and PI_UPS_GAUGE_SILENT",
    () => agent.status(),
    hasFault("PI_UPS_GAUGE_SILENT"),
  );
  const took = performance.now() - begun;
  need(status?.faults[0]?.message, "the cure", (text) => text?.includes("i2cdetect -y 1") === true);
  await sleep(5_000);
  const later = await agent.status();
  need(later?.shutdown.state, "no shutdown", (state) => state === "idle");
  need(later?.battery_voltage_v, "the last good voltage", (volts) => volts === 4.1);
  return `after ${(took / 1000).toFixed(1)} s`;
}

async function returns(agent: Agent): Promise<string> {
  const begun = performance.now();
  await setAbsent(null);
  await eventually(
    "fresh readings and no fault",
    () => agent.status(),
    (status) => status?.stale === false && status.faults.length === 0,
  );
  const took = performance.now() - begun;
  await drive(6, true);
  const types = agent.events().map(({ type }) => type);
  need(
    types,
    "ups_fault and ups_fault_cleared",
    (all) => all.includes("ups_fault") && all.includes("ups_fault_cleared"),
  );
  return `after ${(took / 1000).toFixed(1)} s`;
}

export async function vanishingChecks(on: Way): Promise<void> {
  const [way] = on;
  await setGauge(4100, 92);
  await drive(6, true);
  const agent = startAgent(x1201On(on));
  await ready(agent).catch(() => undefined);
  await check(`${way}: a gauge that vanishes on battery is stale and silent, and shuts nothing down`, () =>
    vanishes(agent),
  );
  await check(`${way}: the gauge comes back by itself`, () => returns(agent));
  await agent.stop();
}

async function recovers(agent: Agent): Promise<string> {
  const begun = performance.now();
  await ready(agent);
  return `after ${((performance.now() - begun) / 1000).toFixed(1)} s`;
}

export async function ownerChecks(on: Way): Promise<void> {
  const [way] = on;
  await bindDriver("max17040_battery", "max17040", gauge);
  const agent = startAgent(x1201On(on));
  await check(`${way}: a kernel driver that owns the address is PI_UPS_I2C_BUSY with its cure`, async () => {
    await says(agent, "PI_UPS_I2C_BUSY", "readlink /sys/bus/i2c/devices/1-0036/driver");
    const driver = await sh("readlink", "/sys/bus/i2c/devices/1-0036/driver");
    need(driver.trim(), "the command of the cure to name the driver", (text) => text.endsWith("/max17040"));
    return undefined;
  });
  await unbindDriver(gauge);
  await check(`${way}: the agent goes on when the driver has let go`, () => recovers(agent));
  await agent.stop();
}

export async function busChecks(): Promise<void> {
  await unplugChips();
  const agent = startAgent({ board });
  await check("a bus that is off is PI_UPS_I2C_NO_BUS with its cure", async () => {
    await says(agent, "PI_UPS_I2C_NO_BUS", "raspi-config nonint do_i2c 0");
    return undefined;
  });
  await plugChips();
  await check("the agent goes on when the bus is there", () => recovers(agent));
  await agent.stop();
}

/** The two ways to the pins fail at different files, with one code and cure. */
export async function rightsChecks(ways: readonly Way[]): Promise<void> {
  for (const [way, yaml] of ways) {
    await withAgent({ board, yaml, groups: [] }, (agent) =>
      check(`${way}: a user who is not in the group i2c is told so`, async () => {
        await says(agent, "PI_UPS_I2C_NO_PERMISSION", "usermod -aG i2c");
        return undefined;
      }),
    );
    await withAgent({ board, yaml, groups: ["i2c"] }, (agent) =>
      check(`${way}: a user who is not in the group gpio is told so`, async () => {
        await says(agent, "PI_UPS_GPIO_NO_PERMISSION", "usermod -aG gpio");
        await ready(agent);
        return undefined;
      }),
    );
    await withAgent({ board, yaml, groups: ["i2c", "gpio"] }, (agent) =>
      check(`${way}: a user in the groups i2c and gpio needs no more`, async () => {
        await ready(agent);
        const status = await eventually(
          "ac_present true",
          () => agent.status(),
          (seen) => seen?.ac_present === true,
        );
        need(status?.faults, "no faults", (faults) => faults?.length === 0);
        return undefined;
      }),
    );
  }
}

/** Another program has the line. */
export async function heldLineChecks(ways: readonly Way[]): Promise<void> {
  for (const [way, yaml] of ways) {
    const letGo = await holdLine();
    await withAgent({ board, yaml }, async (agent) => {
      await check(`${way}: a line that another program holds is PI_UPS_GPIO_BUSY with its cure`, async () => {
        await says(agent, "PI_UPS_GPIO_BUSY", "gpioinfo");
        return undefined;
      });
    });
    await letGo();
  }
}
