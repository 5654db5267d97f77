// The same disturbances behind a kernel driver: it asks the chip over the same wire and checks nothing, so a file cannot be
// read, or shows what the register seemed to hold.
import type { ReadFailure, Result } from "../agent/src/core/model.ts";
import { signed16 } from "../agent/src/drivers/words.ts";
import type { Clock, KernelPower, PowerSupplyFacts } from "../agent/src/ports/ports.ts";
import { type DisturbedBus, type FaultKind, lateMs, stuckMs } from "./disturbed-bus.ts";

/** A register behind a file: what it held, and what the driver makes of it. Facts: Linux drivers/hwmon/ina2xx.c. */
interface Behind {
  word(figure: number): number;
  figure(word: number): number;
}

/** The files for which the ina2xx driver asks the chip; its name and its shunt it knows itself. */
const asked: Readonly<Record<string, Behind>> = {
  in0_input: { word: (mv) => mv * 100, figure: (word) => Math.round(signed16(word) / 100) },
  in1_input: { word: (mv) => (mv / 4) << 3, figure: (word) => (word >> 3) * 4 },
  curr1_input: { word: (ma) => ma, figure: signed16 },
};

function noAnswer(place: string): ReadFailure {
  return { ok: false, code: "PI_UPS_SYSFS", message: `${place}: the driver did not answer.` };
}

interface Held {
  readonly text: string;
  readonly untilMs: number;
}

/** A `KernelPower` on the bus's disturbances: each file that the chip is asked for is one transfer. */
export class DisturbedKernel implements KernelPower {
  readonly #inner: KernelPower;
  readonly #bus: DisturbedBus;
  readonly #clock: Clock;
  readonly #last = new Map<string, string>();
  readonly #stuck = new Map<string, Held>();

  constructor(inner: KernelPower, bus: DisturbedBus, clock: Clock) {
    this.#inner = inner;
    this.#bus = bus;
    this.#clock = clock;
  }

  powerSupplies(): Promise<Result<readonly string[]>> {
    return this.#inner.powerSupplies();
  }

  async powerSupply(name: string): Promise<Result<PowerSupplyFacts>> {
    this.#bus.transfers += 1;
    const kind = this.#bus.fault();
    if (kind === "nack" || kind === "late") return noAnswer(name);
    const seen = await this.#inner.powerSupply(name);
    if (!seen.ok || kind === null || seen.value["CAPACITY"] === undefined) return seen;
    const figure = kind === "zeros" ? "0" : "65535";
    return { ok: true, value: { ...seen.value, [kind === "ones" ? "VOLTAGE_NOW" : "CAPACITY"]: figure } };
  }

  /** The kernel gives a transfer up by itself; the first file that cannot be read ends the look. */
  async i2cHwmon(
    bus: number,
    address: number,
    files: readonly string[],
  ): Promise<Result<Readonly<Record<string, string>> | null>> {
    const texts: Record<string, string> = {};
    for (const file of files) {
      const kind = this.#fault(file);
      if (kind === "late") await this.#clock.sleep(lateMs);
      if (kind === "nack" || kind === "late") return noAnswer(file);
      const seen = await this.#inner.i2cHwmon(bus, address, [file]);
      if (!seen.ok || seen.value === null) return seen;
      texts[file] = this.#shown(`${address} ${file}`, file, kind, seen.value[file] ?? "");
    }
    return { ok: true, value: texts };
  }

  setPowerSupply(name: string, attribute: string, value: string): Promise<Result<void>> {
    return this.#inner.setPowerSupply(name, attribute, value);
  }

  #fault(file: string): FaultKind | null {
    if (asked[file] === undefined) return null;
    this.#bus.transfers += 1;
    return this.#bus.fault();
  }

  #shown(place: string, file: string, kind: FaultKind | null, text: string): string {
    const behind = asked[file];
    if (behind === undefined) return text;
    const nowMs = this.#clock.now().monoMs;
    const before = this.#last.get(place) ?? text;
    this.#last.set(place, text);
    const held = this.#stuck.get(place);
    if (held !== undefined && !this.#bus.paused && nowMs < held.untilMs) return held.text;
    if (kind === "stuck") {
      this.#stuck.set(place, { text: before, untilMs: nowMs + stuckMs });
      return before;
    }
    if (kind === null) return text;
    const word = behind.word(Number(text)) & 0xffff;
    const [high = 0, low = 0] = this.#bus.broken(kind, Uint8Array.of(word >> 8, word & 0xff));
    return String(behind.figure((high << 8) | low));
  }
}
