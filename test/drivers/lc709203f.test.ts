// The LC709203F: the datasheet's checksums, a percent that counts only after a program's settings, a temperature that
// counts only with a thermistor, and a driver that never writes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lc709203f, lc709203fToC } from "../../agent/src/drivers/lc709203f.ts";
import { crc8, readCrc, writeCrc } from "../../agent/src/drivers/lc709203f-wire.ts";
import { createLc709203fRegisters } from "../../agent/src/sim/lc709203f-registers.ts";
import type { RegisterDevice } from "../../agent/src/sim/sim-i2c-bus.ts";
import { stillWorld } from "../sim/still-world.ts";
import { chipBench, disturbable, expectRefusal, expectValue } from "./chip-bench.ts";

const use = { chip: "lc709203f", address: 0x0b } as const;
const benchOf = (device: RegisterDevice, disturbed = 0) => chipBench(lc709203f, use, device, { disturbed });

/** Writes a word as a program does. */
function set(device: RegisterDevice, command: number, word: number): void {
  const [low, high] = [word & 0xff, word >> 8];
  device.write(command, Uint8Array.of(low, high, writeCrc(0x0b, command, low, high)));
}

describe("checksum", () => {
  it("is that of the datasheet's examples", () => {
    expect(readCrc(0x0b, 0x09, 0xc2, 0x0e)).toBe(0x86);
    expect(writeCrc(0x0b, 0x09, 0x55, 0xaa)).toBe(0x3b);
  });

  it.each([
    ["87 %", 0x0d, 0x57, 0x00, 0x54],
    ["3987 mV", 0x09, 0x93, 0x0f, 0x98],
  ])("%s", (_what, command, low, high, crc) => {
    expect(readCrc(0x0b, command, low, high)).toBe(crc);
  });

  it("of 'work' to the power mode is what the cure for a sleeping gauge sends", () => {
    expect(writeCrc(0x0b, 0x15, 0x01, 0x00)).toBe(0x64);
  });

  it("notices every single flipped bit", () => {
    const bytes = fc.array(fc.nat(255), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(bytes, fc.nat(39), (sent, bit) => {
        const heard = sent.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        expect(crc8(heard)).not.toBe(crc8(sent));
      }),
    );
  });
});

describe("temperature", () => {
  it.each([
    [0, 0x0aac],
    [25, 0x0ba6],
    [-20, 0x09e4],
    [60, 0x0d04],
  ])("%d °C", (celsius, word) => {
    expect(lc709203fToC(word)).toBe(celsius);
  });

  it("is the cell's with a thermistor", async () => {
    const bench = benchOf(createLc709203fRegisters(stillWorld({ temperatureC: 31.5 }).around));
    await bench.probe();
    expect(expectValue((await bench.sample()).temperatureC)).toBeCloseTo(31.5, 5);
  });

  it("is nobody's where a program wrote it", async () => {
    const device = createLc709203fRegisters(stillWorld().around);
    set(device, 0x16, 0);
    set(device, 0x08, 0x0ba6);
    const bench = benchOf(device);
    await bench.probe();
    expect("temperatureC" in (await bench.sample())).toBe(false);
  });

  it("is absent where thermistor mode is set and none is connected", async () => {
    const bench = benchOf(createLc709203fRegisters(stillWorld({ temperatureC: -60 }).around));
    await bench.probe();
    const sample = await bench.sample();
    expect(expectValue(sample.gauge).chargePct).toBe(87.5);
    expect("temperatureC" in sample).toBe(false);
  });

  it("fails alone when the thermistor breaks later", async () => {
    const world = stillWorld();
    const bench = benchOf(createLc709203fRegisters(world.around));
    await bench.probe();
    world.becomes({ temperatureC: 120 });
    const sample = await bench.sample();
    expect(expectValue(sample.gauge).cellMv).toBe(3900);
    expect(expectRefusal(sample.temperatureC).code).toBe("PI_UPS_TEMPERATURE_IMPOSSIBLE");
  });
});

describe("a look that fails", () => {
  it("takes the cell's temperature with it, so that nobody takes the Pi's for it", async () => {
    let there = true;
    const gauge = createLc709203fRegisters(stillWorld().around);
    const bench = chipBench(lc709203f, use, gauge, { nacks: () => !there });
    await bench.probe();
    expect(expectValue((await bench.sample()).temperatureC)).toBeCloseTo(25, 0);
    there = false;
    for (let look = 0; look < 3; look += 1) {
      expect(expectRefusal((await bench.sample()).temperatureC).code).toBe("PI_UPS_I2C_NACK");
    }
  });

  it("brings no temperature up where there is no thermistor", async () => {
    let there = true;
    const gauge = createLc709203fRegisters(stillWorld().around, { unconfigured: true });
    const bench = chipBench(lc709203f, use, gauge, { nacks: () => !there });
    await bench.probe();
    there = false;
    expect("temperatureC" in (await bench.sample())).toBe(false);
  });
});

