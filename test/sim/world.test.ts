// The running world: what people do to it, what the registers then say, and what survives on disk.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { findBoard } from "../../agent/src/boards/registry.ts";
import { socToPct, vcellToMv } from "../../agent/src/drivers/max1704x.ts";
import { applyToStore, createSimStore, keepSaved } from "../../agent/src/platform/sim-store.ts";
import type { SimCommand } from "../../agent/src/ports/control.ts";
import type { I2cBus } from "../../agent/src/ports/ports.ts";
import { seededRandom } from "../../agent/src/sim/random.ts";
import { applyToSaved, parseSaved, type SimSaved } from "../../agent/src/sim/saved-world.ts";
import { garble } from "../../agent/src/sim/sim-i2c-bus.ts";
import { createSimulator, type SimOptions } from "../../agent/src/sim/world.ts";
import { VirtualClock } from "./virtual-clock.ts";

function x1201() {
  const board = findBoard("x1201");
  if (board === null) throw new Error("x1201 is gone");
  return board;
}

function start(options: SimOptions = {}, clock = new VirtualClock()) {
  return { clock, sim: createSimulator({ board: x1201(), clock, options }) };
}

async function word(i2c: I2cBus, register: number): Promise<number> {
  const result = await i2c.read(0x36, register, 2);
  if (!result.ok) throw new Error(result.message);
  const [high = 0, low = 0] = result.value;
  return (high << 8) | low;
}

describe("bus", () => {
  it("acknowledges the gauge's address and no other", async () => {
    const { sim } = start();
    for (let address = 0x03; address <= 0x77; address += 1) {
      const result = await sim.i2c.read(address, 0x08, 2);
      expect(result.ok).toBe(address === 0x36);
      if (!result.ok) expect(result.code).toBe("PI_UPS_I2C_NACK");
    }
  });

  it("takes its time when told to", async () => {
    const { clock, sim } = start({ latencyMs: 3 });
    const before = clock.now().monoMs;
    await clock.until(sim.i2c.read(0x36, 0x02, 2));
    expect(clock.now().monoMs - before).toBe(3);
  });

  it("garbles in the same way for the same seed, and not at all when cleared", async () => {
    const read = async (seed: number) => {
      const { sim } = start({ seed });
      sim.apply({ kind: "fault", fault: "i2c-garbage", forMs: null });
      const words: number[] = [];
      for (let count = 0; count < 20; count += 1) words.push(await word(sim.i2c, 0x08));
      sim.apply({ kind: "clear" });
      expect(await word(sim.i2c, 0x08)).toBe(0x0003);
      return words;
    };
    expect(await read(5)).toEqual(await read(5));
    expect(await read(5)).not.toEqual(await read(6));
  });

  it("garbles without changing the number of bytes", () => {
    const random = seededRandom(3);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), (bytes) => {
        expect(garble(bytes, random)).toHaveLength(bytes.length);
      }),
    );
  });
});

describe("gauge", () => {
  it("follows the pack down in the SOC register, and VCELL follows the terminals", async () => {
    const { clock, sim } = start({ chargePct: 90, loadW: 6 });
    sim.apply({ kind: "ac", present: false });
    let last = 100;
    for (let minutes = 0; minutes < 120; minutes += 5) {
      await clock.advance(300_000);
      const shown = socToPct(await word(sim.i2c, 0x04));
      expect(shown).toBeLessThan(last);
      expect(Math.abs(shown - sim.truth().gaugePct)).toBeLessThan(0.05);
      expect(Math.abs(vcellToMv(await word(sim.i2c, 0x02)) - sim.truth().cellMv)).toBeLessThan(1);
      last = shown;
    }
    expect(last).toBeLessThan(40);
  });

  it("is pessimistic when nearly empty and right when full", () => {
    const { sim } = start({ chargePct: 100 });
    expect(sim.truth().chargePct).toBeCloseTo(100, 6);
    sim.apply({ kind: "battery", percent: 0 });
    expect(sim.truth().gaugePct).toBeCloseTo(0, 6);
    expect(sim.truth().chargePct).toBeGreaterThan(2);
  });

  it("is misled by a quick-start under load, and learns again", async () => {
    const { clock, sim } = start({ chargePct: 70, loadW: 15 });
    sim.apply({ kind: "ac", present: false });
    await clock.advance(60_000);
    await sim.i2c.write(0x36, 0x06, Uint8Array.of(0x40, 0x00));
    const misled = sim.truth();
    expect(misled.gaugePct).toBeLessThan(misled.chargePct - 10);
    sim.apply({ kind: "load", watts: 0 });
    await clock.advance(4 * 3_600_000);
    const learned = sim.truth();
    expect(learned.chargePct - learned.gaugePct).toBeLessThan(3);
  });
});

