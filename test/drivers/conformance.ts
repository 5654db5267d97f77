// What every board must do on its simulator, whatever its chips and pins: one suite, called once per board.
// It talks to the board through the device and the ports only, and to the world through simulator commands.
import { describe, expect, it } from "vitest";
import { addressOf, type Board, isThroughKernel } from "../../agent/src/boards/board.ts";
import { hasButton } from "../../agent/src/boards/derive.ts";
import type { RawReading, Result, Sample, Sense } from "../../agent/src/core/model.ts";
import { switchesOf } from "../../agent/src/drivers/controls.ts";
import { createUpsDevice } from "../../agent/src/drivers/ups-device.ts";
import { createSimulator } from "../../agent/src/sim/world.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { type Bench, benchFor, CoreOnBench, deadPorts, expectValue, portsOf } from "./board-bench.ts";

const can = (board: Board, sense: Sense) => board.senses.includes(sense);
const onBus = (board: Board) => board.chips.some((use) => addressOf(use) !== null && !isThroughKernel(use));
/** A cell of this chemistry cannot leave this range. */
const cellRange = { li_ion: [2000, 4500], lifepo4: [1800, 3900] } as const;

function expectPlausible(board: Board, sample: Sample): RawReading {
  const reading = expectValue(sample.gauge);
  const [lowest, highest] = cellRange[board.battery.chemistry];
  expect(reading.cellMv).toBeGreaterThan(lowest);
  expect(reading.cellMv).toBeLessThan(highest);
  if (reading.chargePct !== undefined) {
    expect(reading.chargePct).toBeGreaterThanOrEqual(0);
    expect(reading.chargePct).toBeLessThanOrEqual(120);
  }
  return reading;
}

/** Percent where the chip has one, else the voltage that stands for it. */
function levelOf(sample: Sample): number {
  if (!sample.gauge.ok) return Number.NaN;
  return sample.gauge.value.chargePct ?? sample.gauge.value.cellMv;
}

async function sampleUntil(
  bench: Bench,
  everyMs: number,
  limitMs: number,
  done: (sample: Sample) => boolean,
): Promise<Sample> {
  for (let passedMs = 0; ; passedMs += everyMs) {
    const sample = await bench.sample();
    if (done(sample)) return sample;
    if (passedMs > limitMs) throw new Error(`not reached in ${limitMs} ms: ${JSON.stringify(sample)}`);
    await bench.clock.advance(everyMs);
  }
}

/** Keys of a sample and the sense without which a board must not have them. */
const partOf = {
  acPresent: "ac",
  charging: "charging",
  railMv: "dc_out",
} as const satisfies Partial<Record<keyof Sample, Sense>>;

