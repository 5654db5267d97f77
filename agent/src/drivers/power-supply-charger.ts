// Charging on and off where a kernel driver owns the charger: by its mode and its limits, in the words of the kernel's ABI.
// "Long Life" with limits of 0 and 1 % charges an empty battery only, which is what "not allowed" means to a driver that
// decides itself. "Fast" charges. Facts: Linux Documentation/ABI/testing/sysfs-class-power (charge_type,
// charge_control_*_threshold); mor-lock/x120x-dkms src/x120x.c, which refuses a start that is not below the end.
import type { ReadFailure, Result } from "../core/model.ts";
import type { KernelPower, PowerSupplyFacts } from "../ports/ports.ts";
import { notTaken } from "./chip-failures.ts";

const files = {
  mode: "charge_type",
  start: "charge_control_start_threshold",
  end: "charge_control_end_threshold",
} as const;
const charging = "Fast";
const held = "Long Life";

interface Band {
  readonly start: number;
  readonly end: number;
}

/** So low that a battery which can run a Pi is above it. */
const nothing: Band = { start: 0, end: 1 };
/** The driver's own, given back when nobody knows what they were. */
const usual: Band = { start: 75, end: 80 };

interface State extends Band {
  readonly mode: string;
}

function stateOf(facts: PowerSupplyFacts): State | null {
  const mode = facts["CHARGE_TYPE"];
  const start = Number(facts["CHARGE_CONTROL_START_THRESHOLD"] ?? Number.NaN);
  const end = Number(facts["CHARGE_CONTROL_END_THRESHOLD"] ?? Number.NaN);
  return mode === undefined || Number.isNaN(start) || Number.isNaN(end) ? null : { mode, start, end };
}

function same(a: Band, b: Band): boolean {
  return a.start === b.start && a.end === b.end;
}

function noControl(name: string): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_NO_CHARGE_CONTROL",
    message: `The kernel's supply ${name} has no charge_type with charge limits, so charging cannot be switched. Update the board's driver, or look whether this board can: ls /sys/class/power_supply/${name}`,
  };
}

/** The charger of a kernel driver. */
export class PowerSupplyCharger {
  readonly #name: string;
  readonly #kernel: KernelPower;
  /** The limits as they were before this agent changed them. */
  #before: Band | null = null;

  constructor(name: string, kernel: KernelPower) {
    this.#name = name;
    this.#kernel = kernel;
  }

  /**
   * Reads back what it wrote; to be asked one at a time (`ordersInTurn`). Codes: `PI_UPS_NO_CHARGE_CONTROL`, `PI_UPS_NOT_TAKEN`, `PI_UPS_SYSFS`.
   */
  async allow(allowed: boolean): Promise<Result<void>> {
    const now = await this.#state();
    if (!now.ok) return now;
    if (!same(now.value, nothing)) this.#before = { start: now.value.start, end: now.value.end };
    return allowed ? this.#charge(now.value) : this.#hold();
  }

  /** The mode first: the battery charges even if the limits should not be taken. */
  async #charge(now: State): Promise<Result<void>> {
    const band = this.#before ?? usual;
    const moded = await this.#write([files.mode, charging]);
    if (!moded.ok) return moded;
    // The end first: a start must stay below it.
    const limited = same(now, nothing)
      ? await this.#write([files.end, `${band.end}`], [files.start, `${band.start}`])
      : moded;
    return limited.ok ? this.#readBack(charging, null) : limited;
  }

  /** The limits first: until the mode changes they mean nothing. */
  async #hold(): Promise<Result<void>> {
    const written = await this.#write(
      [files.start, `${nothing.start}`],
      [files.end, `${nothing.end}`],
      [files.mode, held],
    );
    return written.ok ? this.#readBack(held, nothing) : written;
  }

  async #write(...orders: readonly (readonly [file: string, value: string])[]): Promise<Result<void>> {
    for (const [file, value] of orders) {
      const written = await this.#kernel.setPowerSupply(this.#name, file, value);
      if (!written.ok) return written;
    }
    return { ok: true, value: undefined };
  }

  async #readBack(mode: string, band: Band | null): Promise<Result<void>> {
    const found = await this.#state();
    if (!found.ok) return found;
    const taken = found.value.mode === mode && (band === null || same(found.value, band));
    if (taken) return { ok: true, value: undefined };
    const words = ({ start, end }: Band) => `${start} to ${end} %`;
    const wanted = band === null ? mode : `${mode}, ${words(band)}`;
    return notTaken(
      `The kernel's charger ${this.#name} was told ${wanted} and shows ${found.value.mode}, ${words(found.value)}.`,
      `See: grep . /sys/class/power_supply/${this.#name}/charge*`,
    );
  }

  async #state(): Promise<Result<State>> {
    const facts = await this.#kernel.powerSupply(this.#name);
    if (!facts.ok) return facts;
    const state = stateOf(facts.value);
    return state === null ? noControl(this.#name) : { ok: true, value: state };
  }
}
