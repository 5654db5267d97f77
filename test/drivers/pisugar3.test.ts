// PiSugar 3: who it is, what it measures, and presses that are told once and taken from the board.
import { describe, expect, it } from "vitest";
import { pisugar3 } from "../../agent/src/drivers/pisugar3.ts";
import { createPiSugar3Registers } from "../../agent/src/sim/pisugar-registers.ts";
import { stillWorld } from "../sim/still-world.ts";
import { bytesDevice, chipBench, disturbable, expectRefusal, expectValue } from "./chip-bench.ts";
import { bench3, use3 } from "./pisugar3-bench.ts";

describe("probe", () => {
  it("reads the version's text without a write", async () => {
    const bench = bench3();
    expect(expectValue(await bench.probe())).toEqual({ chip: "pisugar3", version: "1.3.4", notes: [] });
    expect(bench.writes).toEqual([]);
    expect(bench.transfers.every((transfer) => transfer.endsWith(" x1"))).toBe(true);
  });

  it("knows firmware without a version by its two identity bytes", async () => {
    const board = createPiSugar3Registers(stillWorld().around);
    const device = {
      read: (register: number, length: number) =>
        register >= 0xe2 ? new Uint8Array(length) : board.read(register, length),
      write: () => undefined,
    };
    expect(expectValue(await chipBench(pisugar3, use3, device).probe()).version).toBeNull();
  });

  it.each([
    [3, 0x0e],
    [2, 0x0f],
  ])("refuses %i and %i without a version: a boot loader, or another chip", async (hardware, mode) => {
    const bytes = { 0: hardware, 1: mode, 226: 0 };
    const refusal = expectRefusal(await chipBench(pisugar3, use3, bytesDevice(bytes)).probe());
    expect(refusal.code).toBe("PI_UPS_GAUGE_NOT_FOUND");
  });

  it("refuses an empty memory chip and one full of zeros", async () => {
    for (const byte of [0xff, 0x00]) {
      const device = { read: () => Uint8Array.of(byte), write: () => undefined };
      const refusal = expectRefusal(await chipBench(pisugar3, use3, device).probe());
      expect(refusal.code).toBe("PI_UPS_GAUGE_NOT_FOUND");
      expect(refusal.message).toContain("AT24C32");
    }
  });
});

describe("read", () => {
  it("decodes the bytes of the facts", async () => {
    const bench = chipBench(
      pisugar3,
      use3,
      bytesDevice({
        2: 0xf0,
        3: 0x10,
        4: 0x0a,
        8: 0xf0,
        34: 0x0f,
        35: 0xac,
        38: 0x02,
        39: 0x58,
        42: 87,
        226: 0x31,
        227: 0x00,
      }),
    );
    await bench.probe();
    expect(await bench.sample()).toEqual({
      gauge: { ok: true, value: { cellMv: 4012, chargePct: 87 } },
      acPresent: { ok: true, value: true },
      chargeAllowed: { ok: true, value: true },
      temperatureC: { ok: true, value: -30 },
      outputMa: { ok: true, value: 600 },
    });
  });

  it("follows the simulated board, mains included", async () => {
    const bench = bench3();
    await bench.probe();
    bench.world.becomes({ acPresent: false, cellMv: 3700, chargePct: 40 });
    await bench.clock.advance(1000);
    const sample = await bench.sample();
    expect(expectValue(sample.gauge)).toEqual({ cellMv: 3700, chargePct: 40 });
    expect(expectValue(sample.acPresent)).toBe(false);
  });

  it("takes no word that changed between its two bytes", async () => {
    const device = createPiSugar3Registers(stillWorld({ cellMv: 3840 }).around);
    let stepped = false;
    const bench = chipBench(pisugar3, use3, {
      // 3840 mV are 0x0F00: the high byte is read before the step from 3839 mV, the low one after it.
      read(register, length) {
        if (register !== 0x22 || stepped) return device.read(register, length);
        stepped = true;
        return Uint8Array.of(0x0e);
      },
      write: () => undefined,
    });
    expect(expectValue(await bench.probe()).chip).toBe("pisugar3");
    expect(stepped).toBe(true);
    expect(expectValue((await bench.sample()).gauge).cellMv).toBe(3840);
  });

  it("refuses a block of zeros, and 0 % of a healthy cell", async () => {
    const bench = bench3();
    await bench.probe();
    bench.device.power = 0;
    bench.world.becomes({ acPresent: false });
    expect(expectRefusal((await bench.sample()).acPresent).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
    bench.device.power = 0x60;
    bench.world.becomes({ chargePct: 0 });
    await bench.clock.advance(1000);
    expect(expectRefusal((await bench.sample()).gauge).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
  });

  it("turns none of 2000 disturbed readings into another battery, an outage or a press", async () => {
    const bench = bench3({ disturbed: 0.05 });
    await bench.probe();
    bench.disturb();
    for (let read = 0; read < 2000; read += 1) {
      const { acPresent, button, gauge } = await bench.sample();
      if (gauge?.ok) expect(Math.abs((gauge.value.chargePct ?? 0) - 88)).toBeLessThan(2.1);
      if (acPresent?.ok) expect(acPresent.value).toBe(true);
      expect(button).toBeUndefined();
    }
    expect(bench.writes).toEqual([]);
  });
});

describe("presses", () => {
  it.each(["power_off", "reboot"] as const)(
    "%s is heard once and taken, and other bits stay",
    async (action) => {
      const bench = bench3();
      bench.device.tap = 0x54;
      await bench.probe();
      bench.world.press(action);
      expect((await bench.sample()).button).toBe(action);
      expect(bench.device.tap).toBe(0x54);
      expect(bench.device.key).toBe(0);
      expect((await bench.sample()).button).toBeUndefined();
    },
  );

  it("a single tap means nothing, and is taken as well", async () => {
    const bench = bench3();
    await bench.probe();
    bench.device.tap = 1;
    expect((await bench.sample()).button).toBeUndefined();
    expect(bench.device.tap).toBe(0);
  });

  it("a soft power-off counts only where both of its bits are set", async () => {
    const bench = bench3();
    await bench.probe();
    bench.device.softPowerOff = 0x08;
    expect((await bench.sample()).button).toBeUndefined();
    bench.device.softPowerOff = 0x18;
    expect((await bench.sample()).button).toBe("power_off");
    expect(bench.device.softPowerOff).toBe(0x10);
  });

  it.each([
    ["tap", 0x08, 0x03],
    ["soft power-off", 0x03, 0x18],
  ])("a %s in one look only is a disturbance", async (_what, register, bits) => {
    const device = disturbable(createPiSugar3Registers(stillWorld().around), register, (byte) => byte | bits);
    const bench = chipBench(pisugar3, use3, device);
    await bench.probe();
    device.disturb(2);
    expect((await bench.sample()).button).toBeUndefined();
    expect(device.left()).toBe(0);
    expect(bench.writes).toEqual([]);
  });

  it("one that stood before the agent came is of an earlier run", async () => {
    const bench = bench3();
    bench.device.softPowerOff = 0x18;
    bench.world.press("power_off");
    await bench.probe();
    expect((await bench.sample()).button).toBeUndefined();
    expect([bench.device.tap, bench.device.softPowerOff]).toEqual([0, 0x10]);
  });
});
