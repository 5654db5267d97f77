// Snapshot to wire values: names, units, and that what is unknown or cannot be sensed is never turned into a number.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Instant, Sense, Snapshot } from "../../agent/src/core/model.ts";
import { senses as allSenses } from "../../agent/src/core/model.ts";
import { valuesFor } from "../../agent/src/ha/capabilities.ts";
import { rounded } from "../../agent/src/ha/dead-band.ts";
import { toValues } from "../../agent/src/ha/values.ts";
import { values } from "../../agent/src/protocol/values.ts";
import { startMs } from "./support/clocks.ts";
import { example } from "./support/examples.ts";

const at: Instant = { monoMs: 0, wallMs: startMs, utcOffsetMin: 60 };
const senses = new Set<Sense>(["ac", "voltage", "charge", "charging", "temperature"]);
const x1201 = valuesFor(senses, false);

const onMains: Snapshot = {
  at,
  power: "on_mains",
  powerSince: at,
  acPresent: true,
  chargePct: 96.21,
  chargePctRaw: 96.21,
  cellMv: 4141.25,
  packMv: 4141.25,
  charging: false,
  temperatureC: 48.3,
  chargeEstimated: false,
  healthPct: null,
  capacityMah: null,
  resistanceMohm: null,
  runtime: { kind: "unknown", why: "on mains" },
  health: "unknown",
  cycles: 3.2,
  batteryLow: false,
  faults: [],
  stale: false,
  lastGoodAt: at,
  shutdown: { kind: "idle" },
};

describe("toValues", () => {
  it("gives the contract's full state for an X1201 on mains", () => {
    const { values: expected } = example<{ values: object }>("state", "full state on mains");
    expect(rounded(toValues(onMains, x1201))).toEqual(expected);
  });

  it("has no health without a current, and no runtime where no outage is seen", () => {
    const withCurrent = toValues(onMains, valuesFor(new Set<Sense>([...senses, "current"]), false));
    expect(withCurrent).toMatchObject({ health: null, health_percent: null });
    const blind = Object.keys(toValues(onMains, valuesFor(new Set<Sense>(["voltage", "charge"]), false)));
    expect(blind).toContain("battery_percent");
    expect(blind.filter((key) => key.startsWith("runtime") || key.startsWith("health"))).toEqual([]);
  });

  it("says of a percent whether it is an estimate, and nothing while there is none", () => {
    const estimated = { ...onMains, chargeEstimated: true };
    expect(toValues(estimated, x1201)).toMatchObject({ battery_percent_estimated: true });
    expect(toValues({ ...estimated, chargePct: null }, x1201)).toMatchObject({
      battery_percent_estimated: null,
    });
    expect(valuesFor(new Set<Sense>(["voltage"]), false)).not.toContain("battery_percent_estimated");
  });

  it("tells a countdown with deadline, reason, sentence and who asked", () => {
    const shutdown: Snapshot["shutdown"] = {
      kind: "counting_down",
      deadline: at,
      since: at,
      reason: "battery_percent_critical",
      text: "Battery at 10 %, limit 10 %.",
      by: { kind: "battery" },
    };
    const { values: expected } = example<{ values: object }>("state", "countdown");
    expect(toValues({ ...onMains, shutdown }, x1201)).toMatchObject(expected);
  });

  it("has no deadline once the shutdown runs, but still the reason", () => {
    const by = { kind: "home_assistant", user: "Ada" } as const;
    const shutdown = { kind: "executing", since: at, reason: "requested", text: "maintenance", by } as const;
    expect(toValues({ ...onMains, shutdown }, x1201)).toMatchObject({
      shutdown_state: "executing",
      shutdown_deadline: null,
      shutdown_reason: "requested",
      shutdown_by: "home_assistant",
    });
  });

  it("says since when it runs on battery", () => {
    const out = toValues({ ...onMains, power: "on_battery", acPresent: false }, x1201);
    expect(out).toMatchObject({ ac_present: false, on_battery_since: "2026-11-23T04:18:14.123+01:00" });
  });

  it("names the worst fault", () => {
    const faults = [
      { code: "A", message: "The gauge is silent.", since: at },
      { code: "B", message: "Warm.", since: at },
    ];
    expect(toValues({ ...onMains, faults }, x1201)).toMatchObject({
      problem: true,
      problem_message: "The gauge is silent.",
    });
  });

  it("turns nothing unknown into a number", () => {
    const blank: Snapshot = {
      ...onMains,
      acPresent: null,
      chargePct: null,
      packMv: null,
      charging: null,
      temperatureC: null,
      batteryLow: null,
    };
    const out = rounded(toValues(blank, x1201));
    for (const key of ["ac_present", "battery_percent", "battery_voltage_v", "charging", "temperature_c"]) {
      expect(out[key as keyof typeof out], key).toBeNull();
    }
  });

  it("has exactly the keys of the board's senses, whatever they are", async () => {
    await fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...allSenses)), (list) => {
        const has = new Set(list);
        const out = toValues({ ...onMains, currentMa: 100, powerMw: 410 }, valuesFor(has, true));
        expect("ac_present" in out).toBe(has.has("ac"));
        expect("battery_percent_estimated" in out).toBe(has.has("charge"));
        expect("battery_current_a" in out).toBe(has.has("current"));
        expect("temperature_c" in out).toBe(has.has("temperature"));
        expect("dc_out_voltage_v" in out).toBe(has.has("dc_out"));
        expect("problem" in out).toBe(true);
        for (const key of Object.keys(out)) expect(Object.keys(values)).toContain(key);
      }),
    );
  });

  it.each([
    [4.4, 4],
    [59.6, 60],
    [61, 60],
    [64, 65],
    [182, 180],
  ])("rounds a runtime of %s min to %s", (minutes, expected) => {
    const out = toValues({ ...onMains, runtime: { kind: "estimate", minutes, confidence: "medium" } }, x1201);
    expect(rounded(out).runtime_min).toBe(expected);
  });

  it("shows a settling runtime as such", () => {
    const out = toValues({ ...onMains, runtime: { kind: "settling", minutes: null } }, x1201);
    expect(out).toMatchObject({ runtime_min: null, runtime_settling: true });
  });
});
