// The pins of the guest: gpio-sim under the label and with the line names of a Raspberry Pi 4's header.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { sh } from "./shell.ts";
import { eventually } from "./wait.ts";

const device = "/sys/kernel/config/gpio-sim/header";
const bank = `${device}/bank0`;
const lines = 58;
/** Those that the boards use, by name; the chip has them all by number. */
const named = [4, 6, 12, 16, 26];

let folder = "";

export async function plugPins(): Promise<void> {
  for (const module of ["configfs", "irq_sim", "gpio-sim"]) await sh("modprobe", module);
  await sh("sh", "-c", "mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config");
  await mkdir(bank, { recursive: true });
  await writeFile(`${bank}/num_lines`, String(lines));
  await writeFile(`${bank}/label`, "pinctrl-bcm2711");
  for (const line of named) {
    await mkdir(`${bank}/line${line}`);
    await writeFile(`${bank}/line${line}/name`, `GPIO${line}`);
  }
  await writeFile(`${device}/live`, "1");
  const [platform, chip] = await Promise.all(
    [`${device}/dev_name`, `${bank}/chip_name`].map(async (file) => (await readFile(file, "utf8")).trim()),
  );
  folder = `/sys/devices/platform/${platform}/${chip}`;
  await sh("udevadm", "settle");
}

/** What the board drives the line to. */
export async function drive(line: number, high: boolean): Promise<void> {
  await writeFile(`${folder}/sim_gpio${line}/pull`, high ? "pull-up" : "pull-down");
}

/** The level that the Pi drives the line to. */
export async function driven(line: number): Promise<boolean> {
  return (await readFile(`${folder}/sim_gpio${line}/value`, "utf8")).trim() === "1";
}

/** Who holds the line, in gpioinfo's words. */
export async function holder(line: number): Promise<string> {
  const all = await sh("gpioinfo");
  return (
    all
      .split("\n")
      .find((text) => text.includes(`GPIO${line}"`) || new RegExp(`line\\s+${line}:`).test(text)) ?? ""
  );
}

/** Another program takes GPIO6, under the name somebody-else; the returned function ends it. */
export async function holdLine(): Promise<() => Promise<void>> {
  const child = spawn("gpiomon", ["-C", "somebody-else", "GPIO6"], { stdio: "ignore" });
  const ended = once(child, "exit");
  await eventually(
    "GPIO6 held",
    () => holder(6),
    (text) => text.includes("somebody-else"),
  );
  return async () => {
    child.kill("SIGTERM");
    await ended;
  };
}
