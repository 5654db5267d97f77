// A bus that lies now and then: every kind of disturbance that a wire or a chip makes, at a share that the caller sets.

import type { Result } from "../agent/src/core/model.ts";
import { i2cFailure } from "../agent/src/drivers/i2c-errors.ts";
import { createUpsDevice } from "../agent/src/drivers/ups-device.ts";
import type { I2cBus } from "../agent/src/ports/ports.ts";
import { type Bench, portsOf } from "../test/drivers/board-bench.ts";
import { DisturbedKernel } from "./disturbed-kernel.ts";
import { DisturbedPins } from "./disturbed-pin.ts";

export const faultKinds = ["nack", "zeros", "ones", "bit_flip", "stuck", "late"] as const;
export type FaultKind = (typeof faultKinds)[number];
export type FaultCounts = { readonly [K in FaultKind]: number };

export interface DisturbOptions {
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly faultShare: number;
}

/** Longer than the queue's time limit for one transfer. */
export const lateMs = 300;
/** A register that hangs gives its old value for so long. What hangs for seconds is a stuck gauge, which the core tells apart. */
export const stuckMs = 500;

interface Stuck {
  readonly bytes: Uint8Array;
  readonly untilMs: number;
}

export class DisturbedBus implements I2cBus {
  readonly counts: Record<FaultKind, number> = { nack: 0, zeros: 0, ones: 0, bit_flip: 0, stuck: 0, late: 0 };
  transfers = 0;
  paused = false;
  readonly #inner: I2cBus;
  readonly #bench: Bench;
  readonly #options: DisturbOptions;
  readonly #last = new Map<number, Uint8Array>();
  readonly #stuck = new Map<number, Stuck>();

  constructor(bench: Bench, options: DisturbOptions) {
    this.#inner = bench.sim.i2c;
    this.#bench = bench;
    this.#options = options;
  }

  async read(address: number, register: number, length: number): Promise<Result<Uint8Array>> {
    this.transfers += 1;
    const place = (address << 16) | (register << 8) | length;
    const hung = this.#stuck.get(place);
    if (hung !== undefined && !this.paused && this.#nowMs() < hung.untilMs) {
      return { ok: true, value: Uint8Array.from(hung.bytes) };
    }
    const kind = this.fault();
    if (kind === "nack") return i2cFailure("PI_UPS_I2C_NACK", { bus: 1, address });
    if (kind === "late") await this.#bench.clock.sleep(lateMs);
    const seen = await this.#inner.read(address, register, length);
    if (!seen.ok) return seen;
    const before = this.#last.get(place) ?? seen.value;
    this.#last.set(place, seen.value);
    if (kind !== "stuck") return { ok: true, value: this.broken(kind, seen.value) };
    this.#stuck.set(place, { bytes: before, untilMs: this.#nowMs() + stuckMs });
    return { ok: true, value: Uint8Array.from(before) };
  }

  async write(address: number, register: number, data: Uint8Array): Promise<Result<void>> {
    this.transfers += 1;
    const kind = this.fault();
    if (kind === "nack") return i2cFailure("PI_UPS_I2C_NACK", { bus: 1, address });
    if (kind === "late") await this.#bench.clock.sleep(lateMs);
    return this.#inner.write(address, register, this.broken(kind, data));
  }

  async receive(address: number): Promise<Result<number>> {
    this.transfers += 1;
    const kind = this.fault();
    if (kind === "nack") return i2cFailure("PI_UPS_I2C_NACK", { bus: 1, address });
    if (kind === "late") await this.#bench.clock.sleep(lateMs);
    const seen = await this.#inner.receive?.(address);
    if (seen === undefined) throw new Error("the simulated bus reads single bytes");
    if (!seen.ok) return seen;
    // A device without a register in front of the read sends what it has at hand: an old byte is a stuck one.
    const place = (address << 16) | 0xffff;
    const before = this.#last.get(place) ?? Uint8Array.of(seen.value);
    this.#last.set(place, Uint8Array.of(seen.value));
    const [value = 0] = kind === "stuck" ? before : this.broken(kind, Uint8Array.of(seen.value));
    return { ok: true, value };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The disturbance of this transfer, counted; null for a sound one. */
  fault(): FaultKind | null {
    const { faultShare, random } = this.#options;
    if (this.paused || random() >= faultShare) return null;
    const kind = faultKinds[Math.floor(random() * faultKinds.length)] ?? "nack";
    this.counts[kind] += 1;
    return kind;
  }

  #nowMs(): number {
    return this.#bench.clock.now().monoMs;
  }

  /** Bytes as this disturbance leaves them; `stuck`, `nack` and `late` are not of the bytes. */
  broken(kind: FaultKind | null, bytes: Uint8Array): Uint8Array {
    if (kind === "zeros") return bytes.map(() => 0x00);
    if (kind === "ones") return bytes.map(() => 0xff);
    if (kind !== "bit_flip") return bytes;
    const bit = Math.floor(this.#options.random() * bytes.length * 8);
    return bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
  }
}

export interface Disturbed {
  /** The same world, its device behind the disturbed bus. */
  readonly bench: Bench;
  /** For what else is on that wire. */
  readonly bus: DisturbedBus;
  reads(): number;
  faults(): FaultCounts;
  pause(paused: boolean): void;
  /** From now on the board's mains line shows the wrong level (true), or the right one. */
  disturbPins(wrong: boolean): Promise<void>;
}

/** Puts a disturbed bus between a bench's world and a new device. */
export function disturb(bench: Bench, options: DisturbOptions): Disturbed {
  const bus = new DisturbedBus(bench, options);
  const { clock, board, sim } = bench;
  const kernel = new DisturbedKernel(sim.kernel, bus, clock);
  const gpio = new DisturbedPins(sim.gpio, board.lines.acPresent?.bcm ?? null);
  const device = createUpsDevice(board, { ...portsOf(sim), gpio, i2c: bus, kernel, clock });
  return {
    bench: {
      ...bench,
      device,
      start: () => clock.until(device.start()),
      sample: () => clock.until(device.sample()),
    },
    bus,
    reads: () => bus.transfers,
    faults: () => bus.counts,
    pause: (paused) => {
      bus.paused = paused;
    },
    disturbPins: (wrong) => gpio.disturb(wrong),
  };
}