describe("speed", () => {
  it("makes the battery's time run, not the clock's", async () => {
    const slow = start({ chargePct: 80, loadW: 8 });
    const fast = start({ chargePct: 80, loadW: 8, speed: 60 });
    for (const { sim } of [slow, fast]) sim.apply({ kind: "ac", present: false });
    await slow.clock.advance(60 * 60_000);
    await fast.clock.advance(60_000);
    expect(fast.sim.truth().chargePct).toBeCloseTo(slow.sim.truth().chargePct, 1);
    expect(fast.clock.now().monoMs).toBeLessThan(slow.clock.now().monoMs);
  });

  it("does not shorten a fault", async () => {
    const { clock, sim } = start({ speed: 60 });
    sim.apply({ kind: "fault", fault: "i2c-nack", forMs: 10_000 });
    await clock.advance(9999);
    expect(sim.truth().faults).toEqual(["i2c-nack"]);
    await clock.advance(1);
    expect(sim.truth().faults).toEqual([]);
  });
});

describe("answers", () => {
  it("say what the world is now", () => {
    const { sim } = start({ chargePct: 80 });
    const answer = sim.apply({ kind: "ac", present: false });
    expect(answer).toMatchObject({ accepted: true, code: null });
    expect(answer.message).toMatch(
      /^mains off; battery 80\.0 % at 3\.\d{3} V, giving \d\.\d\d A; Pi on, taking 6 W; 48 °C; time x1; no faults$/,
    );
    sim.apply({ kind: "fault", fault: "i2c-nack", forMs: 10_000 });
    expect(sim.describe()).toContain("faults: i2c-nack for 10 s more");
  });

  it("refuse what cannot be, and change nothing", () => {
    const { sim } = start();
    const before = sim.truth();
    const impossible: SimCommand[] = [
      { kind: "load", watts: -1 },
      { kind: "load", watts: Number.NaN },
      { kind: "battery", percent: 101 },
      { kind: "temperature", celsius: 1000 },
      { kind: "speed", factor: 0 },
    ];
    for (const command of impossible) {
      const answer = sim.apply(command);
      expect(answer).toMatchObject({ accepted: false, code: "PI_UPS_SIM_BAD_COMMAND" });
      expect(answer.message).toContain("Expected is");
    }
    expect(sim.truth()).toEqual(before);
  });
});

describe("power switch", () => {
  it("ends the load and leaves the world to itself", async () => {
    const { clock, sim } = start({ chargePct: 50, loadW: 12 });
    sim.apply({ kind: "ac", present: false });
    await clock.advance(1000);
    sim.powerOff();
    sim.powerOff();
    expect(clock.waiting).toBe(0);
    const before = sim.truth();
    expect(before).toMatchObject({ pi: "off", currentMa: 0 });
    await clock.advance(3_600_000);
    expect(sim.truth().chargePct).toBeCloseTo(before.chargePct, 1);
    sim.powerOn();
    expect(sim.truth().currentMa).toBeLessThan(-2000);
    sim.stop();
    expect(clock.waiting).toBe(0);
  });

  it("calls back on blackout, once, and tells that something changed", async () => {
    const calls: string[] = [];
    const { clock, sim } = start({
      chargePct: 1,
      loadW: 15,
      speed: 100,
      onBlackout: () => calls.push("blackout"),
      onChange: () => calls.push("change"),
    });
    sim.apply({ kind: "ac", present: false });
    await clock.advance(60_000);
    expect(calls).toEqual(["change", "change", "blackout"]);
  });
});

