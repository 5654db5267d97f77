// SunFounder's boards: who they are, the shutdown request, the U1's own protocol, and what
// the driver never does.
import { describe, expect, it } from "vitest";
import type { SunFounderUse } from "../../agent/src/boards/chip-use.ts";
import { sunfounder } from "../../agent/src/drivers/sunfounder.ts";
import { readBytewise } from "../../agent/src/drivers/sunfounder-bytewise.ts";
import type { I2cBus } from "../../agent/src/ports/ports.ts";
import type { RegisterDevice } from "../../agent/src/sim/sim-i2c-bus.ts";
import { createSunFounderRegisters } from "../../agent/src/sim/sunfounder-registers.ts";
import { type stillWorld as StillWorld, stillWorld } from "../sim/still-world.ts";
import { bytesDevice, chipBench, expectRefusal, expectValue } from "./chip-bench.ts";
import { spcWindow as window } from "./spc-window.ts";

const pipower3: SunFounderUse = {
  chip: "sunfounder_spc",
  address: 0x5b,
  access: "window",
  has: ["shutdown_request"],
};
const pipower5: SunFounderUse = {
  chip: "sunfounder_spc",
  address: 0x5c,
  access: "window",
  boardId: 2602,
  has: ["currents", "shutdown_request", "buzzer"],
};
const u1: SunFounderUse = {
  chip: "sunfounder_spc",
  address: 0x5a,
  access: "esp32",
  has: ["currents", "remaining_mah", "fan"],
};

function benchOf(
  use: SunFounderUse,
  world: ReturnType<typeof StillWorld> = stillWorld({ cellsInSeries: 2 }),
  disturbed = 0,
) {
  const device = createSunFounderRegisters(use, world.around);
  return { world, device, ...chipBench(sunfounder, use, device, { cellsInSeries: 2, disturbed }) };
}

describe("probe", () => {
  it.each([pipower3, pipower5, u1])("finds $address without writing a byte", async (use) => {
    const bench = benchOf(use);
    const found = expectValue(await bench.probe());
    expect(found).toMatchObject({ chip: "sunfounder_spc", notes: [] });
    expect(found.version).toBe(use === u1 ? null : "1.1.5");
    expect(bench.writes).toEqual([]);
  });

  it("refuses another board's id, and accepts firmware that has none", async () => {
    const bytes = Object.fromEntries(window.map((byte, at) => [at, byte]));
    const firmware = { 128: 1, 129: 0, 130: 0 };
    const other = bytesDevice({ ...bytes, ...firmware, 140: 0x0a, 141: 0x2b });
    const refusal = expectRefusal(await chipBench(sunfounder, pipower5, other, { cellsInSeries: 2 }).probe());
    expect(refusal.code).toBe("PI_UPS_GAUGE_NOT_FOUND");
    expect(refusal.message).toContain("2603");
    const none = bytesDevice({ ...bytes, ...firmware, 140: 0, 141: 0 });
    expectValue(await chipBench(sunfounder, pipower5, none, { cellsInSeries: 2 }).probe());
  });
});

describe("shutdown request", () => {
  it.each([1, 2, 3])("%d is one press of power off, without a cause", async (request) => {
    const bench = benchOf(pipower5);
    await bench.probe();
    await bench.sample();
    bench.device.request = request;
    const sample = await bench.sample();
    expect(sample.button).toBe("power_off");
    expect(sample.boardFaults).toEqual({ ok: true, value: [] });
    expect((await bench.sample()).button).toBeUndefined();
    bench.device.request = 0;
    await bench.sample();
    bench.device.request = request;
    expect((await bench.sample()).button).toBe("power_off");
  });

  it("that stood before the agent came is not acted on", async () => {
    const bench = benchOf(pipower3);
    bench.device.request = 1;
    await bench.probe();
    expect((await bench.sample()).button).toBeUndefined();
    expect((await bench.sample()).button).toBeUndefined();
  });

  it("in one look only is a flipped bit", async () => {
    const device = createSunFounderRegisters(pipower5, stillWorld({ cellsInSeries: 2 }).around);
    let flipped = false;
    const flaky: RegisterDevice = {
      read(register, length) {
        const bytes = device.read(register, length);
        if (!flipped || length !== 25) return bytes;
        flipped = false;
        return bytes.map((byte, at) => (at === 20 ? byte ^ 0x02 : byte));
      },
      write: () => undefined,
    };
    const bench = chipBench(sunfounder, pipower5, flaky, { cellsInSeries: 2 });
    await bench.probe();
    await bench.sample();
    flipped = true;
    expect((await bench.sample()).button).toBeUndefined();
    expect(flipped).toBe(false);
  });

  it("does not exist on the U1", async () => {
    const bench = benchOf(u1);
    await bench.probe();
    await bench.sample();
    bench.device.request = 2;
    expect((await bench.sample()).button).toBeUndefined();
  });
});

