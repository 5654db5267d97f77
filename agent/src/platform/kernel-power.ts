// What kernel drivers that own a chip tell about it: /sys/class/power_supply and hwmon. One small read per poll.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ReadFailure, Result } from "../core/model.ts";
import type { KernelPower, PowerSupplyFacts } from "../ports/ports.ts";

const prefix = "POWER_SUPPLY_";

function failed(path: string, error: unknown): ReadFailure {
  const found = error instanceof Error ? error.message : String(error);
  return { ok: false, code: "PI_UPS_SYSFS", message: `${path} cannot be used: ${found}` };
}

/** `POWER_SUPPLY_CAPACITY=87` per line gives `{ CAPACITY: "87" }`. */
export function parseUevent(text: string): PowerSupplyFacts {
  const pairs = text.split("\n").flatMap((line): [string, string][] => {
    const at = line.indexOf("=");
    return at < 0 || !line.startsWith(prefix) ? [] : [[line.slice(prefix.length, at), line.slice(at + 1)]];
  });
  return Object.fromEntries(pairs);
}

class SysfsPower implements KernelPower {
  readonly #supplies: string;
  readonly #hwmon: string;

  constructor(sysfsRoot: string) {
    this.#supplies = join(sysfsRoot, "class/power_supply");
    this.#hwmon = join(sysfsRoot, "class/hwmon");
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

  async hwmon(
    name: string,
    files: readonly string[],
  ): Promise<Result<Readonly<Record<string, string>> | null>> {
    try {
      for (const folder of await readdir(this.#hwmon)) {
        const path = join(this.#hwmon, folder);
        if ((await readFile(join(path, "name"), "utf8")).trim() !== name) continue;
        const texts = await Promise.all(
          files.map(async (file) => [file, (await readFile(join(path, file), "utf8")).trim()]),
        );
        return { ok: true, value: Object.fromEntries(texts) };
      }
      return { ok: true, value: null };
    } catch (error) {
      return failed(this.#hwmon, error);
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
