// The board whose chips a kernel driver owns: read through /sys/class/power_supply, one uevent file per poll and supply.
// Facts: Linux Documentation/ABI/testing/sysfs-class-power and include/linux/power_supply.h; mor-lock/x120x-dkms README.md.
import type { PowerSupplyUse } from "../boards/chip-use.ts";
import type { BoardFault, RawReading, ReadFailure, Result } from "../core/model.ts";
import type { KernelPower, PowerSupplyFacts } from "../ports/ports.ts";
import type { ChipDriver, ChipFamily, ChipIdentity, ChipPorts, ChipSample } from "./chip.ts";
import { impossible } from "./chip-failures.ts";
import type { Controls } from "./controls.ts";
import { cellsAgree } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";
import { PowerSupplyCharger } from "./power-supply-charger.ts";
import { createSteady, type Steady } from "./steady.ts";

/** What the uevent files say, in our units. */
export interface SupplyLook {
  readonly reading: Result<RawReading>;
  /** null: no supply tells. */
  readonly acPresent: boolean | null;
  readonly charging: boolean | null;
  readonly temperatureC: number | null;
  readonly faults: readonly BoardFault[];
}

interface Chosen {
  readonly battery: string;
  /** Empty: mains is read off the battery's status. */
  readonly mains: readonly string[];
  /** Batteries that could have been meant as well. */
  readonly others: readonly string[];
}

function numberOf(facts: PowerSupplyFacts, key: string): number | null {
  const text = facts[key];
  if (text === undefined || !/^-?\d+$/.test(text)) return null;
  return Number(text);
}

/** Charging is positive for us; drivers differ in the sign of current_now, but not in the words of status. */
function currentMaOf(facts: PowerSupplyFacts): number | null {
  const microamps = numberOf(facts, "CURRENT_NOW");
  if (microamps === null) return null;
  const milliamps = microamps / 1000;
  if (facts["STATUS"] === "Discharging") return 0 - Math.abs(milliamps);
  return facts["STATUS"] === "Charging" ? Math.abs(milliamps) : milliamps;
}

function readingOf(name: string, facts: PowerSupplyFacts, cellsInSeries: number): Result<RawReading> {
  if (facts["PRESENT"] === "0") {
    return {
      ok: false,
      code: "PI_UPS_NO_BATTERY",
      message: `The power supply ${name} says that no battery is present. Check that the battery is in and its contacts are clean.`,
    };
  }
  const microvolts = numberOf(facts, "VOLTAGE_NOW");
  if (microvolts === null || microvolts <= 0) {
    return impossible(
      `The power supply ${name} has no usable voltage (VOLTAGE_NOW=${facts["VOLTAGE_NOW"]}).`,
      "Its driver or the bus behind it is disturbed; look with: dmesg | tail",
    );
  }
  const cellMv = microvolts / 1000 / cellsInSeries;
  const chargePct = numberOf(facts, "CAPACITY");
  const currentMa = currentMaOf(facts);
  const reading: RawReading = {
    cellMv,
    ...(chargePct === null ? {} : { chargePct }),
    ...(currentMa === null ? {} : { currentMa }),
  };
  return implausibleCell(`The power supply ${name}`, reading) ?? { ok: true, value: reading };
}

/** The kernel's words for a battery's health that are trouble (include/linux/power_supply.h). */
const troubles: Readonly<Record<string, BoardFault>> = {
  Overheat: { kind: "battery_overheat", message: "The kernel says that the battery is too hot." },
  Hot: { kind: "battery_overheat", message: "The kernel says that the battery is too hot." },
  Cold: { kind: "battery_cold", message: "The kernel says that the battery is too cold." },
  Dead: { kind: "battery_dead", message: "The kernel says that the battery is dead: replace its cells." },
  "Over voltage": {
    kind: "battery_over_voltage",
    message: "The kernel says that the battery's voltage is too high.",
  },
  "Over current": {
    kind: "battery_over_current",
    message: "The kernel says that the battery's current is too high.",
  },
  "Unspecified failure": {
    kind: "battery_failure",
    message: "The kernel reports a battery failure without a name.",
  },
};

function chargingOf(facts: PowerSupplyFacts): boolean | null {
  switch (facts["STATUS"]) {
    case "Charging":
      return true;
    case "Discharging":
    case "Not charging":
    case "Full":
      return false;
    default:
      return null;
  }
}

