// The clock chip: its seven bytes in both directions, and that nothing about it disturbs the battery's readings.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findBoard } from "../../agent/src/boards/registry.ts";
import { decodeClock, ds1307, readDs1307 } from "../../agent/src/drivers/ds1307.ts";
import { createUpsDevice } from "../../agent/src/drivers/ups-device.ts";
import type { I2cBus } from "../../agent/src/ports/ports.ts";
import { createDs1307Registers } from "../../agent/src/sim/ds1307-registers.ts";
import { createSimI2cBus } from "../../agent/src/sim/sim-i2c-bus.ts";
import { noKernelPower } from "../../agent/src/sim/sim-kernel-power.ts";
import { createSimulator } from "../../agent/src/sim/world.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { chipWorld } from "../support/chip-world.ts";
import { benchFor, portsOf } from "./board-bench.ts";

function clockChip() {
  const { world, around } = chipWorld();
  const registers = createDs1307Registers(around);
  const clock = new VirtualClock();
  const bus = createSimI2cBus({
    bus: 1,
    devices: new Map([[0x68, registers]]),
    clock,
    latencyMs: 0,
    fault: () => null,
    random: () => 0,
  });
  return { world, registers, bus, clock };
}

function board(id: string) {
  const found = findBoard(id);
  if (found === null) throw new Error(`no board ${id}`);
  return found;
}

describe("the seven bytes", () => {
  it.each([
    ["2026-11-23T12:34:56Z", [0x56, 0x34, 0x12, 0x02, 0x23, 0x11, 0x26]],
    ["2000-01-01T00:00:00Z", [0x00, 0x00, 0x00, 0x07, 0x01, 0x01, 0x00]],
    ["2099-12-31T23:59:59Z", [0x59, 0x59, 0x23, 0x05, 0x31, 0x12, 0x99]],
    ["2028-02-29T08:09:10Z", [0x10, 0x09, 0x08, 0x03, 0x29, 0x02, 0x28]],
    ["2026-11-23T00:05:00Z", [0x00, 0x05, 0x52, 0x02, 0x23, 0x11, 0x26]],
    ["2026-11-23T12:05:00Z", [0x00, 0x05, 0x72, 0x02, 0x23, 0x11, 0x26]],
    ["2026-11-23T23:05:00Z", [0x00, 0x05, 0x71, 0x02, 0x23, 0x11, 0x26]],
  ])("%s", (iso, bytes) => {
    const value = { kind: "running", wallMs: Date.parse(iso) };
    expect(decodeClock(Uint8Array.from(bytes))).toEqual({ ok: true, value });
  });

  it("says that a halted clock stands still, whatever its date is", () => {
    expect(decodeClock(Uint8Array.of(0x80, 0, 0, 1, 0, 0, 0))).toEqual({
      ok: true,
      value: { kind: "stopped" },
    });
  });

  it.each([
    ["all bits", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ["second 60", [0x60, 0, 0, 1, 1, 1, 0]],
    ["a digit above 9", [0x0a, 0, 0, 1, 1, 1, 0]],
    ["hour 24", [0, 0, 0x24, 1, 1, 1, 0]],
    ["hour 13 of 12", [0, 0, 0x53, 1, 1, 1, 0]],
    ["day 0", [0, 0, 0, 1, 0, 1, 0]],
    ["30 February", [0, 0, 0, 1, 0x30, 2, 0x26]],
    ["too few bytes", [0, 0, 0]],
  ])("refuses %s", (_name, bytes) => {
    expect(decodeClock(Uint8Array.from(bytes))).toMatchObject({ ok: false, code: "PI_UPS_RTC_IMPOSSIBLE" });
  });

  it("reads every second of the century as the simulated chip shows it", async () => {
    const { bus, world } = clockChip();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: Date.UTC(2000, 0, 1) / 1000, max: Date.UTC(2099, 11, 31) / 1000 }),
        async (seconds) => {
          world.wallMs = seconds * 1000;
          const value = { kind: "running", wallMs: seconds * 1000 };
          expect(await readDs1307(bus, 0x68)).toEqual({ ok: true, value });
        },
      ),
    );
  });
});