function presence(board: Board): void {
  it("is found at start without a single write to a chip", async () => {
    const bench = benchFor(board);
    const started = expectValue(await bench.start());
    expect(started.chips.map(({ chip }) => chip)).toEqual(board.chips.map(({ chip }) => chip));
    for (const { notes } of started.chips) expect(notes).toEqual([]);
    expect(bench.writes).toEqual([]);
  });

  it("samples exactly what its data says that it senses", async () => {
    const bench = benchFor(board, { chargePct: 80, temperatureC: 51.5 });
    await bench.start();
    const sample = await bench.sample();
    const reading = expectPlausible(board, sample);
    if (reading.chargePct !== undefined) expect(Math.abs(reading.chargePct - 80)).toBeLessThan(1.5);
    expect(reading.currentMa !== undefined).toBe(can(board, "current"));
    expect(Math.abs(expectValue(sample.temperatureC) - 51.5)).toBeLessThanOrEqual(0.6);
    for (const [key, sense] of Object.entries(partOf)) {
      if (key in sample) expect(can(board, sense), `${key} without the sense ${sense}`).toBe(true);
    }
    expect("acPresent" in sample).toBe(can(board, "ac"));
    if (can(board, "overcurrent")) {
      expect(reading.currentMa !== undefined || sample.outputMa !== undefined).toBe(true);
    }
    const parts = Object.entries(sample) as [string, Result<unknown>][];
    for (const [key, part] of parts) expect(part.ok, `${key}: ${JSON.stringify(part)}`).toBe(true);
  });

  it("switches exactly what its data says that it switches", async () => {
    const bench = benchFor(board);
    await bench.start();
    expect(switchesOf(bench.device.controls()).toSorted()).toEqual([...board.switches].toSorted());
  });

  it("says that it is missing, and finds it when it comes back", async () => {
    const bench = benchFor(board);
    bench.fault("i2c-nack");
    const started = await bench.start();
    expect(started.ok).toBe(false);
    const sample = await bench.sample();
    expect(sample.gauge.ok).toBe(false);
    if (onBus(board)) expect(sample.gauge).toMatchObject({ code: "PI_UPS_I2C_NACK" });
    if (board.lines.acPresent !== undefined) expect(expectValue(sample.acPresent)).toBe(true);
    else if (can(board, "ac")) expect(sample.acPresent).toMatchObject({ ok: false });
    bench.sim.apply({ kind: "clear" });
    expectPlausible(board, await bench.sample());
  });

  it.runIf(onBus(board))("says that a kernel driver owns the chip", async () => {
    const clock = new VirtualClock();
    const sim = createSimulator({ board, clock });
    const busy = { ok: false, code: "PI_UPS_I2C_BUSY", message: "a kernel driver owns it" } as const;
    const device = createUpsDevice(board, { ...portsOf(sim), ...deadPorts(busy), clock });
    expect(await clock.until(device.start())).toMatchObject(busy);
    expect((await clock.until(device.sample())).gauge).toMatchObject(busy);
  });
}

function physics(board: Board): void {
  it("sags when mains goes, recovers when it returns", async () => {
    const bench = benchFor(board, { chargePct: 60, loadW: 8, capacityMah: 3000 });
    await bench.start();
    const before = expectPlausible(board, await bench.sample());
    bench.sim.apply({ kind: "ac", present: false });
    await bench.clock.advance(2500);
    const sagged = expectPlausible(board, await bench.sample());
    expect(sagged.cellMv).toBeLessThan(before.cellMv - 10);
    if (sagged.currentMa !== undefined) expect(sagged.currentMa).toBeLessThan(-100);
    bench.sim.apply({ kind: "ac", present: true });
    await bench.clock.advance(2500);
    const back = expectPlausible(board, await bench.sample());
    expect(back.cellMv).toBeGreaterThan(sagged.cellMv + 10);
    if (back.currentMa !== undefined) expect(back.currentMa).toBeGreaterThan(100);
  });

  it("loses the Pi's power once when nobody shuts it down in time", async () => {
    const bench = benchFor(board, { chargePct: 5, loadW: 10, capacityMah: 500 });
    await bench.start();
    bench.sim.apply({ kind: "ac", present: false });
    await bench.clock.advance(3_600_000);
    expect(bench.blackouts()).toBe(1);
    expect(bench.sim.truth().pi).toBe("off");
  });
}

/** What the core must record on the way from full to critical and back, in this order; only what the board senses. */
function storyOf(board: Board): readonly string[] {
  const steps: readonly (readonly [string, Sense])[] = [
    ["ac_power_loss", "ac"],
    ["battery_voltage_low", "voltage"],
    ["battery_voltage_critical", "voltage"],
    ["ac_power_restored", "ac"],
    ["battery_voltage_recovered", "voltage"],
    ["battery_full", "charge"],
  ];
  return steps.filter(([, sense]) => can(board, sense)).map(([type]) => type);
}

