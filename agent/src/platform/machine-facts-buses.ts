// What stands between us and the board: the bus, drivers of the kernel, GPIO chips and who holds their lines.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { headerChipLabels } from "../boards/lines.ts";
import type { GpioChipFacts, GpioFacts, GpioLineFacts, I2cFacts, Looked } from "../doctor/facts.ts";
import { type GpiodVersion, gpioinfoArgs, parseVersion } from "./gpio-gpiod-format.ts";
import { below, linkName, mayReadAndWrite, mayWrite, namesIn, trimmed } from "./machine-facts-files.ts";
import { lazyAddon } from "./native-addon.ts";
import type { Tool } from "./run-tool.ts";

function isLoaded(module: unknown): module is object {
  return typeof module === "object" && module !== null;
}

/** Loads a native add-on to see whether it loads. */
async function tryAddon(name: string): Promise<Looked<true>> {
  const loaded = await lazyAddon(name, () => import(name), isLoaded)();
  return loaded.ok ? { ok: true, value: true } : loaded;
}

/** Kernel drivers by address: /sys/bus/i2c/devices/1-0036/driver points to them. */
function boundDrivers(devices: string, bus: number): ReadonlyMap<number, string> {
  const pattern = new RegExp(`^${bus}-([0-9a-f]{4})$`);
  const found = namesIn(devices).flatMap((name): [number, string][] => {
    const address = pattern.exec(name)?.[1];
    const driver = address === undefined ? null : linkName(join(devices, name, "driver"));
    return address === undefined || driver === null ? [] : [[Number.parseInt(address, 16), driver]];
  });
  return new Map(found);
}

/** Supplies of the machine itself: a mouse's battery has the scope of a device. */
function ownSupplies(folder: string): readonly string[] {
  return namesIn(folder).filter((name) => trimmed(join(folder, name, "scope"))?.toLowerCase() !== "device");
}

export async function i2cFacts(root: string, bus: number): Promise<I2cFacts> {
  const at = below(root);
  const node = at(`/dev/i2c-${bus}`);
  return {
    bus,
    present: existsSync(node),
    mayOpen: mayReadAndWrite(node),
    addon: await tryAddon("i2c-bus"),
    drivers: boundDrivers(at("/sys/bus/i2c/devices"), bus),
    powerSupplies: ownSupplies(at("/sys/class/power_supply")),
  };
}

function sysfsChips(folder: string): readonly GpioChipFacts[] {
  return namesIn(folder)
    .filter((name) => name.startsWith("gpiochip"))
    .flatMap((name) => {
      const label = trimmed(join(folder, name, "label"));
      const lines = Number(trimmed(join(folder, name, "ngpio")));
      return label === null || !Number.isInteger(lines) ? [] : [{ label, lines, seenAt: `sysfs ${name}` }];
    });
}

/** `gpiochip0 [pinctrl-bcm2711] (58 lines)`, the same in libgpiod 1 and 2. */
export function parseGpiodetect(text: string): readonly GpioChipFacts[] {
  return [...text.matchAll(/^(gpiochip\d+) \[([^\]]*)\] \((\d+) lines?\)/gm)].map(
    ([, seenAt, label, lines]) => ({
      label: label ?? "",
      lines: Number(lines),
      seenAt: seenAt ?? "",
    }),
  );
}

/**
 * One line of `gpioinfo`. libgpiod 1: `line   6: "GPIO6" "sysfs" input active-high [used]`, with unused as a word of its
 * own; libgpiod 2: `line   6: "GPIO6" input consumer="sysfs"`. Kernel holders without a name are `kernel`.
 */
function holderOf(rest: string): string | null {
  const second = /\bconsumer=(?:"([^"]*)"|(\S+))/.exec(rest);
  if (second !== null) return second[1] || second[2] || "kernel";
  const used = /\[[^\]]*\bused\b[^\]]*\]\s*$/.test(rest);
  if (!used) return null;
  const consumer = /^(?:"[^"]*"|unnamed)\s+(?:"([^"]*)"|(\S+))/.exec(rest);
  const name = consumer?.[1] ?? consumer?.[2] ?? "";
  return name === "" || name === "unused" ? "kernel" : name;
}

/** The lines of `gpioinfo CHIP`, of libgpiod 1 and 2. */
export function parseGpioinfo(text: string): readonly GpioLineFacts[] {
  return [...text.matchAll(/^\s*line\s+(\d+):\s+(.*)$/gm)].map(([, bcm, rest]) => ({
    bcm: Number(bcm),
    holder: holderOf((rest ?? "").trim()),
  }));
}

async function libgpiodVersion(tool: Tool): Promise<Looked<GpiodVersion>> {
  const said = await tool("gpiodetect", ["--version"]);
  if (!said.ok) return said;
  const found = parseVersion(said.value);
  return found === null
    ? { ok: false, why: "gpiodetect does not tell its version" }
    : { ok: true, value: found };
}

async function holders(
  tool: Tool,
  { major }: GpiodVersion,
  chips: readonly GpioChipFacts[],
): Promise<GpioFacts["holders"]> {
  const header = chips.find(({ label }) => headerChipLabels.includes(label));
  if (header === undefined) return { ok: false, why: "libgpiod does not see the header's chip" };
  const said = await tool("gpioinfo", gpioinfoArgs(major, header.seenAt));
  return said.ok ? { ok: true, value: parseGpioinfo(said.value) } : said;
}

function mayOpenLines(root: string, hasTools: boolean, hasSysfs: boolean): Looked<boolean> {
  const at = below(root);
  const devices = hasTools ? namesIn(at("/dev")).filter((name) => /^gpiochip\d+$/.test(name)) : [];
  const file = at("/sys/class/gpio/export");
  const exportFile = hasSysfs && existsSync(file) ? [file] : [];
  if (devices.length + exportFile.length === 0) {
    return { ok: false, why: "there is neither /dev/gpiochip* with libgpiod's tools nor /sys/class/gpio" };
  }
  // The file to export by is for writing only.
  const may = devices.some((name) => mayReadAndWrite(at(`/dev/${name}`))) || exportFile.some(mayWrite);
  return { ok: true, value: may };
}

/** Opens no line. */
export async function gpioFacts(root: string, tool: Tool): Promise<GpioFacts> {
  const folder = below(root)("/sys/class/gpio");
  const sysfs = existsSync(folder);
  const [onoff, libgpiod, detected] = await Promise.all([
    tryAddon("onoff"),
    libgpiodVersion(tool),
    tool("gpiodetect", []),
  ]);
  const devices = detected.ok ? parseGpiodetect(detected.value) : [];
  const found = [...devices, ...sysfsChips(folder)];
  const hidden = !detected.ok && namesIn(below(root)("/dev")).some((name) => name.startsWith("gpiochip"));
  return {
    chips: found.length === 0 && hidden ? detected : { ok: true, value: found },
    sysfs,
    onoff,
    libgpiod: libgpiod.ok ? { ok: true, value: libgpiod.value.version } : libgpiod,
    mayOpen: mayOpenLines(root, libgpiod.ok, sysfs),
    holders: libgpiod.ok ? await holders(tool, libgpiod.value, devices) : libgpiod,
  };
}