describe("any life of a world", () => {
  const command: fc.Arbitrary<SimCommand> = fc.oneof(
    fc.record({ kind: fc.constant("ac" as const), present: fc.boolean() }),
    fc.record({ kind: fc.constant("load" as const), watts: fc.double({ min: 0, max: 60, noNaN: true }) }),
    fc.record({
      kind: fc.constant("battery" as const),
      percent: fc.double({ min: 0, max: 100, noNaN: true }),
    }),
    fc.record({
      kind: fc.constant("speed" as const),
      factor: fc.double({ min: 0.1, max: 1000, noNaN: true }),
    }),
  );

  it("keeps charge, gauge and voltage within what can be", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(command, fc.integer({ min: 0, max: 20_000 })), { maxLength: 12 }),
        async (life) => {
          const { clock, sim } = start();
          for (const [next, ms] of life) {
            expect(sim.apply(next).accepted).toBe(true);
            await clock.advance(ms);
            const truth = sim.truth();
            expect(truth.chargePct).toBeGreaterThanOrEqual(0);
            expect(truth.chargePct).toBeLessThanOrEqual(100);
            expect(truth.gaugePct).toBeGreaterThanOrEqual(0);
            expect(truth.gaugePct).toBeLessThanOrEqual(101);
            expect(truth.cellMv).toBeGreaterThan(0);
            expect(truth.cellMv).toBeLessThanOrEqual(4201);
            if (truth.pi === "on" && truth.currentMa >= 0) expect(truth.cellMv).toBeGreaterThan(2500);
          }
          sim.stop();
          expect(clock.waiting).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("saved world", () => {
  it("comes back as it was", async () => {
    const clock = new VirtualClock();
    const { sim } = start({ chargePct: 70, loadW: 9, speed: 5, temperatureC: 61 }, clock);
    sim.apply({ kind: "ac", present: false });
    sim.apply({ kind: "fault", fault: "gauge-stuck", forMs: 60_000 });
    await clock.advance(10_000);
    const saved = JSON.parse(JSON.stringify(sim.save()));
    const parsed = parseSaved(saved);
    if (!parsed.ok) throw new Error(parsed.message);
    const again = createSimulator({ board: x1201(), clock, saved: parsed.value });
    expect(again.truth()).toEqual(sim.truth());
    await clock.advance(50_000);
    expect(again.truth().faults).toEqual([]);
    const other = findBoard("x1206");
    if (other === null) throw new Error("x1206 is gone");
    expect(createSimulator({ board: other, clock, saved: parsed.value }).truth().acPresent).toBe(true);
  });

  it("keeps a commanded speed over a restart, unless the options ask for another one", () => {
    const clock = new VirtualClock();
    const again = (saved: SimSaved, options: SimOptions) =>
      createSimulator({ board: x1201(), clock, options, saved });
    const { sim } = start({ speed: 2 }, clock);
    sim.apply({ kind: "speed", factor: 60 });
    expect(again(sim.save(), { speed: 2 }).truth().speed).toBe(60);
    expect(again(again(sim.save(), { speed: 2 }).save(), { speed: 2 }).truth().speed).toBe(60);
    expect(again(sim.save(), {}).truth().speed).toBe(60);
    expect(again(sim.save(), { speed: 5 }).truth().speed).toBe(5);
    const { saved } = applyToSaved(sim.save(), { kind: "show" }, x1201(), clock.now().wallMs);
    expect(again(saved, { speed: 2 }).truth().speed).toBe(60);
  });

  it("charges while the Pi is off and mains is there", async () => {
    const clock = new VirtualClock();
    const { sim } = start({ chargePct: 30 }, clock);
    sim.powerOff();
    const saved = sim.save();
    await clock.advance(8 * 3_600_000);
    const next = createSimulator({ board: x1201(), clock, saved });
    expect(next.truth().pi).toBe("on");
    expect(next.truth().chargePct).toBeGreaterThan(98);
  });

  it("loses a little while the Pi is off and mains is away", async () => {
    const clock = new VirtualClock();
    const { sim } = start({ chargePct: 30 }, clock);
    sim.apply({ kind: "ac", present: false });
    sim.powerOff();
    const before = sim.truth().chargePct;
    const saved = sim.save();
    await clock.advance(10 * 86_400_000);
    const after = createSimulator({ board: x1201(), clock, saved }).truth().chargePct;
    expect(before - after).toBeCloseTo(4.3, 1);
  });

  it("does not drain overnight a Pi that nobody simulated, nor go backwards with the clock", async () => {
    const clock = new VirtualClock();
    const { sim } = start({ chargePct: 30, loadW: 10 }, clock);
    sim.apply({ kind: "ac", present: false });
    const saved = sim.save();
    const before = sim.truth().chargePct;
    const past = createSimulator({ board: x1201(), clock: new VirtualClock(0), saved });
    expect(past.truth().chargePct).toBe(before);
    await clock.advance(12 * 3_600_000);
    const next = createSimulator({ board: x1201(), clock, saved });
    expect(next.truth().chargePct).toBeGreaterThan(before - 2);
  });

  it("obeys a command at the time it is given", () => {
    const { sim, clock } = start({ chargePct: 30 });
    sim.apply({ kind: "ac", present: false });
    sim.powerOff();
    const saved = sim.save();
    const laterMs = clock.now().wallMs + 3_600_000;
    const { saved: plugged, answer } = applyToSaved(saved, { kind: "ac", present: true }, x1201(), laterMs);
    expect(answer).toMatchObject({ accepted: true });
    expect(plugged).toMatchObject({ version: 1, ac: true, pi: "off", saved_at_ms: laterMs });
    const hourOn = applyToSaved(plugged, { kind: "show" }, x1201(), laterMs + 3_600_000).saved;
    expect(hourOn.charge_pct).toBeGreaterThan(plugged.charge_pct + 30);
    expect(applyToSaved(saved, { kind: "load", watts: 1e6 }, x1201(), laterMs).answer.accepted).toBe(false);
  });

  it.each([
    [{}, "version"],
    [{ version: 2 }, "version"],
    ["text", "the whole"],
    [{ ...start().sim.save(), charge_pct: 140 }, "charge_pct"],
    [{ ...start().sim.save(), faults: [{ fault: "fire", until_ms: null, held_ac: true }] }, "faults.0.fault"],
  ])("refuses %j", (value, where) => {
    const result = parseSaved(value);
    expect(result).toMatchObject({ ok: false, code: "PI_UPS_SIM_SAVED_INVALID" });
    expect(!result.ok && result.message).toContain(where);
  });
});

describe("the file", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  function path(): string {
    const folder = mkdtempSync(join(tmpdir(), "pi-ups-sim-"));
    folders.push(folder);
    return join(folder, "deeper", "sim.json");
  }

  it("is absent at first, then whole, with nothing left beside it", () => {
    const store = createSimStore(path());
    expect(store.load()).toEqual({ ok: true, value: null });
    const { sim } = start();
    store.save(sim.save());
    expect(store.load()).toEqual({ ok: true, value: sim.save() });
    expect(readdirSync(join(store.path, ".."))).toEqual(["sim.json"]);
  });

  it("obeys without an agent, and a refusal leaves the file alone", () => {
    const store = createSimStore(path());
    const wallMs = Date.UTC(2026, 10, 21, 12);
    expect(applyToStore(store, { kind: "ac", present: true }, wallMs)).toMatchObject({
      accepted: false,
      code: "PI_UPS_SIM_NO_WORLD",
    });
    const { sim } = start();
    sim.apply({ kind: "ac", present: false });
    sim.powerOff();
    store.save(sim.save());
    expect(applyToStore(store, { kind: "ac", present: true }, wallMs).accepted).toBe(true);
    expect(store.load()).toMatchObject({ value: { ac: true, pi: "off" } });
    const before = readFileSync(store.path, "utf8");
    expect(applyToStore(store, { kind: "speed", factor: -1 }, wallMs).accepted).toBe(false);
    expect(readFileSync(store.path, "utf8")).toBe(before);
  });

  it("says what is wrong with a broken file", () => {
    const store = createSimStore(path());
    store.save(start().sim.save());
    for (const text of ["{", '{"version":1}', JSON.stringify({ ...start().sim.save(), board: "x9" })]) {
      writeFileSync(store.path, text);
      const answer = applyToStore(store, { kind: "show" }, 0);
      expect(answer).toMatchObject({ accepted: false, code: "PI_UPS_SIM_SAVED_INVALID" });
      expect(answer.message).toContain(store.path);
    }
  });

  it("is kept up to date until it is told to end", async () => {
    const store = createSimStore(path());
    const { clock, sim } = start({ chargePct: 50, loadW: 10, speed: 10 });
    const end = keepSaved(store, sim, clock, 10_000);
    sim.apply({ kind: "ac", present: false });
    await clock.advance(30_000);
    const kept = store.load();
    expect(kept.ok && kept.value?.ac).toBe(false);
    await clock.advance(5000);
    end();
    end();
    expect(store.load()).toEqual({ ok: true, value: sim.save() });
    sim.stop();
    expect(clock.waiting).toBe(0);
  });
});
