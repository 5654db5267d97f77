// What kernel drivers would tell about the simulated board: the same files as under /sys/class/power_supply and hwmon, with
// a mouse's battery beside the board's as on a real desk.
import type { Board, ChipUse } from "../boards/board.ts";
import { isThroughKernel } from "../boards/board.ts";
import type { Ina219Use, PowerSupplyUse } from "../boards/chip-use.ts";
import { kernelDeviceName } from "../boards/hex.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { KernelPower, PowerSupplyFacts } from "../ports/ports.ts";
import type { ChipSurroundings, Measured } from "./chip-registers.ts";
import { createSimCharger, type SimCharger } from "./sim-charger.ts";
import { createSimIna2xxHwmon, type SimHwmon } from "./sim-ina2xx-hwmon.ts";

function noFile(path: string, why = "ENOENT: no such file or directory"): ReadFailure {
  return { ok: false, code: "PI_UPS_SYSFS", message: `${path} cannot be used: ${why}` };
}

function noSupply(name: string): ReadFailure {
  return noFile(`/sys/class/power_supply/${name}/uevent`);
}

/** A machine without power supplies. */
export const noKernelPower: KernelPower = {
  powerSupplies: () => Promise.resolve({ ok: true, value: [] }),
  powerSupply: (name) => Promise.resolve(noSupply(name)),
  i2cHwmon: () => Promise.resolve({ ok: true, value: null }),
  setPowerSupply: (name) => Promise.resolve(noSupply(name)),
};

/** The words of `status` in include/linux/power_supply.h. */
function statusOf({ acPresent, charger, currentMa }: Measured): string {
  if (!acPresent) return "Discharging";
  if (charger === "done") return "Full";
  return currentMa > 0 ? "Charging" : "Not charging";
}

/** Drivers differ in the sign of current_now: this one gives the amount, and its status the direction. */
function batteryFacts(name: string, measured: Measured, { has }: PowerSupplyUse): PowerSupplyFacts {
  const packMv = measured.cellMv * measured.cellsInSeries;
  const current = String(Math.round(Math.abs(measured.currentMa) * 1000));
  return {
    NAME: name,
    TYPE: "Battery",
    STATUS: statusOf(measured),
    PRESENT: "1",
    TECHNOLOGY: "Li-ion",
    VOLTAGE_NOW: String(Math.round(packMv * 1000)),
    CAPACITY: String(Math.min(100, Math.round(measured.chargePct))),
    ...(has?.includes("current") === true ? { CURRENT_NOW: current } : {}),
    SCOPE: "System",
  };
}

const mouse: PowerSupplyFacts = {
  NAME: "hid-mouse-battery",
  TYPE: "Battery",
  SCOPE: "Device",
  CAPACITY: "5",
  PRESENT: "1",
};

/** A disturbed bus behind the gauge's driver: one of its figures is noise. Mains is a pin, and its file stays right. */
function garbled(facts: PowerSupplyFacts, random: () => number): PowerSupplyFacts {
  const key = random() < 0.5 ? "VOLTAGE_NOW" : "CAPACITY";
  const noise = ["0", "-1", "65535000", "", String(Math.floor(random() * 5_000_000))];
  return { ...facts, [key]: noise[Math.floor(random() * noise.length)] ?? "" };
}

export interface SimKernelParts {
  readonly board: Board;
  readonly around: ChipSurroundings;
  readonly fault: () => "nack" | "garbage" | null;
  readonly random: () => number;
}

/** The folders that the board's driver makes. */
interface Folders {
  readonly use: PowerSupplyUse;
  readonly battery: string;
  readonly mains: string;
  readonly charger: SimCharger | null;
}

function foldersOf(use: PowerSupplyUse, around: ChipSurroundings): Folders {
  const charger = use.charger === undefined ? null : createSimCharger(around);
  return { use, battery: use.battery ?? "ups-battery", mains: use.mains ?? "ups-ac", charger };
}

const mouseName = "hid-mouse-battery";