function outage(board: Board): void {
  it("goes through an outage: low, critical, restored, charging, recovered, full; and no false word", async () => {
    const bench = benchFor(board, { chargePct: 96, loadW: 5, capacityMah: 1000, chargeMa: 1000 });
    const core = new CoreOnBench(bench, {
      capacityMah: 1000,
      sampleIntervalMs: 2000,
      shutdown: { graceMs: 3_600_000, allowRemote: true },
    });
    await core.start();
    await core.live(30_000);
    bench.sim.apply({ kind: "ac", present: false });
    const reached = (type: string) => () => core.events.some((event) => event.type === type);
    await core.liveUntil(3 * 3_600_000, reached("battery_voltage_critical"));
    await core.live(20_000);
    expect(core.types.includes("shutdown_scheduled")).toBe(can(board, "ac"));
    bench.sim.apply({ kind: "ac", present: true });
    await core.liveUntil(8 * 3_600_000, reached("battery_full"));
    const story = storyOf(board);
    expect(core.types.filter((type) => story.includes(type))).toEqual(story);
    if (can(board, "charging")) expect(core.types).toContain("charging_started");
    expect(core.events.filter(({ type }) => type === "ups_fault")).toEqual([]);
    expect(bench.blackouts()).toBe(0);
  });
}

function faults(board: Board): void {
  it("turns no disturbed transfer into an empty battery or a mains failure", async () => {
    const bench = benchFor(board, { chargePct: 97, seed: 7 });
    await bench.start();
    const healthy = levelOf(await bench.sample());
    bench.fault("i2c-garbage");
    let failed = 0;
    for (let read = 0; read < 1000; read += 1) {
      const sample = await bench.sample();
      if (sample.gauge.ok) expect(levelOf(sample)).toBeGreaterThan(healthy * 0.75);
      else failed += 1;
      if (sample.acPresent?.ok) expect(sample.acPresent.value).toBe(true);
      await bench.clock.advance(1000);
    }
    expect(failed).toBeGreaterThan(100);
    bench.sim.apply({ kind: "clear" });
    await bench.clock.advance(1000);
    expect(Math.abs(levelOf(await bench.sample()) - healthy)).toBeLessThan(healthy * 0.03);
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
    await bench.sample();
    bench.fault("gauge-stuck");
    const before = await bench.sample();
    bench.sim.apply({ kind: "ac", present: false });
    await bench.clock.advance(600_000);
    expect((await bench.sample()).gauge).toEqual(before.gauge);
    bench.sim.apply({ kind: "clear" });
    await bench.clock.advance(1000);
    expect(levelOf(await bench.sample())).toBeLessThan(levelOf(before));
  });
}

function mains(board: Board): void {
  it("shows both edges of mains in the sample", async () => {
    const bench = benchFor(board, { chargePct: 70 });
    await bench.start();
    const shows = (present: boolean) => (sample: Sample) => expectValue(sample.acPresent) === present;
    await sampleUntil(bench, 500, 0, shows(true));
    bench.sim.apply({ kind: "ac", present: false });
    await sampleUntil(bench, 500, 2500, shows(false));
    bench.sim.apply({ kind: "ac", present: true });
    await sampleUntil(bench, 500, 2500, shows(true));
  });
}

function button(board: Board): void {
  it("tells a press once, and not before it came", async () => {
    const bench = benchFor(board);
    const presses: string[] = [];
    bench.device.onButton((action) => presses.push(action));
    await bench.start();
    const live = async () => {
      for (let looks = 0; looks < 8; looks += 1) {
        await bench.sample();
        await bench.clock.advance(500);
      }
    };
    await live();
    expect(presses).toEqual([]);
    bench.sim.apply({ kind: "button", action: "power_off" });
    await live();
    expect(presses).toEqual(["power_off"]);
  });
}

function line(board: Board): void {
  it("reports both edges at once", async () => {
    const bench = benchFor(board);
    await bench.start();
    bench.sim.apply({ kind: "ac", present: false });
    expect(bench.edges).toEqual([false]);
    bench.sim.apply({ kind: "ac", present: true });
    expect(bench.edges).toEqual([false, true]);
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
    describe("physics", () => physics(board));
    describe("outage", () => outage(board));
    describe("faults", () => faults(board));
    if (can(board, "ac")) describe("mains", () => mains(board));
    if (hasButton(board)) describe("button", () => button(board));
    if (board.lines.acPresent !== undefined) describe("mains line", () => line(board));
  });
}
