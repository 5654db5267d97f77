// The device over chips and lines: polarity by board data, edges, and going on when a part fails.
import { describe, expect, it } from "vitest";
import type { Board } from "../../agent/src/boards/board.ts";
import { findBoard } from "../../agent/src/boards/registry.ts";
import { createUpsDevice } from "../../agent/src/drivers/ups-device.ts";
import type { Gpio } from "../../agent/src/ports/ports.ts";
import { createSimulator } from "../../agent/src/sim/world.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { benchFor, expectValue, portsOf } from "./board-bench.ts";
import { mortal } from "./mortal-lines.ts";

function x1201(): Board {
  const board = findBoard("x1201");
  if (board === null) throw new Error("x1201 is gone");
  return board;
}

/** An X1201 whose mains pin says the opposite, as on the X728. */
function inverted(): Board {
  const board = x1201();
  return { ...board, lines: { ...board.lines, acPresent: { bcm: 6, trueWhen: "low", bias: "pull_down" } } };
}

/** The raw level of GPIO6, past all meaning. */
async function rawLevel(gpio: Gpio): Promise<boolean> {
  const input = expectValue(await gpio.input(6, "none"));
  const level = expectValue(await input.read());
  await input.close();
  return level;
}

describe("polarity", () => {
  it.each([
    ["x120x: high means present", x1201(), true],
    ["inverted: high means lost", inverted(), false],
  ])("%s", async (_name, board, highMeansPresent) => {
    const bench = benchFor(board);
    await bench.start();
    expect(await rawLevel(bench.sim.gpio)).toBe(highMeansPresent);
    bench.sim.apply({ kind: "ac", present: false });
    expect(await rawLevel(bench.sim.gpio)).toBe(!highMeansPresent);
    expect(bench.edges).toEqual([false]);
    expect(expectValue((await bench.sample()).acPresent)).toBe(false);
  });
});

describe("charge line", () => {
  it("is neither driven nor claimed: another owner keeps it, and it still stops the charger", async () => {
    const bench = benchFor(x1201(), { chargePct: 50 });
    await bench.start();
    expect(bench.sim.truth().currentMa).toBeGreaterThan(0);
    const other = expectValue(await bench.sim.gpio.output(16, true));
    expect(bench.sim.truth().currentMa).toBe(0);
    await bench.sample();
    expect(expectValue(await other.read())).toBe(true);
    await other.close();
    expect(bench.sim.truth().currentMa).toBeGreaterThan(0);
  });
});

describe("a line that cannot be opened", () => {
  it("fails the start, is in every sample as a failure, and is tried again after 30 s", async () => {
    const clock = new VirtualClock();
    const sim = createSimulator({ board: x1201(), clock });
    let tries = 0;
    const busy = { ok: false, code: "PI_UPS_GPIO_BUSY", message: "somebody has it" } as const;
    const gpio: Gpio = {
      input: (bcm, bias) => {
        tries += 1;
        return tries < 3 ? Promise.resolve(busy) : sim.gpio.input(bcm, bias);
      },
      output: (bcm, high) => sim.gpio.output(bcm, high),
      close: () => sim.gpio.close(),
    };
    const device = createUpsDevice(x1201(), { ...portsOf(sim), gpio, clock });
    const edges: boolean[] = [];
    device.onAcEdge((present) => edges.push(present));
    expect(await clock.until(device.start())).toMatchObject(busy);
    for (let second = 0; second < 29; second += 1) {
      const sample = await clock.until(device.sample());
      expect(sample.acPresent).toMatchObject(busy);
      expect(sample.gauge.ok).toBe(true);
      await clock.advance(1000);
    }
    expect(tries).toBe(1);
    await clock.advance(30_000);
    expect((await clock.until(device.sample())).acPresent).toMatchObject(busy);
    await clock.advance(30_000);
    expect(expectValue((await clock.until(device.sample())).acPresent)).toBe(true);
    expect(tries).toBe(3);
    sim.apply({ kind: "ac", present: false });
    expect(edges).toEqual([false]);
  });
});

