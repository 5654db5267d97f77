// LiFePO4wered: all seven register maps, three equal reads before anything counts, the unlock byte, and what is said when
// the board or its registers are not what they should be.
import { describe, expect, it } from "vitest";
import type { LifepoUse } from "../../agent/src/boards/chip-use.ts";
import { lifepo4wered, runningFaults } from "../../agent/src/drivers/lifepo4wered.ts";
import { lifepoMap, scaled, unlockByte } from "../../agent/src/drivers/lifepo4wered-map.ts";
import { createLifepoRegisters } from "../../agent/src/sim/lifepo4wered-registers.ts";
import type { RegisterDevice } from "../../agent/src/sim/sim-i2c-bus.ts";
import { stillWorld } from "../sim/still-world.ts";
import { bytesDevice, chipBench, disturbable, expectRefusal, expectValue } from "./chip-bench.ts";

const pi: LifepoUse = { chip: "lifepo4wered", address: 0x43, has: [] };
const pi3: LifepoUse = { ...pi, has: ["mains"] };
const piPlus: LifepoUse = { ...pi, has: ["mains", "output_current"] };
const useFor = (map: number) => (map === 7 ? piPlus : map === 4 || map === 6 ? pi3 : pi);

const cell = { cellMv: 3290, railMv: 5080, outputMa: 640 } as const;

function benchOf(use: LifepoUse, device: RegisterDevice, disturbed = 0) {
  return chipBench(lifepo4wered, use, device, { disturbed });
}

describe("scales", () => {
  it.each([
    // Counts times the maker's fraction, rounded to the nearest, by hand.
    [1, 655, 3201],
    [4, 655, 3201],
    [5, 5238, 3200],
    [7, 5238, 3200],
  ])("map %d: %d counts are %d mV of the cell", (version, counts, millivolts) => {
    const map = lifepoMap(version);
    expect(map === null ? null : scaled(counts, map.scales.vbat)).toBe(millivolts);
  });

  it.each([
    [4, 534, 5046],
    [6, 4275, 5049],
    [7, 1451, 4498],
  ])("map %d: %d counts are %d mV at the input", (version, counts, millivolts) => {
    const map = lifepoMap(version);
    expect(map === null ? null : scaled(counts, map.scales.vin)).toBe(millivolts);
  });

  it.each([
    [1, 936, 5077],
    [4, 936, 5077],
    [5, 7490, 5078],
    [6, 7490, 5078],
    [7, 7906, 5078],
  ])("map %d: %d counts are %d mV at the output", (version, counts, millivolts) => {
    const map = lifepoMap(version);
    expect(map === null ? null : scaled(counts, map.scales.vout)).toBe(millivolts);
  });

  it("map 7: 900 counts are 639 mA at the output", () => {
    const map = lifepoMap(7);
    expect(map === null ? null : scaled(900, map.scales.iout)).toBe(639);
  });

  it("unlock byte: address, key and register", () => {
    expect(unlockByte(0x43, 0x20)).toBe(0x86 ^ 0xc9 ^ 0x20);
    expect(unlockByte(0x43, 0x20)).toBe(0x6f);
  });
});

describe("maps", () => {
  it.each([1, 2, 3, 4, 5, 6, 7])("%d is read in full, without a write", async (map) => {
    const world = stillWorld(cell);
    const bench = benchOf(useFor(map), createLifepoRegisters(world.around, { map }));
    expect(expectValue(await bench.probe())).toEqual({
      chip: "lifepo4wered",
      version: `map ${map}`,
      notes: [],
    });
    const sample = await bench.sample();
    expect(Math.abs(expectValue(sample.gauge).cellMv - 3290)).toBeLessThan(4);
    expect("chargePct" in expectValue(sample.gauge)).toBe(false);
    expect(Math.abs(expectValue(sample.railMv) - 5080)).toBeLessThan(4);
    expect(sample.acPresent).toEqual(map === 4 || map >= 6 ? { ok: true, value: true } : undefined);
    if (map === 7) expect(Math.abs(expectValue(sample.outputMa) - 640)).toBeLessThan(2);
    else expect("outputMa" in sample).toBe(false);
    expect(bench.writes).toEqual([]);
  });

  it("that are unknown are refused, with what to do", async () => {
    for (const map of [0, 8, 255]) {
      const refusal = expectRefusal(await benchOf(pi, bytesDevice({ 0: map, 1: 0x43 })).probe());
      expect(refusal.code).toBe("PI_UPS_LIFEPO4WERED_MAP");
      expect(refusal.message).toContain(`register map ${map}`);
    }
  });

  it("without an input make mains a failure on a board that should have it", async () => {
    const bench = benchOf(pi3, createLifepoRegisters(stillWorld(cell).around, { map: 5 }));
    await bench.probe();
    const sample = await bench.sample();
    expect(expectValue(sample.gauge).cellMv).toBeGreaterThan(3200);
    expect(expectRefusal(sample.acPresent)).toMatchObject({ code: "PI_UPS_LIFEPO4WERED_MAP" });
    expect(expectRefusal(sample.acPresent).message).toContain("lifepo4wered_pi");
  });

  it("without an output current make that one a failure, and only that", async () => {
    const bench = benchOf(piPlus, createLifepoRegisters(stillWorld(cell).around, { map: 6 }));
    await bench.probe();
    const sample = await bench.sample();
    expect(sample.acPresent).toEqual({ ok: true, value: true });
    expect(expectRefusal(sample.outputMa).message).toContain("lifepo4wered_pi3");
  });

  it("that tell more than the chosen board get a note", async () => {
    const bench = benchOf(pi, createLifepoRegisters(stillWorld(cell).around, { map: 7 }));
    expect(expectValue(await bench.probe()).notes.join()).toContain("lifepo4wered_pi_plus");
    expect("acPresent" in (await bench.sample())).toBe(false);
  });
});

