// Gathers what doctor judges from files and small programs of the machine. Reads only.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BootConfigFacts, Looked, PiFacts, RtcFacts, SystemFacts, TimeFacts } from "../doctor/facts.ts";
import { below, namesIn, readSystemFile, trimmed } from "./machine-facts-files.ts";
import { findAlarmFile, parseThrottled } from "./pi-signals.ts";
import type { Tool } from "./run-tool.ts";

export { gpioFacts, i2cFacts } from "./machine-facts-buses.ts";
export { placeFacts } from "./machine-facts-files.ts";
export { ownUser, userOfProcess } from "./machine-facts-users.ts";
export { createTool, type Tool } from "./run-tool.ts";

/** Newer images mount the boot partition at /boot/firmware; older ones at /boot. */
const bootConfigs = ["/boot/firmware/config.txt", "/boot/config.txt"] as const;

function bootConfigOf(root: string): Looked<BootConfigFacts> {
  const path = bootConfigs.find((one) => existsSync(join(root, one)));
  if (path === undefined) return { ok: false, why: `there is no ${bootConfigs.join(" or ")}` };
  const read = readSystemFile(join(root, path));
  return read.ok ? { ok: true, value: { path, text: read.value } } : read;
}

async function throttledBits(root: string, tool: Tool): Promise<Looked<number>> {
  const file = trimmed(join(root, "sys/devices/platform/soc/soc:firmware/get_throttled"));
  const told = file === null ? null : parseThrottled(file);
  if (told !== null) return { ok: true, value: told };
  const said = await tool("vcgencmd", ["get_throttled"]);
  if (!said.ok) return said;
  const bits = parseThrottled(said.value);
  return bits === null
    ? { ok: false, why: `vcgencmd answered ${JSON.stringify(said.value.trim().slice(0, 100))}` }
    : { ok: true, value: bits };
}

export async function piFacts(root: string, tool: Tool): Promise<PiFacts> {
  const model = trimmed(join(root, "proc/device-tree/model"));
  const pi: Looked<never> = { ok: false, why: "this machine is no Raspberry Pi" };
  const [eeprom, throttled] = await Promise.all([
    model === null ? Promise.resolve(pi) : tool("rpi-eeprom-config", []),
    model === null ? Promise.resolve(pi) : throttledBits(root, tool),
  ]);
  const alarm = findAlarmFile(root);
  const level = alarm === null ? null : trimmed(alarm);
  const voltageAlarm = level === "1" ? true : level === "0" ? false : null;
  return { model, bootConfig: bootConfigOf(root), eeprom, throttled, voltageAlarm };
}

const logind = [
  "org.freedesktop.login1",
  "/org/freedesktop/login1",
  "org.freedesktop.login1.Manager",
] as const;

async function canPowerOff(tool: Tool): Promise<Looked<string>> {
  const said = await tool("busctl", ["call", ...logind, "CanPowerOff"]);
  if (!said.ok) return said;
  const word = /^s "([a-z]+)"/.exec(said.value.trim())?.[1];
  return word === undefined
    ? { ok: false, why: "logind's answer is not what was expected" }
    : { ok: true, value: word };
}

async function systemdVersion(tool: Tool): Promise<Looked<number>> {
  const said = await tool("systemctl", ["--version"]);
  if (!said.ok) return said;
  const version = /^systemd (\d+)/.exec(said.value)?.[1];
  return version === undefined
    ? { ok: false, why: "systemctl does not tell it" }
    : { ok: true, value: Number(version) };
}

export async function systemFacts(root: string, tool: Tool): Promise<SystemFacts> {
  // sd_booted(3): this folder is there exactly when systemd is the init.
  const systemdRuns = existsSync(join(root, "run/systemd/system"));
  const none: Looked<never> = { ok: false, why: "systemd does not run" };
  const [version, power] = await Promise.all([
    systemdVersion(tool),
    systemdRuns ? canPowerOff(tool) : Promise.resolve(none),
  ]);
  return { systemdRuns, systemdVersion: version, canPowerOff: power };
}

async function isSynchronised(tool: Tool): Promise<Looked<boolean>> {
  const said = await tool("timedatectl", ["show", "--property=NTPSynchronized", "--value"]);
  if (!said.ok) return said;
  const word = said.value.trim();
  return word === "yes" || word === "no"
    ? { ok: true, value: word === "yes" }
    : { ok: false, why: `timedatectl answered ${JSON.stringify(word.slice(0, 100))}` };
}

function rtcsOf(root: string): readonly RtcFacts[] {
  const folder = below(root)("/sys/class/rtc");
  return namesIn(folder).map((device) => {
    const whole = (file: string) => {
      const text = trimmed(join(folder, device, file));
      return text === null || !/^\d+$/.test(text) ? null : Number(text);
    };
    const name = trimmed(join(folder, device, "name"))?.split(" ")[0] ?? "without a name";
    // Microvolts; a file of Raspberry Pi's own driver (drivers/rtc/rtc-rpi.c).
    const cellUv = whole("battery_voltage");
    const cellMv = cellUv === null ? null : Math.round(cellUv / 1000);
    return { device, name, epochS: whole("since_epoch"), cellMv };
  });
}

/** @param wallMs the time now, taken beside the clocks */
export async function timeFacts(
  root: string,
  tool: Tool,
  wallMs: () => number,
  boardClock: TimeFacts["boardClock"],
): Promise<TimeFacts> {
  const synchronised = await isSynchronised(tool);
  const rtcs = rtcsOf(root);
  return { wallMs: wallMs(), synchronised, rtcs, boardClock };
}