describe("faults of the board", () => {
  it("a weak input shows after three seconds, and mains stays present", async () => {
    const bench = benchOf(pipower5);
    await bench.probe();
    bench.device.weakInput = true;
    bench.world.becomes({});
    expect(expectValue((await bench.sample()).boardFaults)).toEqual([]);
    await bench.clock.advance(2900);
    expect(expectValue((await bench.sample()).boardFaults)).toEqual([]);
    await bench.clock.advance(100);
    const sample = await bench.sample();
    expect(expectValue(sample.boardFaults).map(({ kind }) => kind)).toEqual(["input_too_weak"]);
    expect(sample.acPresent).toEqual({ ok: true, value: true });
  });

  it("an unplugged battery is missing, not empty", async () => {
    const bench = benchOf(pipower5);
    await bench.probe();
    await bench.sample();
    bench.device.batteryPlugged = false;
    bench.world.becomes({});
    const sample = await bench.sample();
    expect(expectValue(sample.boardFaults).map(({ kind }) => kind)).toEqual(["battery_missing"]);
    expect(expectRefusal(sample.gauge).code).toBe("PI_UPS_NO_BATTERY");
    expect(sample.acPresent).toEqual({ ok: true, value: true });
  });

  it("a battery flag that never was set means nothing", async () => {
    const bytes = Object.fromEntries(window.map((byte, at) => [at, at === 17 ? 0 : byte]));
    const bench = chipBench(
      sunfounder,
      pipower3,
      bytesDevice({ ...bytes, 128: 1, 129: 0, 130: 0, 140: 0, 141: 0 }),
      {
        cellsInSeries: 2,
      },
    );
    await bench.probe();
    const sample = await bench.sample();
    expect(expectValue(sample.gauge).chargePct).toBe(76);
    expect(expectValue(sample.boardFaults)).toEqual([]);
  });
});

