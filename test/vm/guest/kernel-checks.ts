// The kernel route: a driver of the kernel owns the chip, and the agent reads what it shows under /sys/class/power_supply.
import { readFile, writeFile } from "node:fs/promises";
import { type Agent, startAgent } from "./agent.ts";
import { bindDriver, gauge, setGauge, setRegister, unbindDriver } from "./chips.ts";
import { drive } from "./pins.ts";
import { sh } from "./shell.ts";
import { check } from "./tap.ts";
import { eventually, need } from "./wait.ts";

/** A gauge driver of the kernel beside a mains pin that the agent watches itself. */
const gaugeAndPin = [
  "own_boards:",
  "  behind_max17040:",
  "    name: Gauge behind the kernel's max17040",
  "    manufacturer: Test",
  "    model: Test",
  "    chips:",
  "      - chip: power_supply",
  "        battery: battery",
  "        mains: null",
  "    lines:",
  "      ac_present:",
  "        bcm: 6",
  "        true_when: high",
  "        bias: pull_up",
  "    battery:",
  "      chemistry: li_ion",
  "      cells_in_series: 1",
  "    senses: [ac, voltage, charge]",
];

/** Waits for a status with these figures; the kernel's drivers round. */
function shows(agent: Agent, volts: number, percent: number) {
  return eventually(
    `${volts} V and ${percent} %`,
    () => agent.status(),
    (status) =>
      status?.stale === false &&
      Math.abs((status.battery_voltage_v ?? 0) - volts) < 0.01 &&
      Math.abs((status.battery_percent ?? 0) - percent) <= 1,
  );
}

function power(agent: Agent, wanted: string) {
  return eventually(
    wanted,
    () => agent.status(),
    (status) => status?.power === wanted,
  );
}

async function behindMax17040(): Promise<string> {
  await setGauge(3900, 80);
  await drive(6, true);
  await bindDriver("max17040_battery", "max17040", gauge);
  const agent = startAgent({ board: "behind_max17040", yaml: gaugeAndPin });
  try {
    await shows(agent, 3.9, 80);
    await power(agent, "on_mains");
    await drive(6, false);
    await power(agent, "on_battery");
    await setGauge(3800, 70);
    const status = await shows(agent, 3.8, 70);
    const uevent = await readFile("/sys/class/power_supply/battery/uevent", "utf8");
    need(uevent, "the kernel's own 70 %", (text) => text.includes("POWER_SUPPLY_CAPACITY=70"));
    return `${status?.battery_voltage_v} V, ${status?.battery_percent} %`;
  } finally {
    await agent.stop();
    await drive(6, true);
    await unbindDriver(gauge);
    // A driver that is bound without a device tree overwrites CONFIG.
    await setRegister(gauge, 0x0c, 0x971c);
  }
}

function setTestPower(parameter: string, value: string): Promise<void> {
  return writeFile(`/sys/module/test_power/parameters/${parameter}`, value);
}

async function kernelBoard(): Promise<string> {
  await sh("modprobe", "test_power");
  await setTestPower("usb_online", "off");
  // Microvolts, whatever its default of 3300 suggests.
  await setTestPower("battery_voltage", "3900000");
  await setTestPower("battery_capacity", "64");
  const agent = startAgent({ board: "kernel" });
  try {
    await shows(agent, 3.9, 64);
    await power(agent, "on_mains");
    await setTestPower("ac_online", "off");
    await power(agent, "on_battery");
    await setTestPower("ac_online", "on");
    const status = await power(agent, "on_mains");
    return `${status?.battery_voltage_v} V, ${status?.battery_percent} %`;
  } finally {
    await agent.stop();
    await sh("modprobe", "-r", "test_power");
  }
}

export async function kernelChecks(): Promise<void> {
  await check("own board: the kernel's max17040 and a mains pin", behindMax17040);
  await check("board kernel: battery and mains of a kernel driver, both edges", kernelBoard);
}
