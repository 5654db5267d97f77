// The core behind the real driver on the register simulator: what the physics of a pack and the simulator's faults lead to.
import { describe, expect, it } from "vitest";
import { findBoard } from "../../agent/src/boards/registry.ts";
import { initialState, nextWakeMonoMs, snapshot, step } from "../../agent/src/core/core.ts";
import type { CoreInput, Effect } from "../../agent/src/core/engine.ts";
import type { SimCommand } from "../../agent/src/ports/control.ts";
import { benchFor } from "../drivers/board-bench.ts";
import { config } from "./support/run.ts";

class Line {
  readonly #bench;
  readonly #config = config();
  readonly effects: Effect[] = [];
  #state = initialState;

  constructor(batteryPct: number, speed = 1, loadW = 8) {
    const board = findBoard("x1201");
    if (board === null) throw new Error("the registry has no x1201");
    this.#bench = benchFor(board, { chargePct: batteryPct, speed, loadW });
    this.#bench.device.onAcEdge((acPresent) => this.#feed({ type: "ac_edge", at: this.#at, acPresent }));
  }

  get #at() {
    return this.#bench.clock.now();
  }

  get types() {
    return this.effects.flatMap((effect) => (effect.type === "record" ? [effect.event.type] : []));
  }

  get faults() {
    return this.effects.flatMap((effect) =>
      effect.type === "record" && effect.event.type === "ups_fault" ? [effect.event.value] : [],
    );
  }

  get now() {
    return snapshot(this.#state, this.#config, this.#at);
  }

  get poweredOff() {
    return this.effects.some((effect) => effect.type === "power_off");
  }

  get truth() {
    return this.#bench.sim.truth();
  }

  #feed(input: CoreInput): void {
    const { state, effects } = step(this.#state, input, this.#config);
    this.#state = state;
    this.effects.push(...effects);
  }

  async start(): Promise<this> {
    await this.#bench.start();
    const counters = { dischargedPct: 0 };
    this.#feed({ type: "started", at: this.#at, lastRun: { kind: "none" }, counters });
    return this;
  }

  sim(command: SimCommand): this {
    expect(this.#bench.sim.apply(command)).toMatchObject({ accepted: true });
    return this;
  }

  async #pass(ms: number): Promise<void> {
    const end = this.#at.monoMs + ms;
    for (;;) {
      const wake = nextWakeMonoMs(this.#state, this.#config);
      if (wake === null || wake > end) break;
      await this.#bench.clock.advance(Math.max(0, wake - this.#at.monoMs));
      this.#feed({ type: "tick", at: this.#at });
    }
    await this.#bench.clock.advance(Math.max(0, end - this.#at.monoMs));
  }

  /** Samples once a second, until the time is over or the Pi is powered off. */
  async live(seconds: number): Promise<this> {
    for (let second = 0; second < seconds && !this.poweredOff; second += 1) {
      const sample = await this.#bench.sample();
      this.#feed({ type: "sample", at: this.#at, sample });
      await this.#pass(1000);
    }
    return this;
  }
}

const ac = (present: boolean): SimCommand => ({ kind: "ac", present });

describe("the core on the register simulator", { timeout: 60_000 }, () => {
  it.each([
    [1, 9],
    // Half a minute of grace is half an hour of this pack, which it does not have: the end comes early, and in order.
    [60, 1],
  ])("tells an outage to its orderly end (speed %i, more than %i % left)", async (speed, leftPct) => {
    const line = await new Line(23, speed, 6).start();
    await line.live(20);
    line.sim(ac(false));
    await line.live(12_000);
    const story = line.types.filter((type) => !type.startsWith("charging"));
    expect([...new Set(story)]).toEqual([
      "agent_started",
      "ac_power_loss",
      "battery_voltage_low",
      "battery_voltage_critical",
      "shutdown_scheduled",
      "shutdown_started",
    ]);
    expect(line.truth.pi).toBe("on");
    expect(line.truth.chargePct).toBeGreaterThan(leftPct);
  });

  it("estimates the runtime well enough on a steady load", async () => {
    const line = await new Line(60).start();
    await line.live(10);
    line.sim(ac(false));
    await line.live(600);
    const { runtime } = line.now;
    if (runtime.kind !== "estimate") throw new Error(runtime.kind);
    const { chargePct, currentMa } = line.truth;
    // The cells of the simulated X1201 are 6,000 mAh together, and the current rises as the voltage falls.
    const naive = ((chargePct - 10) / 100) * (6000 / -currentMa) * 60;
    expect(runtime.minutes / naive).toBeGreaterThan(0.75);
    expect(runtime.minutes / naive).toBeLessThan(1.25);
  });

  it("sees the charge after an outage, and no fault in the whole of it", async () => {
    const line = await new Line(70).start();
    await line.live(5);
    line.sim(ac(false));
    await line.live(300);
    line.sim(ac(true));
    await line.live(400);
    expect(line.types).toContain("ac_power_restored");
    expect(line.types.at(-1)).toBe("charging_started");
    expect(line.now.charging).toBe(true);
    expect(line.faults).toEqual([]);
  });

  it("takes a load step for a load step", async () => {
    const line = await new Line(60).start();
    await line.live(5);
    line.sim(ac(false));
    await line.live(300);
    line.sim({ kind: "load", watts: 14 });
    await line.live(10);
    expect(line.now.runtime.kind).toBe("settling");
    await line.live(120);
    expect(line.now.runtime.kind).toBe("estimate");
    expect(line.faults).toEqual([]);
  });

  it("gives a heavy load its whole grace: a sag is not yet an empty battery", async () => {
    const line = await new Line(52).start();
    await line.live(5);
    line.sim(ac(false)).sim({ kind: "load", watts: 24 });
    await line.live(15);
    expect(line.now.cellMv).toBeLessThan(3100);
    expect(line.now.shutdown).toMatchObject({ kind: "counting_down", reason: "battery_voltage_critical" });
    line.sim({ kind: "load", watts: 6 });
    await line.live(60);
    expect(line.poweredOff).toBe(false);
    expect(line.types.at(-1)).toBe("shutdown_cancelled");
  });

  it.each(["i2c-nack", "i2c-garbage"] as const)(
    "keeps the last good figures through %s on battery and never powers off for it",
    async (fault) => {
      const line = await new Line(60).start();
      await line.live(5);
      line.sim(ac(false));
      await line.live(30);
      const { chargePct } = line.now;
      line.sim({ kind: "fault", fault, forMs: 120_000 });
      await line.live(110);
      expect(line.faults).toEqual(["PI_UPS_GAUGE_SILENT"]);
      expect(line.now).toMatchObject({ stale: true, shutdown: { kind: "idle" } });
      expect(Math.abs((line.now.chargePct ?? 0) - (chargePct ?? 0))).toBeLessThan(1);
      await line.live(60);
      expect(line.types.at(-1)).toBe("ups_fault_cleared");
      expect(line.now).toMatchObject({ stale: false, faults: [] });
    },
  );

  it("finds a gauge that hangs on battery", async () => {
    const line = await new Line(60).start();
    await line.live(5);
    line.sim(ac(false)).sim({ kind: "fault", fault: "gauge-stuck", forMs: null });
    await line.live(310);
    expect(line.faults).toEqual(["PI_UPS_GAUGE_STUCK"]);
    line.sim({ kind: "clear" });
    await line.live(10);
    expect(line.now.faults).toEqual([]);
  });

  it("finds a pin that is stuck at present in a real outage", async () => {
    const line = await new Line(60).start();
    await line.live(5);
    line.sim({ kind: "fault", fault: "ac-pin-stuck", forMs: null }).sim(ac(false));
    await line.live(600);
    expect(line.faults).toEqual(["PI_UPS_AC_PRESENT_BUT_FALLING"]);
    expect(line.types).not.toContain("ac_power_loss");
  });

  it("does not power off a Pi on mains whose pin is stuck at lost and whose battery is nearly empty but charging", async () => {
    const line = await new Line(8).start();
    line.sim(ac(false));
    line.sim({ kind: "fault", fault: "ac-pin-stuck", forMs: null }).sim(ac(true));
    await line.live(900);
    expect(line.poweredOff).toBe(false);
    expect(line.types).toContain("ac_power_loss");
    expect(line.faults).toEqual(["PI_UPS_AC_LOST_BUT_RISING"]);
    expect(line.truth.chargePct).toBeGreaterThan(10);
  });
});