describe("settings", () => {
  it("of power-on leave the percent out and say how to get it", async () => {
    const bench = benchOf(createLc709203fRegisters(stillWorld().around, { unconfigured: true }));
    const found = expectValue(await bench.probe());
    expect(found.notes.join()).toContain("initial RSOC");
    expect(expectValue((await bench.sample()).gauge)).toEqual({ cellMv: 3900 });
    expect(bench.writes).toEqual([]);
  });

  it.each([
    ["profile", 0x12, 1],
    ["percent alarm", 0x13, 9],
    ["voltage alarm", 0x14, 3200],
    ["thermistor mode", 0x16, 1],
  ])("show by the %s alone that a program was there", async (_what, command, word) => {
    const device = createLc709203fRegisters(stillWorld().around, { unconfigured: true });
    set(device, command, word);
    const bench = benchOf(device);
    expect(expectValue(await bench.probe()).notes).toEqual([]);
    expect("chargePct" in expectValue((await bench.sample()).gauge)).toBe(true);
  });

  it("count from the moment when a program makes them", async () => {
    const device = createLc709203fRegisters(stillWorld().around, { unconfigured: true });
    const bench = benchOf(device);
    await bench.probe();
    await bench.sample();
    set(device, 0x0b, 0x36);
    set(device, 0x12, 1);
    set(device, 0x07, 0xaa55);
    expect(expectValue((await bench.sample()).gauge)).toEqual({ cellMv: 3900, chargePct: 87.5 });
  });

  it("are asked for again after the gauge was away, because it forgets them with its power", async () => {
    const around = stillWorld().around;
    let device: RegisterDevice | null = createLc709203fRegisters(around);
    const socket: RegisterDevice = {
      read: (register, length) => device?.read(register, length) ?? new Uint8Array(length),
      write: (register, data) => device?.write(register, data),
    };
    const bench = benchOf(socket);
    await bench.probe();
    expect(expectValue((await bench.sample()).gauge).chargePct).toBe(87.5);
    device = null;
    expect((await bench.sample()).gauge?.ok).toBe(false);
    device = createLc709203fRegisters(around, { unconfigured: true });
    expect(expectValue((await bench.sample()).gauge)).toEqual({ cellMv: 3900 });
  });
});

describe("read", () => {
  it("finds the chip without writing a byte", async () => {
    const bench = benchOf(createLc709203fRegisters(stillWorld().around));
    expect(expectValue(await bench.probe())).toMatchObject({ chip: "lc709203f", notes: [] });
    expect(bench.writes).toEqual([]);
  });

  it("says that the gauge sleeps", async () => {
    const device = createLc709203fRegisters(stillWorld().around);
    const bench = benchOf(device);
    await bench.probe();
    set(device, 0x15, 2);
    const refusal = expectRefusal((await bench.sample()).gauge);
    expect(refusal.code).toBe("PI_UPS_GAUGE_ASLEEP");
    expect(refusal.message).toContain("0x15 0x01 0x00 0x64");
  });

  it("reads again when a checksum is wrong", async () => {
    const device = disturbable(createLc709203fRegisters(stillWorld().around), 0x09, (byte) => byte ^ 0x01);
    const bench = benchOf(device);
    await bench.probe();
    device.disturb(2);
    expect(expectValue((await bench.sample()).gauge).cellMv).toBe(3900);
    expect(device.left()).toBe(0);
    device.disturb(1000);
    expect(expectRefusal((await bench.sample()).gauge).code).toBe("PI_UPS_GAUGE_CHECKSUM");
  });

  it("refuses more than 100 %", async () => {
    const device = createLc709203fRegisters(stillWorld().around);
    const [low, high] = [1001 & 0xff, 1001 >> 8];
    const bench = benchOf({
      read: (register, length) =>
        register === 0x0f
          ? Uint8Array.of(low, high, readCrc(0x0b, 0x0f, low, high))
          : device.read(register, length),
      write: () => undefined,
    });
    expect(expectRefusal(await bench.probe()).message).toContain("100.1 %");
  });

  it("refuses a device without the right checksum", async () => {
    const plain: RegisterDevice = { read: () => Uint8Array.of(0x93, 0x0f, 0x00), write: () => undefined };
    expect(expectRefusal(await benchOf(plain).probe()).code).toBe("PI_UPS_GAUGE_CHECKSUM");
  });

  it("reads through 3000 disturbed looks without another battery", async () => {
    const world = stillWorld();
    const bench = benchOf(createLc709203fRegisters(world.around), 0.05);
    await bench.probe();
    bench.disturb();
    let failed = 0;
    for (let read = 0; read < 3000; read += 1) {
      const { gauge } = await bench.sample();
      if (gauge?.ok) expect(gauge.value).toEqual({ cellMv: 3900, chargePct: 87.5 });
      else failed += 1;
    }
    expect(failed).toBeLessThan(30);
    world.becomes({ cellMv: 3450, chargePct: 12 });
    expect(expectValue((await bench.sample()).gauge)).toEqual({ cellMv: 3450, chargePct: 12 });
  });
});
