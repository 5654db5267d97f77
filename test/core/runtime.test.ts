// Minutes left: unknown until measured, robust against the gauge's steps, honest about what it is based on.
import { describe, expect, it } from "vitest";
import { defaultThresholds } from "../../agent/src/core/config-defaults.ts";
import type { RuntimeEstimate } from "../../agent/src/core/model.ts";
import { gauge, look, onBattery, onMains, Run } from "./support/run.ts";
import { measuredX1206 } from "./support/x1206.ts";

function minutes(runtime: RuntimeEstimate): number | null {
  return runtime.kind === "unknown" ? null : runtime.minutes;
}

/** A falling percent as the 1/256 % register shows it. */
const register = (pct: number) => Math.floor(pct * 256) / 256;

describe("runtime", () => {
  it("is unknown on mains before the first outage, and says why", () => {
    expect(onMains().now.runtime).toEqual({ kind: "unknown", why: "no outage measured yet" });
  });

  it("settles first, then counts down to the critical percent", () => {
    const run = onBattery(80);
    expect(run.now.runtime).toEqual({ kind: "settling", minutes: null });
    run.watch(300, (s) => look(false, register(80 - s / 120)));
    const estimate = run.now.runtime;
    expect(estimate.kind).toBe("estimate");
    // Half a point a minute, from 77.5 % to 10 %: 135 minutes, less what the sinking voltage costs at a steady power.
    expect(minutes(estimate)).toBeLessThan(135);
    expect(minutes(estimate)).toBeGreaterThan(122);
  });

  it("is not fooled by outliers in one of five readings", () => {
    const run = onBattery(80);
    run.watch(600, (s) => look(false, register(80 - s / 120 + (s % 25 === 0 ? 3 : 0))));
    expect(Math.abs((minutes(run.now.runtime) ?? 0) - 130)).toBeLessThan(13);
  });

  it("settles again after a load step, with the last known slope, and finds the new one", () => {
    const run = onBattery(80).watch(300, (s) => look(false, register(80 - s / 120), 3900));
    const before = minutes(run.now.runtime) ?? 0;
    run.watch(5, look(false, 77.5, 3820));
    expect(run.now.runtime.kind).toBe("settling");
    expect(Math.abs((minutes(run.now.runtime) ?? 0) - before)).toBeLessThan(5);
    run.watch(300, (s) => look(false, register(77.5 - s / 40), 3820));
    expect(run.now.runtime.kind).toBe("estimate");
    expect(Math.abs((minutes(run.now.runtime) ?? 0) - 40)).toBeLessThan(4);
  });

  it("on mains is what an outage would last by the last one, for the charge of now", () => {
    const run = onBattery(80).watch(300, (s) => look(false, register(80 - s / 120)));
    run.watch(20, look(true, 77.5)).watch(10, look(true, 60)).watch(5, look(true, 60));
    const { runtime } = run.now;
    expect(runtime.kind).toBe("estimate");
    expect(Math.abs((minutes(runtime) ?? 0) - 100)).toBeLessThan(8);
  });

  it("is unknown while the percent stands still", () => {
    const run = onBattery(80).watch(120, (s) => look(false, 80, 3980 - (s % 2)));
    expect(run.now.runtime).toEqual({ kind: "unknown", why: "the battery has not fallen enough yet" });
  });

  it("is unknown while mains is", () => {
    const run = new Run({ senses: new Set(["voltage", "charge"]) }).start().watch(600, look(false, 50));
    expect(run.now.runtime).toEqual({ kind: "unknown", why: "mains state unknown" });
  });

  it("is 0 below the critical percent, never less", () => {
    const run = onBattery(12).watch(200, (s) => look(false, register(12 - s / 40)));
    run.cancel();
    expect(minutes(run.now.runtime)).toBe(0);
  });
});

/** Replays the measured discharge until the power-off; returns the hours it took. */
function discharge(run: Run, each: (second: number) => void = () => {}): number {
  run.edge(false);
  for (let second = 0; second < 9.3 * 3600; second += 1) {
    const { pct, mv } = measuredX1206(second / 3600);
    each(second);
    run.watch(1, { ...look(false, 50), gauge: gauge(register(pct), Math.round(mv / 1.25) * 1.25) });
    if (run.poweredOff()) return second / 3600;
  }
  throw new Error("never powered off");
}

describe("the discharge that was measured on an X1206", () => {
  it("gives estimates within a factor of 2.2 in its first half, and powers off at 10 %", () => {
    const run = onMains(100);
    const ratios: number[] = [];
    const hours = discharge(run, (second) => {
      const left = minutes(run.now.runtime);
      if (second > 600 && second < 4.2 * 3600 && left !== null) ratios.push(left / (5.9 * 60 - second / 60));
    });
    expect(ratios.length).toBeGreaterThan(14_000);
    expect(Math.max(...ratios)).toBeLessThan(2.2);
    expect(Math.min(...ratios)).toBeGreaterThan(0.8);
    expect(hours).toBeCloseTo(5.9, 1);
    expect(run.last("shutdown_started").detail["reason"]).toBe("battery_percent_critical");
    expect(run.types, "a measured discharge is no contradiction").not.toContain("ups_fault");
    expect(run.now.cycles).toBeCloseTo(0.9, 2);
  });

  it("without a percent limit powers off by voltage: at 3.20 V, not at the 2.54 V of the field", () => {
    const thresholds = { ...defaultThresholds, lowPct: 1, criticalPct: -1 };
    const run = onMains(100, { thresholds });
    expect(discharge(run)).toBeCloseTo(7.46, 1);
    expect(run.now.cellMv).toBeGreaterThan(3190);
    expect(run.last("shutdown_started").detail["reason"]).toBe("battery_voltage_critical");
  });
});