function onlineOf(supplies: readonly PowerSupplyFacts[], battery: PowerSupplyFacts): boolean | null {
  const online = supplies.map((facts) => numberOf(facts, "ONLINE")).filter((value) => value !== null);
  // 2 is "fixed" or "programmable": a supply that is there as well.
  if (online.length > 0) return online.some((value) => value > 0);
  // The kernel shows an empty uevent when a property fails: the supply is there, and tells nothing at this moment.
  if (supplies.length > 0) return null;
  // Without a mains supply only a clear status tells; an unknown one tells nothing.
  const charging = chargingOf(battery);
  return charging === null ? null : battery["STATUS"] !== "Discharging";
}

/** The uevent texts of one poll as a look. */
export function decodeSupplies(
  name: string,
  battery: PowerSupplyFacts,
  mains: readonly PowerSupplyFacts[],
  cellsInSeries: number,
): SupplyLook {
  const tenths = numberOf(battery, "TEMP");
  const trouble = troubles[battery["HEALTH"] ?? ""];
  return {
    reading: readingOf(name, battery, cellsInSeries),
    acPresent: onlineOf(mains, battery),
    charging: chargingOf(battery),
    temperatureC: tenths === null ? null : tenths / 10,
    faults: trouble === undefined ? [] : [trouble],
  };
}

function agree(a: SupplyLook, b: SupplyLook): boolean {
  if (a.acPresent !== b.acPresent || a.charging !== b.charging || a.reading.ok !== b.reading.ok) return false;
  if (!a.reading.ok || !b.reading.ok) return true;
  return cellsAgree(a.reading.value, b.reading.value);
}

function isBattery(facts: PowerSupplyFacts): boolean {
  // A mouse or a headset is a battery too, but not the one that feeds the Pi.
  return ["Battery", "UPS"].includes(facts["TYPE"] ?? "") && facts["SCOPE"] !== "Device";
}

function isMains(facts: PowerSupplyFacts): boolean {
  return /^(Mains|USB)/.test(facts["TYPE"] ?? "") && facts["SCOPE"] !== "Device";
}

class PowerSupplies implements ChipDriver {
  readonly controls: Controls;
  readonly #use: PowerSupplyUse;
  readonly #kernel: KernelPower;
  readonly #cellsInSeries: number;
  readonly #steady: Steady<SupplyLook>;
  #chosen: Chosen | null = null;
  /** The driver has told a temperature, so it is the board's, and not the Pi's when it is missing for a moment. */
  #hasTemperature = false;