class SimKernelPower implements KernelPower {
  readonly #parts: SimKernelParts;
  readonly #folders: Folders | null;
  readonly #hwmon: ReadonlyMap<number, SimHwmon>;
  #frozen: Measured | null = null;

  constructor(parts: SimKernelParts) {
    const { board, around } = parts;
    const supply = board.chips.find((use): use is PowerSupplyUse => use.chip === "power_supply");
    const sensors = board.chips.filter(
      (use: ChipUse): use is Ina219Use => use.chip === "ina219" && isThroughKernel(use),
    );
    this.#parts = parts;
    this.#folders = supply === undefined ? null : foldersOf(supply, around);
    this.#hwmon = new Map(sensors.map((use) => [use.address, createSimIna2xxHwmon(use, around)]));
  }

  powerSupplies(): Promise<Result<readonly string[]>> {
    const folders = this.#parts.fault() === "nack" ? null : this.#folders;
    const { battery, mains, use } = folders ?? {};
    const there = [mouseName, battery, mains, use?.charger].filter((name) => name !== undefined);
    return Promise.resolve({ ok: true, value: there.toSorted() });
  }

  powerSupply(name: string): Promise<Result<PowerSupplyFacts>> {
    const facts = this.#factsOf(name);
    if (facts === null) return Promise.resolve(noSupply(name));
    const disturbed = this.#parts.fault() === "garbage" && name === this.#folders?.battery;
    const seen = disturbed ? garbled(facts, this.#parts.random) : facts;
    return Promise.resolve({ ok: true, value: seen });
  }

  i2cHwmon(
    bus: number,
    address: number,
    files: readonly string[],
  ): Promise<Result<Readonly<Record<string, string>> | null>> {
    const device = bus === this.#parts.board.i2cBus ? this.#hwmon.get(address) : undefined;
    if (device === undefined) return Promise.resolve({ ok: true, value: null });
    const fault = this.#parts.fault();
    const path = `/sys/bus/i2c/devices/${kernelDeviceName(bus, address)}/hwmon/hwmon0`;
    if (fault === "nack") {
      return Promise.resolve(noFile(path, "EREMOTEIO: remote I/O error, read"));
    }
    const texts: Record<string, string> = {};
    for (const file of files) {
      const text = device.file(file, fault === "garbage" ? this.#parts.random : null);
      if (text === null) return Promise.resolve(noFile(`${path}/${file}`));
      texts[file] = text;
    }
    return Promise.resolve({ ok: true, value: texts });
  }

  setPowerSupply(name: string, attribute: string, value: string): Promise<Result<void>> {
    const { charger, use } = this.#folders ?? {};
    const path = `/sys/class/power_supply/${name}/${attribute}`;
    if (charger == null || name !== use?.charger || this.#parts.fault() === "nack") {
      return Promise.resolve(noFile(path));
    }
    const taken = charger.set(attribute, value);
    return Promise.resolve(taken ? { ok: true, value: undefined } : noFile(path, "EINVAL: invalid argument"));
  }

  #factsOf(name: string): PowerSupplyFacts | null {
    if (name === mouseName) return mouse;
    const folders = this.#folders;
    if (folders === null || this.#parts.fault() === "nack") return null;
    folders.charger?.poll();
    const measured = this.#measured();
    if (name === folders.battery) return batteryFacts(name, measured, folders.use);
    if (name === folders.mains) return { NAME: name, TYPE: "Mains", ONLINE: measured.acPresent ? "1" : "0" };
    return name === folders.use.charger ? (folders.charger?.facts(name) ?? null) : null;
  }

  /** A gauge that hangs keeps its figures; the mains line is not part of it. */
  #measured(): Measured {
    const { around } = this.#parts;
    const now = around.measure();
    if (!around.frozen()) {
      this.#frozen = null;
      return now;
    }
    this.#frozen ??= now;
    return { ...this.#frozen, acPresent: now.acPresent };
  }
}

/** The kernel's view of this board; empty for boards that no kernel driver owns. */
export function createSimKernelPower(parts: SimKernelParts): KernelPower {
  return parts.board.chips.some(isThroughKernel) ? new SimKernelPower(parts) : noKernelPower;
}
