// A gauge that answers from a table of words, and its driver: for tests that say word by word what the chip sends.

import type { PlainUse } from "../../agent/src/boards/chip-use.ts";
import type { Result, Sample } from "../../agent/src/core/model.ts";
import type { ChipFamily } from "../../agent/src/drivers/chip.ts";
import type { I2cBus } from "../../agent/src/ports/ports.ts";
import { noKernelPower } from "../../agent/src/sim/sim-kernel-power.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

/** 16-bit words by register; a list is used up word by word, its last word stays. */
export type Words = Readonly<Record<number, number | readonly number[]>>;

const none = { ok: false as const, code: "none", message: "the sample has no such part" };

/** The chip at 0x36 (registers that the table lacks read 0xFFFF); nobody else is on the bus. */
export function wordChip(family: ChipFamily<PlainUse>, chip: PlainUse["chip"], words: Words, address = 0x36) {
  const clock = new VirtualClock();
  const asked: number[] = [];
  const writes: number[] = [];
  const bus: I2cBus = {
    read(at, register, length): Promise<Result<Uint8Array>> {
      asked.push(register);
      const entry = words[register] ?? 0xffff;
      const times = asked.filter((other) => other === register).length;
      const word = typeof entry === "number" ? entry : (entry[times - 1] ?? entry.at(-1) ?? 0xffff);
      const bytes = Uint8Array.of(word >> 8, word & 0xff).slice(0, length);
      return Promise.resolve(
        at === 0x36
          ? { ok: true, value: bytes }
          : { ok: false, code: "PI_UPS_I2C_NACK", message: "nobody there" },
      );
    },
    write(_address, register) {
      writes.push(register);
      return Promise.resolve({ ok: true, value: undefined });
    },
    close: () => Promise.resolve(),
  };
  const gauge = family(
    { chip, address },
    { bus, busNumber: 1, kernel: noKernelPower, clock, cellsInSeries: 1 },
  );
  const sample = () => clock.until(gauge.read());
  return {
    gauge,
    asked,
    writes,
    probe: () => clock.until(gauge.probe()),
    sample,
    read: async (): Promise<Sample["gauge"]> => (await sample()).gauge ?? none,
    charging: async () => (await sample()).charging ?? none,
  };
}