describe("a line that dies while it is open", () => {
  function living() {
    const clock = new VirtualClock();
    const sim = createSimulator({ board: x1201(), clock });
    const lines = mortal(sim.gpio);
    const device = createUpsDevice(x1201(), { ...portsOf(sim), gpio: lines.gpio, clock });
    const edges: boolean[] = [];
    device.onAcEdge((present) => edges.push(present));
    return { clock, sim, device, edges, ...lines, sample: () => clock.until(device.sample()) };
  }

  it("is a failure in each sample, and is closed and opened again after the third", async () => {
    const { clock, sim, device, edges, died, die, counts, sample } = living();
    expectValue(await clock.until(device.start()));
    await clock.advance(60_000);
    die();
    for (let second = 0; second < 3; second += 1) {
      expect((await sample()).acPresent).toEqual(died);
      expect(counts()).toEqual({ opened: 1, closed: 0 });
      await clock.advance(1000);
    }
    sim.apply({ kind: "ac", present: false });
    expect(edges).toEqual([]);
    expect(expectValue((await sample()).acPresent)).toBe(false);
    expect(counts()).toEqual({ opened: 2, closed: 1 });
    sim.apply({ kind: "ac", present: true });
    expect(edges).toEqual([true]);
    await clock.until(device.stop());
    expect(counts()).toEqual({ opened: 2, closed: 2 });
  });

  it("again and again is opened every 30 s at most", async () => {
    const { clock, device, died, die, counts, sample } = living();
    await clock.until(device.start());
    die(true);
    for (let second = 0; second < 90; second += 1) {
      expect((await sample()).acPresent).toEqual(died);
      await clock.advance(1000);
    }
    expect(counts()).toEqual({ opened: 3, closed: 2 });
  });

  it("for a moment only stays open", async () => {
    const { clock, device, die, revive, counts, sample } = living();
    await clock.until(device.start());
    await clock.advance(60_000);
    for (const _ of [1, 2, 3]) {
      die();
      await sample();
      await sample();
      revive();
      expect(expectValue((await sample()).acPresent)).toBe(true);
    }
    expect(counts()).toEqual({ opened: 1, closed: 0 });
  });
});

describe("listeners", () => {
  it("are called each, and end each by their own function", async () => {
    const bench = benchFor(x1201());
    const seen: string[] = [];
    const listener = (name: string) => () => seen.push(name);
    const endFirst = bench.device.onAcEdge(listener("first"));
    bench.device.onAcEdge(listener("second"));
    await bench.start();
    bench.sim.apply({ kind: "ac", present: false });
    endFirst();
    endFirst();
    bench.sim.apply({ kind: "ac", present: true });
    expect(seen).toEqual(["first", "second", "second"]);
  });

  it("hear one edge once, however often start was called", async () => {
    const bench = benchFor(x1201());
    await bench.start();
    await bench.start();
    bench.sim.apply({ kind: "ac", present: false });
    expect(bench.edges).toEqual([false]);
  });
});

describe("two chips with the same switch", () => {
  it("the first one in the board's list has it, as it has what both sense", async () => {
    const chips = [
      { chip: "ups_plus", address: 0x17 },
      { chip: "waveshare_ups_hat_d_mcu", address: 0x2d },
    ] as const;
    const bench = benchFor({ ...x1201(), chips, lines: {} });
    await bench.start();
    await bench.clock.until(bench.device.controls().restartOnMains?.(true) ?? Promise.reject(new Error()));
    expect(bench.writes).toEqual(["23:25"]);
  });
});

describe("a start that takes long", () => {
  it("shares its look for a chip with a sample that is taken meanwhile", async () => {
    const bench = benchFor(x1201());
    let versions = 0;
    const i2c = {
      ...bench.i2c,
      read: async (address: number, register: number, length: number) => {
        if (register === 0x08) versions += 1;
        await bench.clock.sleep(10);
        return bench.i2c.read(address, register, length);
      },
    };
    const device = createUpsDevice(x1201(), { ...portsOf(bench.sim), i2c, clock: bench.clock });
    const [, sample] = await bench.clock.until(Promise.all([device.start(), device.sample()]));
    expect(sample.gauge.ok).toBe(true);
    // VERSION is read twice by one look.
    expect(versions).toBe(2);
  });
});
