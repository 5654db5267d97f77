// The CW2015 driver: what its words mean, that it says when the chip sleeps and never wakes it, and what it refuses.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cw2015, cw2015ToMv, decodeCw2015 } from "../../agent/src/drivers/cw2015.ts";
import {
  createCw2015Registers,
  cw2015SocWord,
  cw2015VcellWord,
} from "../../agent/src/sim/cw2015-registers.ts";
import type { RegisterDevice } from "../../agent/src/sim/sim-i2c-bus.ts";
import { stillWorld } from "../sim/still-world.ts";
import { bytesDevice, chipBench, expectRefusal, expectValue } from "./chip-bench.ts";

const use = { chip: "cw2015", address: 0x62 } as const;
const benchOf = (device: RegisterDevice, disturbed = 0) => chipBench(cw2015, use, device, { disturbed });
/** 3600 mV and 50.5 %, awake. */
const healthy = { 0: 0x6f, 2: 0x2e, 3: 0x1b, 4: 50, 5: 0x80, 10: 0x00 } as const;

describe("conversion", () => {
  it.each([
    [4200, 0x35ca],
    [3700, 0x2f63],
    [3600, 0x2e1b],
    [3000, 0x266c],
  ])("%d mV", (cellMv, word) => {
    expect(cw2015ToMv(word)).toBeCloseTo(cellMv, 0);
    expect(cw2015VcellWord(cellMv)).toBe(word);
  });

  it("ignores the two bits above the 14 of the voltage", () => {
    expect(cw2015ToMv(0xc000 | 0x2e1b)).toBe(cw2015ToMv(0x2e1b));
  });

  it("gives back what the simulated chip was given, to the chip's resolution", () => {
    const millivolts = fc.double({ min: 2100, max: 4400, noNaN: true });
    const percent = fc.double({ min: 0.01, max: 100, noNaN: true });
    fc.assert(
      fc.property(millivolts, percent, (mv, pct) => {
        const reading = expectValue(decodeCw2015(cw2015VcellWord(mv), cw2015SocWord(pct)));
        expect(Math.abs(reading.cellMv - mv)).toBeLessThanOrEqual(0.1525 + 1e-9);
        expect(Math.abs(reading.chargePct - pct)).toBeLessThanOrEqual(1 / 256 + 1e-9);
      }),
    );
  });
});

describe("probe", () => {
  it("finds the chip without writing a byte", async () => {
    const bench = benchOf(bytesDevice(healthy));
    expect(await bench.probe()).toEqual({ ok: true, value: { chip: "cw2015", version: "0x6F", notes: [] } });
    expect(bench.writes).toEqual([]);
  });

  it.each([0xc0, 0x80, 0x40])(
    "says that it sleeps (MODE %d) and how to wake it, and writes nothing",
    async (mode) => {
      const bench = benchOf(bytesDevice({ ...healthy, 10: mode }));
      const refusal = expectRefusal(await bench.probe());
      expect(refusal.code).toBe("PI_UPS_GAUGE_ASLEEP");
      expect(refusal.message).toContain("i2cset -y 1 0x62 0x0A 0x00");
      expect(bench.writes).toEqual([]);
    },
  );

  it("refuses a device that says something else at each look", async () => {
    let looks = 0;
    const restless: RegisterDevice = {
      read: (register, length) => {
        if (register === 2) looks += 1;
        const high = looks % 2 === 0 ? 0x2e : 0x33;
        return Uint8Array.from({ length }, (_, at) => ({ ...healthy, 2: high })[(register + at) as 2] ?? 0);
      },
      write: () => undefined,
    };
    expect(expectRefusal(await benchOf(restless).probe()).code).toBe("PI_UPS_GAUGE_NOT_FOUND");
  });

  it("refuses a carbon dioxide sensor at the same address, which answers with nothing of a cell", async () => {
    expect(
      expectRefusal(await benchOf(bytesDevice({ 10: 0x00, 2: 0x01, 3: 0x90, 4: 0, 5: 0 })).probe()).code,
    ).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
  });
});

describe("read", () => {
  it("gives millivolts and percent", async () => {
    const bench = benchOf(bytesDevice(healthy));
    await bench.probe();
    const { cellMv, chargePct } = expectValue((await bench.sample()).gauge);
    expect(cellMv).toBeCloseTo(3600, 0);
    expect(chargePct).toBe(50.5);
  });

  it("does not take 'still computing' for a percentage", async () => {
    const bench = benchOf(bytesDevice({ ...healthy, 4: 0xff }));
    const refusal = expectRefusal((await bench.sample()).gauge);
    expect(refusal).toMatchObject({ code: "PI_UPS_GAUGE_IMPOSSIBLE" });
    expect(refusal.message).toContain("computes");
  });

  it("notices that it fell asleep, and goes on when a person has woken it", async () => {
    const world = stillWorld();
    const device = createCw2015Registers(world.around);
    const bench = benchOf(device);
    await bench.probe();
    device.write(0x0a, Uint8Array.of(0xc0));
    expect(expectRefusal((await bench.sample()).gauge).code).toBe("PI_UPS_GAUGE_ASLEEP");
    device.write(0x0a, Uint8Array.of(0x00));
    expect(expectValue((await bench.sample()).gauge).chargePct).toBeCloseTo(87.5, 1);
    expect(bench.writes).toEqual([]);
  });

  it("turns none of 3000 disturbed readings into another battery, and still follows the true one", async () => {
    const world = stillWorld();
    const bench = benchOf(createCw2015Registers(world.around), 0.05);
    await bench.probe();
    bench.disturb();
    for (let read = 0; read < 3000; read += 1) {
      const { gauge } = await bench.sample();
      if (gauge?.ok) expect(Math.abs((gauge.value.chargePct ?? 0) - 87.5)).toBeLessThan(2.1);
    }
    world.becomes({ cellMv: 3450, chargePct: 12 });
    expect(expectValue((await bench.sample()).gauge).chargePct).toBeCloseTo(12, 1);
  });
});
