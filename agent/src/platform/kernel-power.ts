// What kernel drivers that own a chip tell about it: /sys/class/power_supply and hwmon. One small read per poll.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kernelDeviceName } from "../boards/hex.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { KernelPower, PowerSupplyFacts } from "../ports/ports.ts";

const prefix = "POWER_SUPPLY_";

type Texts = Readonly<Record<string, string>>;

function codeOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? "") : "";
}

/** The kernel's reason as a cure. */
function cureOf(error: unknown, path: string): string {
  switch (codeOf(error)) {
    case "ENOENT":
    case "ENODEV":
      return " The kernel's driver was unloaded or lost its device: look with lsmod and dmesg | tail.";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return ` This user may not use it. Run the agent as root, or let a udev rule give its group the file; see: ls -l ${path}`;
    case "EINVAL":
    case "EOPNOTSUPP":
      return " The kernel's driver does not take this value on this board.";
    case "EREMOTEIO":
    case "ENXIO":
    case "EIO":
    case "ETIMEDOUT":
      return " The chip did not answer the kernel's driver. Check that the HAT is seated and its battery is in.";
    default:
      return " Look into the kernel's messages with: dmesg | tail";
  }
}

function failed(path: string, error: unknown): ReadFailure {
  const found = error instanceof Error ? error.message : String(error);
  return {
    ok: false,
    code: "PI_UPS_SYSFS",
    message: `${path} cannot be used: ${found}.${cureOf(error, path)}`,
  };
}

/** `POWER_SUPPLY_CAPACITY=87` per line gives `{ CAPACITY: "87" }`. */
export function parseUevent(text: string): PowerSupplyFacts {
  const pairs = text.split("\n").flatMap((line): [string, string][] => {
    const at = line.indexOf("=");
    return at < 0 || !line.startsWith(prefix) ? [] : [[line.slice(prefix.length, at), line.slice(at + 1)]];
  });
  return Object.fromEntries(pairs);
}

/** One after the other: a driver asks its chip for each file. */
async function textsOf(folder: string, files: readonly string[]): Promise<Texts> {
  const texts: Record<string, string> = {};
  for (const file of files) texts[file] = (await readFile(join(folder, file), "utf8")).trim();
  return texts;
}

class SysfsPower implements KernelPower {
  readonly #supplies: string;
  readonly #i2cDevices: string;

  constructor(sysfsRoot: string) {
    this.#supplies = join(sysfsRoot, "class/power_supply");
    this.#i2cDevices = join(sysfsRoot, "bus/i2c/devices");
  }

  async powerSupplies(): Promise<Result<readonly string[]>> {
    try {
      return { ok: true, value: (await readdir(this.#supplies)).toSorted() };
    } catch (error) {
      return failed(this.#supplies, error);
    }
  }

  async powerSupply(name: string): Promise<Result<PowerSupplyFacts>> {
    const path = join(this.#supplies, name, "uevent");
    try {
      return { ok: true, value: parseUevent(await readFile(path, "utf8")) };
    } catch (error) {
      return failed(path, error);
    }
  }

  async i2cHwmon(bus: number, address: number, files: readonly string[]): Promise<Result<Texts | null>> {
    const path = join(this.#i2cDevices, kernelDeviceName(bus, address), "hwmon");
    let folders: readonly string[];
    try {
      folders = await readdir(path);
    } catch (error) {
      return codeOf(error) === "ENOENT" ? { ok: true, value: null } : failed(path, error);
    }
    const [folder] = folders;
    if (folder === undefined) return { ok: true, value: null };
    try {
      return { ok: true, value: await textsOf(join(path, folder), files) };
    } catch (error) {
      return failed(join(path, folder), error);
    }
  }

  async setPowerSupply(name: string, attribute: string, value: string): Promise<Result<void>> {
    const path = join(this.#supplies, name, attribute);
    try {
      await writeFile(path, value);
      return { ok: true, value: undefined };
    } catch (error) {
      return failed(path, error);
    }
  }
}

/** @param sysfsRoot where sysfs is mounted; tests give a folder of their own */
export function createKernelPower(sysfsRoot = "/sys"): KernelPower {
  return new SysfsPower(sysfsRoot);
}