  constructor(use: PowerSupplyUse, { kernel, cellsInSeries }: ChipPorts) {
    this.#use = use;
    this.#kernel = kernel;
    const charger = use.charger === undefined ? null : new PowerSupplyCharger(use.charger, kernel);
    this.controls = charger === null ? {} : { allowCharge: (allowed) => charger.allow(allowed) };
    this.#cellsInSeries = cellsInSeries;
    this.#steady = createSteady({
      look: () => this.#look(),
      agree,
      unstable: (looks) => ({
        ok: false,
        code: "PI_UPS_GAUGE_UNSTABLE",
        message: `${looks} looks at /sys/class/power_supply in a row disagree: the kernel's driver or its bus is disturbed. See: dmesg | tail`,
      }),
    });
  }

  async probe(): Promise<Result<ChipIdentity>> {
    const chosen = await this.#choose();
    if (!chosen.ok) return chosen;
    this.#chosen = chosen.value;
    const look = await this.#look();
    if (!look.ok) return look;
    if (!look.value.reading.ok) return look.value.reading;
    this.#steady.keep(look.value);
    const { battery, mains, others } = chosen.value;
    const notes = others.length === 0 ? [] : [severalBatteries(battery, others)];
    return { ok: true, value: { chip: "power_supply", version: [battery, ...mains].join(" "), notes } };
  }

  async read(): Promise<ChipSample> {
    const look = await this.#steady.read();
    if (!look.ok) return this.failed(look);
    const { reading, acPresent, charging, temperatureC, faults } = look.value;
    if (temperatureC !== null) this.#hasTemperature = true;
    return {
      gauge: reading,
      acPresent: acPresent === null ? noMains : { ok: true, value: acPresent },
      ...(charging === null ? {} : { charging: { ok: true, value: charging } }),
      ...(this.#hasTemperature
        ? { temperatureC: temperatureC === null ? noTemperature : { ok: true, value: temperatureC } }
        : {}),
      boardFaults: { ok: true, value: faults },
    };
  }

  failed(failure: ReadFailure): ChipSample {
    return {
      gauge: failure,
      acPresent: failure,
      charging: failure,
      ...(this.#hasTemperature ? { temperatureC: failure } : {}),
      boardFaults: failure,
    };
  }

  async #choose(): Promise<Result<Chosen>> {
    const names = await this.#kernel.powerSupplies();
    if (!names.ok) return names;
    const supplies: { name: string; facts: PowerSupplyFacts }[] = [];
    for (const name of names.value) {
      const facts = await this.#kernel.powerSupply(name);
      if (facts.ok) supplies.push({ name, facts: facts.value });
    }
    const { battery: wanted, mains } = this.#use;
    const [battery, ...others] = supplies.filter(({ name, facts }) =>
      wanted === null ? isBattery(facts) : name === wanted,
    );
    if (battery === undefined) return noBattery(wanted, names.value);
    const mainsNames = supplies
      .filter(({ name, facts }) => (mains === null ? isMains(facts) : name === mains))
      .map(({ name }) => name);
    if (mains !== null && mainsNames.length === 0) return noSupply(mains, names.value);
    const charger = this.#use.charger;
    if (charger !== undefined && !names.value.includes(charger)) return noSupply(charger, names.value);
    return {
      ok: true,
      value: { battery: battery.name, mains: mainsNames, others: others.map(({ name }) => name) },
    };
  }

  async #look(): Promise<Result<SupplyLook>> {
    if (this.#chosen === null) return noBattery(this.#use.battery, []);
    const { battery: name, mains } = this.#chosen;
    const battery = await this.#kernel.powerSupply(name);
    if (!battery.ok) return battery;
    const others: PowerSupplyFacts[] = [];
    for (const one of mains) {
      const facts = await this.#kernel.powerSupply(one);
      if (!facts.ok) return facts;
      others.push(facts.value);
    }
    return { ok: true, value: decodeSupplies(name, battery.value, others, this.#cellsInSeries) };
  }
}

function severalBatteries(battery: string, others: readonly string[]): string {
  return `The kernel shows ${others.length + 1} batteries of this machine: ${battery} is read, ${others.join(", ")} not. If another one feeds this Pi, describe the board under own_boards: chip power_supply with battery: ${others[0]}.`;
}

const noMains: ReadFailure = {
  ok: false,
  code: "PI_UPS_MAINS_UNKNOWN",
  message:
    "No power supply of the kernel tells about mains at this moment: none of type Mains or USB says whether it is online, and the battery's status is not known. If it stays so, describe the board under own_boards with its mains pin (lines.ac_present).",
};

const noTemperature: ReadFailure = {
  ok: false,
  code: "PI_UPS_TEMPERATURE_UNKNOWN",
  message:
    "The kernel's driver told the battery's temperature before and does not at this moment (no TEMP in its uevent). If it stays so, look with: dmesg | tail",
};

function noSupply(name: string, found: readonly string[]): ReadFailure {
  const there = found.length === 0 ? "it is empty" : `there are ${found.join(", ")}`;
  return {
    ok: false,
    code: "PI_UPS_NO_POWER_SUPPLY",
    message: `There is no power supply "${name}" under /sys/class/power_supply; ${there}. Load the board's kernel driver (dtoverlay in /boot/firmware/config.txt), or choose the board itself in the configuration.`,
  };
}

function noBattery(wanted: string | null, found: readonly string[]): ReadFailure {
  if (wanted !== null) return noSupply(wanted, found);
  const there = found.length === 0 ? "it is empty" : `it has only ${found.join(", ")}`;
  return {
    ok: false,
    code: "PI_UPS_NO_POWER_SUPPLY",
    message: `No kernel driver shows a battery of this Pi under /sys/class/power_supply: ${there}. Load the board's kernel driver (dtoverlay in /boot/firmware/config.txt), or choose the board itself in the configuration.`,
  };
}

/**
 * Driver for batteries that the kernel reads. Codes: `PI_UPS_NO_POWER_SUPPLY`, `PI_UPS_NO_BATTERY`, `PI_UPS_SYSFS`,
 * `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_MAINS_UNKNOWN`, `PI_UPS_TEMPERATURE_UNKNOWN`, and of the
 * charger those of `PowerSupplyCharger`.
 */
export const powerSupply: ChipFamily<PowerSupplyUse> = (use, ports) => new PowerSupplies(use, ports);
