// What every board must do on its simulator, whatever its chips and pins: one suite, called once per board.
// It talks to the board through the device and the ports only, and to the world through simulator commands.
import { describe, expect, it } from "vitest";
import type { Board } from "../../agent/src/boards/board.ts";
import type { Result, Sample } from "../../agent/src/core/model.ts";
import { createUpsDevice } from "../../agent/src/drivers/ups-device.ts";
import type { SimFault } from "../../agent/src/ports/control.ts";
import type { I2cBus } from "../../agent/src/ports/ports.ts";
import { createSimulator, type SimOptions } from "../../agent/src/sim/world.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

/** A simulated board with its device, and everything that a test wants to see of them. */
export function benchFor(board: Board, options: SimOptions = {}) {
  const clock = new VirtualClock();
  const writes: string[] = [];
  let blackouts = 0;
  const sim = createSimulator({
    board,
    clock,
    options: {
      ...options,
      onBlackout: () => {
        blackouts += 1;
      },
    },
  });
  /** The simulator's bus, with a note of each write. */
  const i2c: I2cBus = {
    read: (address, register, length) => sim.i2c.read(address, register, length),
    write: (address, register, data) => {
      writes.push(`${address}:${register}`);
      return sim.i2c.write(address, register, data);
    },
    close: () => sim.i2c.close(),
  };
  const device = createUpsDevice(board, { i2c, gpio: sim.gpio, thermometer: sim.thermometer, clock });
  const edges: boolean[] = [];
  device.onAcEdge((acPresent) => edges.push(acPresent));
  return {
    clock,
    sim,
    device,
    edges,
    writes,
    blackouts: () => blackouts,
    start: () => clock.until(device.start()),
    sample: () => clock.until(device.sample()),
    fault: (fault: SimFault, forMs: number | null = null) => sim.apply({ kind: "fault", fault, forMs }),
  };
}

export type Bench = ReturnType<typeof benchFor>;

/** The value, or a test failure that shows the refusal. */
export function expectValue<T>(result: Result<T> | undefined): T {
  if (result?.ok) return result.value;
  throw new Error(`expected a value, got ${JSON.stringify(result)}`);
}

function expectPlausible(sample: Sample): void {
  const { cellMv, chargePct } = expectValue(sample.gauge);
  expect(cellMv).toBeGreaterThan(2000);
  expect(cellMv).toBeLessThan(4500);
  expect(chargePct).toBeGreaterThanOrEqual(0);
  expect(chargePct).toBeLessThanOrEqual(120);
}

/** Samples every `everyMs` until the predicate holds; fails after `limitMs` of simulated time. */
export async function sampleUntil(
  bench: Bench,
  everyMs: number,
  limitMs: number,
  done: (sample: Sample) => boolean,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for (let passedMs = 0; passedMs <= limitMs; passedMs += everyMs) {
    const sample = await bench.sample();
    samples.push(sample);
    if (done(sample)) return samples;
    await bench.clock.advance(everyMs);
  }
  throw new Error(`not reached in ${limitMs} ms; last sample: ${JSON.stringify(samples.at(-1))}`);
}

const chargeOf = (sample: Sample) => (sample.gauge.ok ? sample.gauge.value.chargePct : Number.NaN);

function presence(board: Board): void {
  it("is found at start without a single write", async () => {
    const bench = benchFor(board);
    const started = expectValue(await bench.start());
    expect(started.gauge).toMatchObject({ chip: board.gauge.chip, notes: [] });
    expect(bench.writes).toEqual([]);
  });

  it("samples exactly what the board has", async () => {
    const bench = benchFor(board, { chargePct: 80, temperatureC: 51.5 });
    await bench.start();
    const sample = await bench.sample();
    expectPlausible(sample);
    expect(chargeOf(sample)).toBeCloseTo(80, 0);
    expect(expectValue(sample.temperatureC)).toBe(51.5);
    expect("acPresent" in sample).toBe(board.lines.acPresent !== undefined);
    expect("chargeAllowed" in sample).toBe(board.lines.chargeAllowed !== undefined);
    expect(bench.writes).toEqual([]);
  });

  it("says that the chip is missing, and finds it when it comes back", async () => {
    const bench = benchFor(board);
    bench.fault("i2c-nack");
    expect(await bench.start()).toMatchObject({ ok: false, code: "PI_UPS_I2C_NACK" });
    const sample = await bench.sample();
    expect(sample.gauge).toMatchObject({ ok: false, code: "PI_UPS_I2C_NACK" });
    if (board.lines.acPresent !== undefined) expect(expectValue(sample.acPresent)).toBe(true);
    bench.sim.apply({ kind: "clear" });
    expectPlausible(await bench.sample());
  });

  it("says that a kernel driver owns the chip", async () => {
    const clock = new VirtualClock();
    const sim = createSimulator({ board, clock });
    const busy = { ok: false, code: "PI_UPS_I2C_BUSY", message: "a kernel driver owns it" } as const;
    const i2c: I2cBus = { ...sim.i2c, read: () => Promise.resolve(busy), close: () => Promise.resolve() };
    const device = createUpsDevice(board, { i2c, gpio: sim.gpio, thermometer: sim.thermometer, clock });
    expect(await clock.until(device.start())).toMatchObject(busy);
    expect((await clock.until(device.sample())).gauge).toMatchObject(busy);
  });
}