describe("Pironman U1", () => {
  it("writes a read request per piece, then takes its bytes one by one", async () => {
    const bench = benchOf(u1);
    await bench.probe();
    await bench.sample();
    await bench.clock.advance(1000);
    bench.transfers.length = 0;
    bench.writes.length = 0;
    const sample = await bench.sample();
    expect(expectValue(sample.gauge)).toMatchObject({ cellMv: 3900, chargePct: 88 });
    const pieces = [
      [15, 4],
      [8, 2],
      [12, 1],
      [4, 4],
      [10, 2],
    ] as const;
    expect(bench.writes).toEqual(pieces.map(([register]) => [0x01, register]));
    expect(bench.transfers).toEqual(
      pieces.flatMap(([, length]) => ["write 1", ...Array<string>(length).fill("receive")]),
    );
    // Output and current only inform: once a second is enough, but for a change of the flags.
    bench.writes.length = 0;
    await bench.clock.advance(500);
    await bench.sample();
    expect(bench.writes.map(([, register]) => register)).toEqual([15, 8, 12]);
    bench.world.becomes({ acPresent: false, charger: "off", currentMa: -900 });
    expect(expectValue((await bench.sample()).gauge).currentMa).toBe(-900);
  });

  it("asks again from the piece's start when a byte failed: the rest would belong to other registers", async () => {
    const device = createSunFounderRegisters(u1, stillWorld({ cellsInSeries: 2 }).around);
    let receives = 0;
    const nacks = (transfer: string) => {
      if (transfer !== "receive") return false;
      receives += 1;
      return receives === 3;
    };
    const bench = chipBench(sunfounder, u1, device, { cellsInSeries: 2, nacks });
    await bench.probe();
    expect(expectValue((await bench.sample()).gauge)).toMatchObject({ cellMv: 3900, chargePct: 88 });
    expect(bench.writes.slice(0, 2)).toEqual([
      [1, 15],
      [1, 15],
    ]);
  });

  /** A U1 on which one piece reads other bytes than it should. */
  function pieceReads(first: number, bytes: () => readonly number[]) {
    const world = stillWorld({ cellsInSeries: 2 });
    const device = createSunFounderRegisters(u1, world.around);
    let asked = 0;
    let sent = 0;
    const odd: RegisterDevice = {
      read: (register, length) => device.read(register, length),
      receive: () => {
        const byte = device.receive?.() ?? 0;
        sent += 1;
        return asked === first ? (bytes()[sent - 1] ?? byte) : byte;
      },
      write: (register, data) => {
        asked = data[0] ?? 0;
        sent = 0;
        device.write(register, data);
      },
    };
    return { world, ...chipBench(sunfounder, u1, odd, { cellsInSeries: 2 }) };
  }

  it.each([
    ["voltage", [0xff, 0xff]],
    ["current", [0xec, 0x13, 0xff, 0xff]],
  ] as const)("an impossible output %s costs neither mains nor battery", async (_what, bytes) => {
    let noise = false;
    const { world, ...bench } = pieceReads(4, () => (noise ? bytes : []));
    await bench.probe();
    await bench.sample();
    noise = true;
    await bench.clock.advance(1000);
    world.becomes({ acPresent: false, charger: "off", currentMa: -900 });
    const sample = await bench.sample();
    expect(sample.acPresent).toEqual({ ok: true, value: false });
    expect(expectValue(sample.gauge)).toMatchObject({ cellMv: 3900, chargePct: 88, currentMa: -900 });
    for (const part of [sample.railMv, sample.outputMa]) {
      const refusal = expectRefusal(part);
      expect(refusal.code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
      expect(refusal.message).toContain("output");
    }
  });

  it("a battery current that is never the same twice is not told, and the rest is", async () => {
    let turn = 0;
    const { world, ...bench } = pieceReads(10, () => {
      turn += 1;
      return [0, (4 * turn) & 0x1f];
    });
    await bench.probe();
    world.becomes({ acPresent: false, charger: "off" });
    const sample = await bench.sample();
    expect(sample.acPresent).toEqual({ ok: true, value: false });
    expect(expectValue(sample.gauge).currentMa).toBeUndefined();
    expect(expectValue(sample.railMv)).toBeGreaterThan(4000);
  });

  it.each([
    ["flags", 15, [2, 1, 1, 1]],
    ["charge", 12, [101]],
    ["battery voltage", 8, [0xff, 0xff]],
  ])("impossible %s are refused", async (what, first, bytes) => {
    const bench = pieceReads(first, () => bytes);
    await bench.probe();
    const sample = await bench.sample();
    expect(expectRefusal(sample.gauge).message).toContain(what);
    expect(expectRefusal(sample.acPresent).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
  });

  it("that a kernel driver owns is asked once", async () => {
    const owned = { ok: false, code: "PI_UPS_I2C_BUSY", message: "owned" } as const;
    let writes = 0;
    const bus: I2cBus = {
      read: () => Promise.resolve(owned),
      write: () => {
        writes += 1;
        return Promise.resolve(owned);
      },
      receive: () => Promise.resolve(owned),
      close: () => Promise.resolve(),
    };
    expect(await readBytewise(bus, 0x5a, 15, 4)).toEqual(owned);
    expect(writes).toBe(1);
  });

  it("makes no outage and no other battery of disturbed looks", async () => {
    const world = stillWorld({ cellsInSeries: 2 });
    const bench = benchOf(u1, world, 0.05);
    await bench.probe();
    await bench.sample();
    bench.disturb();
    let failed = 0;
    for (let read = 0; read < 3000; read += 1) {
      const { gauge, acPresent } = await bench.sample();
      if (gauge?.ok) expect(Math.abs((gauge.value.chargePct ?? 0) - 88)).toBeLessThan(3);
      else failed += 1;
      if (acPresent?.ok) expect(acPresent.value).toBe(true);
    }
    expect(failed).toBeLessThan(5);
    world.becomes({ acPresent: false });
    expect((await bench.sample()).acPresent).toEqual({ ok: true, value: false });
  });
});

describe("buzzer", () => {
  it("sounds and stops on the PiPower 5, in the write window", async () => {
    const bench = benchOf(pipower5);
    const { controls } = bench.driver;
    await bench.clock.until(controls?.buzzer?.(true) ?? Promise.reject());
    expect(bench.writes).toEqual([[13, 2700 & 0xff, 2700 >> 8]]);
    expect(bench.device.buzzerHz).toBe(2700);
    await bench.clock.until(controls?.buzzer?.(false) ?? Promise.reject());
    expect(bench.device.buzzerHz).toBe(0);
  });

  it("says that its volume is 0", async () => {
    const bench = benchOf(pipower5);
    bench.device.volume = 0;
    const answer = await bench.clock.until(bench.driver.controls?.buzzer?.(true) ?? Promise.reject());
    expect(expectRefusal(answer).code).toBe("PI_UPS_BUZZER_MUTED");
    expect(bench.device.buzzerHz).toBe(0);
  });

  it("does not exist on the others", () => {
    expect(benchOf(pipower3).driver.controls).toBeUndefined();
    expect(benchOf(u1).driver.controls).toBeUndefined();
  });
});

describe("a disturbed bus", () => {
  it("makes no outage, no request and no other battery of 3000 looks, and the true outage is seen at once", async () => {
    const bench = benchOf(pipower5, stillWorld({ cellsInSeries: 2 }), 0.05);
    await bench.probe();
    await bench.sample();
    bench.disturb();
    for (let read = 0; read < 3000; read += 1) {
      const { gauge, acPresent, button, boardFaults } = await bench.sample();
      if (gauge?.ok) expect(Math.abs((gauge.value.chargePct ?? 0) - 88)).toBeLessThan(3);
      if (acPresent?.ok) expect(acPresent.value).toBe(true);
      if (boardFaults?.ok) expect(boardFaults.value).toEqual([]);
      expect(button).toBeUndefined();
    }
    bench.world.becomes({ acPresent: false, currentMa: -900, charger: "off" });
    const sample = await bench.sample();
    expect(sample.acPresent).toEqual({ ok: true, value: false });
    expect(expectValue(sample.gauge).currentMa).toBe(-900);
  });
});