describe("the simulated clock", () => {
  it("takes a time, runs on from it, keeps the 12-hour form, and stands still with the halt bit", async () => {
    const { bus, world, registers } = clockChip();
    registers.write(0x00, Uint8Array.of(0x00, 0x30, 0x71, 0x01, 0x31, 0x12, 0x26));
    world.wallMs += 3_600_000;
    expect(await readDs1307(bus, 0x68)).toMatchObject({ value: { wallMs: Date.UTC(2027, 0, 1, 0, 30) } });
    expect(registers.read(0x02, 1)[0]).toBe(0x52);
    registers.write(0x00, Uint8Array.of(0x80));
    expect(await readDs1307(bus, 0x68)).toEqual({ ok: true, value: { kind: "stopped" } });
  });

  it("keeps its RAM, which runs on into the time at its end", () => {
    const { registers } = clockChip();
    registers.write(0x3e, Uint8Array.of(0xaa, 0x55));
    expect([...registers.read(0x3e, 2)]).toEqual([0xaa, 0x55]);
    expect(registers.read(0x3f, 2)[1]).toBe(registers.read(0x00, 1)[0]);
  });
});

describe("as a part of a board", () => {
  const ports = (bus: I2cBus) => ({
    bus,
    kernel: noKernelPower,
    clock: new VirtualClock(),
    cellsInSeries: 1,
    busNumber: 1,
  });
  const use = { chip: "ds1307", address: 0x68 } as const;

  it("gives nothing to a sample, failed or not", async () => {
    const chip = ds1307(use, ports(clockChip().bus));
    expect(await chip.probe()).toEqual({ ok: true, value: { chip: "ds1307", version: null, notes: [] } });
    expect(await chip.read()).toEqual({});
    expect(chip.failed({ ok: false, code: "PI_UPS_I2C_NACK", message: "nobody" })).toEqual({});
  });

  it("says that a clock stands still, with the command that sets it", async () => {
    const { bus, registers } = clockChip();
    registers.write(0x00, Uint8Array.of(0x80));
    const found = await ds1307(use, ports(bus)).probe();
    expect(found.ok && found.value.notes[0]).toContain("hwclock -w");
  });

  it.each([
    ["missing", "PI_UPS_I2C_NACK", 1],
    ["the kernel's", "PI_UPS_I2C_BUSY", 0],
  ] as const)(
    "%s clock: the board starts, the battery is read, and the bus is left in peace",
    async (_name, code, notes) => {
      const clock = new VirtualClock();
      const sim = createSimulator({ board: board("x728_v2_5"), clock });
      let asked = 0;
      const i2c: I2cBus = {
        read: (address, register, length) => {
          if (address !== 0x68) return sim.i2c.read(address, register, length);
          asked += 1;
          return Promise.resolve({ ok: false, code, message: "not for us" });
        },
        write: (address, register, data) => sim.i2c.write(address, register, data),
        close: () => sim.i2c.close(),
      };
      const device = createUpsDevice(board("x728_v2_5"), { ...portsOf(sim), i2c, clock });
      const started = await clock.until(device.start());
      expect(started).toMatchObject({ ok: true });
      expect(started.ok && started.value.chips[1]?.notes.length).toBe(notes);
      const askedAtStart = asked;
      for (let sample = 0; sample < 5; sample += 1) {
        expect((await clock.until(device.sample())).gauge).toMatchObject({ ok: true });
      }
      expect(asked).toBe(askedAtStart);
      await device.stop();
    },
  );

  it("shows the time of the simulated world", async () => {
    const bench = benchFor(board("x729"));
    const reading = await bench.clock.until(readDs1307(bench.sim.i2c, 0x68));
    const { wallMs } = bench.clock.now();
    expect(reading).toEqual({ ok: true, value: { kind: "running", wallMs: wallMs - (wallMs % 1000) } });
  });
});