describe("probe", () => {
  it("takes no INA219 for this board: Waveshare's have the same address", async () => {
    // CONFIG as a reset leaves it, as Waveshare sets it, and one whose high byte would be a map version.
    for (const [high, low] of [
      [0x39, 0x9f],
      [0x3e, 0xef],
      [0x04, 0x43],
    ] as const) {
      const ina219: RegisterDevice = {
        // 16-bit registers: each read begins with the high byte of the addressed one. Shunt voltage is +10 mV here.
        read: (register, length) =>
          Uint8Array.from([register === 0 ? high : 0x03, register === 0 ? low : 0xe8]).slice(0, length),
        write: () => {
          throw new Error("a probe wrote to an INA219");
        },
      };
      const refusal = expectRefusal(await benchOf(piPlus, ina219).probe());
      expect(refusal.code).toBe("PI_UPS_GAUGE_NOT_FOUND");
      expect(refusal.message).toContain("Waveshare");
    }
  });

  it("refuses a controller that hangs and measures nothing", async () => {
    const dead = bytesDevice(Object.fromEntries(Array.from({ length: 256 }, (_, at) => [at, 0])));
    const hung: RegisterDevice = {
      ...dead,
      read: (register, length) =>
        Uint8Array.from({ length }, (_, index) => [7, 0x43][register + index] ?? 0x00),
    };
    expect(expectRefusal(await benchOf(piPlus, hung).probe()).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
  });
});

describe("read", () => {
  it("believes a value only when it came three times alike", async () => {
    const device = createLifepoRegisters(stillWorld(cell).around);
    let flips = 0;
    const nervous: RegisterDevice = {
      read(register, length) {
        const bytes = device.read(register, length);
        // Every third transfer loses its first bit, as the microcontroller does when it is late.
        flips += 1;
        return flips % 3 === 0 ? bytes.map((byte, at) => (at === 0 ? byte ^ 0x80 : byte)) : bytes;
      },
      write: (register, data) => device.write(register, data),
    };
    const bench = benchOf(piPlus, nervous);
    const refusal = expectRefusal(await bench.probe());
    expect(refusal.code).toBe("PI_UPS_GAUGE_UNSTABLE");
    expect(refusal.message).toContain("3 times in a row");
    // The maker's library gives up after as many.
    expect(bench.transfers).toEqual(Array<string>(20).fill("read 0 x1"));
  });

  it("tells mains by the board's own threshold", async () => {
    const world = stillWorld(cell);
    const bench = benchOf(piPlus, createLifepoRegisters(world.around));
    await bench.probe();
    expect((await bench.sample()).acPresent).toEqual({ ok: true, value: true });
    world.becomes({ acPresent: false });
    expect((await bench.sample()).acPresent).toEqual({ ok: true, value: false });
    world.becomes({ acPresent: true });
    expect((await bench.sample()).acPresent).toEqual({ ok: true, value: true });
  });

  it.each([
    [4300, false],
    [4480, false],
    [4520, true],
  ])("%d mV at the input are mains: %s (the threshold is 4498 mV)", async (millivolts, present) => {
    const device = createLifepoRegisters(stillWorld(cell).around);
    const counts = Math.round(millivolts / 3.1002);
    const weak: RegisterDevice = {
      read: (register, length) =>
        register === 0x36 ? Uint8Array.of(counts & 0xff, counts >> 8) : device.read(register, length),
      write: () => undefined,
    };
    const bench = benchOf(piPlus, weak);
    await bench.probe();
    expect((await bench.sample()).acPresent).toEqual({ ok: true, value: present });
  });

  it("takes one look without an input for a disturbance, even when its three reads were alike", async () => {
    const device = createLifepoRegisters(stillWorld(cell).around);
    let hidden = 0;
    const flaky: RegisterDevice = {
      read(register, length) {
        if (register !== 0x36 || hidden === 0) return device.read(register, length);
        hidden -= 1;
        return new Uint8Array(length);
      },
      write: () => undefined,
    };
    const bench = benchOf(piPlus, flaky);
    await bench.probe();
    hidden = 3;
    expect((await bench.sample()).acPresent).toEqual({ ok: true, value: true });
    expect(hidden).toBe(0);
  });

  it("refuses the voltage of another chemistry or of corrupt registers", async () => {
    const world = stillWorld(cell);
    const bench = benchOf(piPlus, createLifepoRegisters(world.around));
    await bench.probe();
    world.becomes({ cellMv: 4190 });
    expect(expectRefusal((await bench.sample()).gauge).message).toContain("LiFePO4");
  });

  it("makes no outage of 2000 disturbed looks, and sees the true one at once", async () => {
    const world = stillWorld(cell);
    const bench = benchOf(piPlus, createLifepoRegisters(world.around), 0.02);
    await bench.probe();
    bench.disturb();
    for (let read = 0; read < 2000; read += 1) {
      const { acPresent, gauge, boardFaults } = await bench.sample();
      if (acPresent?.ok) expect(acPresent.value).toBe(true);
      if (gauge?.ok) expect(Math.abs(gauge.value.cellMv - 3290)).toBeLessThan(105);
      if (boardFaults?.ok) expect(boardFaults.value).toEqual([]);
    }
    world.becomes({ acPresent: false });
    expect((await bench.sample()).acPresent).toEqual({ ok: true, value: false });
  });
});

describe("running flag", () => {
  it("that nobody sets is a fault after half a minute, because the board will cut the power", async () => {
    const bench = benchOf(piPlus, createLifepoRegisters(stillWorld(cell).around, { daemon: false }));
    await bench.probe();
    expect(expectValue((await bench.sample()).boardFaults)).toEqual([]);
    await bench.clock.advance(29_000);
    expect(expectValue((await bench.sample()).boardFaults)).toEqual([]);
    await bench.clock.advance(1000);
    const [fault] = expectValue((await bench.sample()).boardFaults);
    expect(fault?.kind).toBe("running_flag_missing");
    expect(fault?.message).toContain("lifepo4wered-daemon");
  });

  it("is forgiven while a daemon restarts", async () => {
    const device = createLifepoRegisters(stillWorld(cell).around, { map: 4 });
    const bench = benchOf(pi3, device);
    await bench.probe();
    device.write(0x1c, Uint8Array.of(0));
    await bench.sample();
    device.write(0x1c, Uint8Array.of(1));
    await bench.sample();
    await bench.clock.advance(60_000);
    expect(expectValue((await bench.sample()).boardFaults)).toEqual([]);
  });

  it("that is strange in one look only is a disturbance", async () => {
    const device = disturbable(createLifepoRegisters(stillWorld(cell).around), 0x31, () => 135);
    const bench = benchOf(piPlus, device);
    await bench.probe();
    device.disturb(3);
    expect(expectValue((await bench.sample()).boardFaults)).toEqual([]);
    expect(device.left()).toBe(0);
  });

  it("that is neither 0 nor 1 shows corrupt registers (135 and 255 were seen)", () => {
    const map = lifepoMap(7);
    if (map === null) throw new Error("map 7 is missing");
    for (const flag of [135, 255]) expect(runningFaults(flag, map, 0)[0]?.kind).toBe("registers_corrupt");
  });

  it("is not missed on maps whose board cuts nothing", () => {
    const map = lifepoMap(3);
    if (map === null) throw new Error("map 3 is missing");
    expect(runningFaults(0, map, 3_600_000)).toEqual([]);
  });
});

describe("restart on mains", () => {
  it.each([
    [4, 0x18, [3]],
    [6, 0x18, [0x86 ^ 0xc9 ^ 0x18, 3]],
    [7, 0x20, [0x6f, 3]],
  ] as const)("map %d: AUTO_BOOT at %d gets %j", async (map, register, data) => {
    const device = createLifepoRegisters(stillWorld(cell).around, { map });
    const bench = benchOf(useFor(map), device);
    await bench.probe();
    expect(
      await bench.clock.until(bench.driver.controls?.restartOnMains?.(true) ?? Promise.reject()),
    ).toEqual({
      ok: true,
      value: undefined,
    });
    expect(bench.writes).toEqual([[register, ...data]]);
    expectValue(await bench.clock.until(bench.driver.controls?.restartOnMains?.(false) ?? Promise.reject()));
    expect(device.read(register, 1)).toEqual(Uint8Array.of(0));
  });

  it("says so when the board did not take it", async () => {
    const device = createLifepoRegisters(stillWorld(cell).around);
    const deaf: RegisterDevice = {
      read: (register, length) => device.read(register, length),
      write: () => undefined,
    };
    const bench = benchOf(piPlus, deaf);
    await bench.probe();
    const answer = await bench.clock.until(
      bench.driver.controls?.restartOnMains?.(false) ?? Promise.reject(),
    );
    expect(expectRefusal(answer).code).toBe("PI_UPS_NOT_TAKEN");
  });

  it("does not exist on a board without an input sense", () => {
    expect(benchOf(pi, bytesDevice({})).driver.controls).toBeUndefined();
  });
});
