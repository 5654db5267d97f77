// One driver on one simulated chip, over a bus that notes every transfer and can be disturbed; for tests of a chip family.
import type { ChipUse } from "../../agent/src/boards/board.ts";
import type { Result } from "../../agent/src/core/model.ts";
import type { ChipFamily, ChipSample } from "../../agent/src/drivers/chip.ts";
import { createI2cQueue } from "../../agent/src/drivers/i2c-queue.ts";
import type { I2cBus } from "../../agent/src/ports/ports.ts";
import { seededRandom } from "../../agent/src/sim/random.ts";
import { createSimI2cBus, type RegisterDevice } from "../../agent/src/sim/sim-i2c-bus.ts";
import { noKernelPower } from "../../agent/src/sim/sim-kernel-power.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

export interface ChipBenchOptions {
  readonly cellsInSeries?: number;
  /** Share of transfers that are disturbed, 0-1; half of them are not acknowledged. */
  readonly disturbed?: number;
  /** Asked before each transfer; true: it is not acknowledged. */
  readonly nacks?: (transfer: string) => boolean;
}

/** The driver of `use` with `device` at its address. */
export function chipBench<U extends Extract<ChipUse, { readonly address: number }>>(
  family: ChipFamily<U>,
  use: U,
  device: RegisterDevice,
  { cellsInSeries = 1, disturbed = 0, nacks = () => false }: ChipBenchOptions = {},
) {
  const clock = new VirtualClock();
  const random = seededRandom(11);
  let share = 0;
  let refused = false;
  const wire = createSimI2cBus({
    bus: 1,
    devices: new Map([[use.address, device]]),
    clock,
    latencyMs: 0,
    fault: () => {
      if (refused) return "nack";
      return random() >= share ? null : random() < 0.5 ? "nack" : "garbage";
    },
    random,
  });
  const transfers: string[] = [];
  const writes: number[][] = [];
  const begin = (transfer: string) => {
    transfers.push(transfer);
    refused = nacks(transfer);
  };
  const raw: I2cBus = {
    read(address, register, length) {
      begin(`read ${register} x${length}`);
      return wire.read(address, register, length);
    },
    write(address, register, data) {
      begin(`write ${register}`);
      writes.push([register, ...data]);
      return wire.write(address, register, data);
    },
    receive(address) {
      begin("receive");
      return wire.receive?.(address) ?? Promise.reject(new Error("no receive"));
    },
    close: () => wire.close(),
  };
  const bus = createI2cQueue(raw, clock);
  const driver = family(use, { bus, busNumber: 1, kernel: noKernelPower, clock, cellsInSeries });
  return {
    clock,
    driver,
    transfers,
    /** Register and bytes of each write. */
    writes,
    disturb: () => {
      share = disturbed;
    },
    probe: () => clock.until(driver.probe()),
    sample: (): Promise<ChipSample> => clock.until(driver.read()),
  };
}

/** A device that answers from bytes by register and takes no write; what it lacks reads 0xFF. */
export function bytesDevice(bytes: Readonly<Record<number, number>>): RegisterDevice {
  return {
    read: (register, length) => Uint8Array.from({ length }, (_, index) => bytes[register + index] ?? 0xff),
    write: () => undefined,
  };
}

/** The device, whose next reads of one register are other bytes once `disturb` says how many. */
export function disturbable(device: RegisterDevice, at: number, change: (byte: number) => number) {
  let left = 0;
  return {
    disturb(reads: number) {
      left = reads;
    },
    /** Reads that are still to be disturbed: a test that expects them to be over asks. */
    left: () => left,
    read(register: number, length: number): Uint8Array {
      const bytes = device.read(register, length);
      if (register !== at || left === 0) return bytes;
      left -= 1;
      return bytes.map(change);
    },
    write: (register: number, data: Uint8Array) => device.write(register, data),
  };
}

/** The value, or a test failure that shows the refusal. */
export function expectValue<T>(result: Result<T> | undefined): T {
  if (result?.ok) return result.value;
  throw new Error(`expected a value, got ${JSON.stringify(result)}`);
}

/** The refusal, or a test failure that shows the value. */
export function expectRefusal(result: Result<unknown> | undefined): {
  readonly code: string;
  readonly message: string;
} {
  if (result !== undefined && !result.ok) return result;
  throw new Error(`expected a refusal, got ${JSON.stringify(result)}`);
}