function outage(board: Board): void {
  it("goes through an outage: sag, low, critical, restore, charge, full", async () => {
    const bench = benchFor(board, { chargePct: 96, loadW: 8, capacityMah: 3000 });
    await bench.start();
    const before = expectValue((await bench.sample()).gauge);
    bench.sim.apply({ kind: "ac", present: false });
    await bench.clock.advance(600);
    const after = expectValue((await bench.sample()).gauge);
    expect(after.cellMv).toBeLessThan(before.cellMv - 20);

    const down = await sampleUntil(bench, 10_000, 6 * 3_600_000, (sample) => chargeOf(sample) < 5);
    for (const sample of down) expectPlausible(sample);
    for (const limit of [20, 10]) expect(down.some((sample) => chargeOf(sample) < limit)).toBe(true);
    const lowest = expectValue(down.at(-1)?.gauge);
    expect(lowest.cellMv).toBeLessThan(3400);

    bench.sim.apply({ kind: "ac", present: true });
    await bench.clock.advance(600);
    expect(expectValue((await bench.sample()).gauge).cellMv).toBeGreaterThan(lowest.cellMv + 20);
    const up = await sampleUntil(bench, 30_000, 12 * 3_600_000, (sample) => chargeOf(sample) >= 99);
    for (const sample of up) expectPlausible(sample);
    expect(Math.max(...up.map((sample) => expectValue(sample.gauge).cellMv))).toBeLessThanOrEqual(4201);
    expect(bench.blackouts()).toBe(0);
  });

  it("loses the Pi's power once when nobody shuts it down in time", async () => {
    const bench = benchFor(board, { chargePct: 5, loadW: 10, capacityMah: 2000 });
    await bench.start();
    bench.sim.apply({ kind: "ac", present: false });
    await bench.clock.advance(3_600_000);
    expect(bench.blackouts()).toBe(1);
    expect(bench.sim.truth().pi).toBe("off");
    expect(bench.clock.waiting).toBe(0);
  });
}

function faults(board: Board): void {
  it("turns no disturbed transfer into an empty battery", async () => {
    const bench = benchFor(board, { chargePct: 97, seed: 7 });
    await bench.start();
    bench.fault("i2c-garbage");
    let failed = 0;
    for (let read = 0; read < 1000; read += 1) {
      const { gauge } = await bench.sample();
      if (gauge.ok) expect(gauge.value.chargePct).toBeGreaterThan(20);
      else failed += 1;
      await bench.clock.advance(1000);
    }
    expect(failed).toBeGreaterThan(100);
    bench.sim.apply({ kind: "clear" });
    expect(chargeOf(await bench.sample())).toBeCloseTo(97, 0);
  });

  it("ends a fault by itself after its time", async () => {
    const bench = benchFor(board);
    await bench.start();
    bench.fault("i2c-nack", 10_000);
    expect((await bench.sample()).gauge.ok).toBe(false);
    await bench.clock.advance(10_000);
    expect((await bench.sample()).gauge.ok).toBe(true);
  });

  it("shows the same figures for ever while the gauge is stuck", async () => {
    const bench = benchFor(board, { loadW: 20 });
    await bench.start();
    bench.fault("gauge-stuck");
    const before = await bench.sample();
    bench.sim.apply({ kind: "ac", present: false });
    await bench.clock.advance(600_000);
    expect((await bench.sample()).gauge).toEqual(before.gauge);
    bench.sim.apply({ kind: "clear" });
    expect(chargeOf(await bench.sample())).toBeLessThan(chargeOf(before));
  });
}

function mains(board: Board): void {
  it("reports both edges at once, and the level in the sample", async () => {
    const bench = benchFor(board);
    await bench.start();
    bench.sim.apply({ kind: "ac", present: false });
    expect(bench.edges).toEqual([false]);
    expect(expectValue((await bench.sample()).acPresent)).toBe(false);
    bench.sim.apply({ kind: "ac", present: true });
    expect(bench.edges).toEqual([false, true]);
    expect(expectValue((await bench.sample()).acPresent)).toBe(true);
  });

  it("hides an outage while the pin is stuck, and shows it when the pin is free", async () => {
    const bench = benchFor(board);
    await bench.start();
    bench.fault("ac-pin-stuck", 5000);
    bench.sim.apply({ kind: "ac", present: false });
    expect(expectValue((await bench.sample()).acPresent)).toBe(true);
    expect(bench.edges).toEqual([]);
    await bench.clock.advance(5000);
    expect(bench.edges).toEqual([false]);
    expect(expectValue((await bench.sample()).acPresent)).toBe(false);
  });

  it("stops: no edge arrives, the line is given back, and a second stop is fine", async () => {
    const bench = benchFor(board);
    await bench.start();
    await bench.device.stop();
    await bench.device.stop();
    bench.sim.apply({ kind: "ac", present: false });
    expect(bench.edges).toEqual([]);
    expect((await bench.sample()).acPresent).toMatchObject({ ok: false, code: "PI_UPS_GPIO_NOT_OPEN" });
  });
}

/** Defines the suite for one board; call it inside a test file. */
export function describeBoardConformance(board: Board): void {
  describe(`${board.id} (${board.name})`, () => {
    describe("presence", () => presence(board));
    describe("outage", () => outage(board));
    describe("faults", () => faults(board));
    if (board.lines.acPresent !== undefined) describe("mains", () => mains(board));
  });
}
