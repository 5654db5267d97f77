// What kernel drivers would tell about the simulated board: the same files as under /sys/class/power_supply, with a
// mouse's battery beside the board's as on a real desk.
import type { Board } from "../boards/board.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { KernelPower, PowerSupplyFacts } from "../ports/ports.ts";
import type { ChipSurroundings, Measured } from "./chip-registers.ts";

function noSupply(name: string): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_SYSFS",
    message: `/sys/class/power_supply/${name}/uevent cannot be used: ENOENT: no such file or directory`,
  };
}

/** A machine without power supplies. */
export const noKernelPower: KernelPower = {
  powerSupplies: () => Promise.resolve({ ok: true, value: [] }),
  powerSupply: (name) => Promise.resolve(noSupply(name)),
  hwmon: () => Promise.resolve({ ok: true, value: null }),
  setPowerSupply: (name) => Promise.resolve(noSupply(name)),
};

/** The words of `status` in include/linux/power_supply.h. */
function statusOf({ acPresent, charger, currentMa }: Measured): string {
  if (!acPresent) return "Discharging";
  if (charger === "done") return "Full";
  return currentMa > 0 ? "Charging" : "Not charging";
}

function batteryFacts(measured: Measured): PowerSupplyFacts {
  const packMv = measured.cellMv * measured.cellsInSeries;
  return {
    NAME: "x120x-battery",
    TYPE: "Battery",
    STATUS: statusOf(measured),
    PRESENT: "1",
    TECHNOLOGY: "Li-ion",
    VOLTAGE_NOW: String(Math.round(packMv * 1000)),
    CAPACITY: String(Math.min(100, Math.round(measured.chargePct))),
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

class SimKernelPower implements KernelPower {
  readonly #parts: SimKernelParts;
  #frozen: Measured | null = null;

  constructor(parts: SimKernelParts) {
    this.#parts = parts;
  }

  powerSupplies(): Promise<Result<readonly string[]>> {
    const gone = this.#parts.fault() === "nack";
    const names = gone ? ["hid-mouse-battery"] : ["hid-mouse-battery", "x120x-ac", "x120x-battery"];
    return Promise.resolve({ ok: true, value: names });
  }

  powerSupply(name: string): Promise<Result<PowerSupplyFacts>> {
    const facts = this.#factsOf(name);
    if (facts === null) return Promise.resolve(noSupply(name));
    const disturbed = this.#parts.fault() === "garbage" && name === "x120x-battery";
    const seen = disturbed ? garbled(facts, this.#parts.random) : facts;
    return Promise.resolve({ ok: true, value: seen });
  }

  hwmon(): Promise<Result<null>> {
    return Promise.resolve({ ok: true, value: null });
  }

  setPowerSupply(name: string): Promise<Result<void>> {
    return Promise.resolve(noSupply(name));
  }

  #factsOf(name: string): PowerSupplyFacts | null {
    if (name === "hid-mouse-battery") return mouse;
    if (this.#parts.fault() === "nack") return null;
    const measured = this.#measured();
    if (name === "x120x-battery") return batteryFacts(measured);
    if (name !== "x120x-ac") return null;
    const { acPresent } = this.#parts.around.measure();
    return { NAME: name, TYPE: "Mains", ONLINE: acPresent ? "1" : "0" };
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
  const owned = parts.board.chips.some(({ chip }) => chip === "power_supply");
  return owned ? new SimKernelPower(parts) : noKernelPower;
}
