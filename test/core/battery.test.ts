// What readings are believed, and what follows from believed ones: levels, charging, temperature, counters, contradictions.
import { describe, expect, it } from "vitest";
import { defaultThresholds } from "../../agent/src/core/config-defaults.ts";
import type { EventType } from "../../agent/src/core/model.ts";
import { gauge, good, look, nack, onBattery, onMains, Run, usualMv } from "./support/run.ts";

describe("a reading", () => {
  it.each([
    [0, 0],
    [50, 1999],
    [50, 4501],
    [50, 5119.92],
    [255.996, 3900],
    [110.1, 3900],
    [-0.1, 3900],
    [Number.NaN, 3900],
    [50, Number.POSITIVE_INFINITY],
    [0, 4000],
  ])("of %s %% at %s mV is refused; the last good one is kept, stale, with its time", (pct, mv) => {
    const run = onMains(80);
    const before = run.now.lastGoodAt;
    run.watch(3, { ...look(true, 80), gauge: gauge(pct, mv) });
    expect(run.now).toMatchObject({ chargePct: 80, cellMv: 3980, stale: true });
    expect(run.now.lastGoodAt).toEqual(before);
    expect(run.types).toEqual([]);
    run.watch(1, look(true, 80));
    expect(run.now.stale).toBe(false);
  });

  it.each([
    [106, 4200, 100],
    [100.4, 4190, 100],
    [0.2, 3300, 0.2],
    [0, 3250, 0],
  ])("of %s %% at %s mV is shown as %s %% and kept raw", (pct, mv, shown) => {
    const run = new Run().start().watch(5, { ...look(true, 80), gauge: gauge(pct, mv) });
    expect(run.now).toMatchObject({ chargePct: shown, chargePctRaw: pct, cellMv: mv, packMv: mv });
  });

  it("is never 0 % before the first good one: it is unknown", () => {
    const run = new Run().start().watch(10, { ...look(true, 80), gauge: nack });
    expect(run.now).toMatchObject({
      chargePct: null,
      cellMv: null,
      packMv: null,
      lastGoodAt: null,
      stale: false,
    });
    expect(run.now).toMatchObject({ batteryLow: null, runtime: { kind: "unknown" } });
    expect(run.last("ups_fault").message).toBe("No usable battery reading for 5 reads: No answer at 0x36.");
  });

  it.each([
    ["voltage", gauge(80, 3600)],
    ["percent", gauge(60, 3980)],
  ])("whose %s jumped counts after three that agree", (_what, jumped) => {
    const run = onMains(80).watch(2, { ...look(true, 80), gauge: jumped });
    expect(run.now).toMatchObject({ chargePct: 80, cellMv: 3980, stale: true });
    run.watch(1, { ...look(true, 80), gauge: jumped });
    expect(run.now).toMatchObject({ stale: false });
    expect(run.now.cellMv === 3600 || run.now.chargePct === 60).toBe(true);
    expect(run.types).toEqual([]);
  });

  it("whose jumps disagree with each other is never believed and becomes a fault", () => {
    const wild = [20, 50, 5, 40, 15, 33];
    const run = onMains(90).watch(60, (s) => look(true, wild[s % wild.length] ?? 0));
    expect(run.now).toMatchObject({ chargePct: 90, stale: true });
    expect(run.types).toEqual(["ups_fault"]);
  });

  it("without a sound current loses only the current", () => {
    const senses = new Set(["ac", "voltage", "charge", "current"] as const);
    const run = new Run({ senses }).start();
    run.sample({ gauge: good({ cellMv: 3900, chargePct: 70, currentMa: Number.NaN }) });
    expect(run.now).toMatchObject({ chargePct: 70, currentMa: null, powerMw: null });
    run.sample({ gauge: good({ cellMv: 3900, chargePct: 70, currentMa: -800 }) });
    expect(run.now).toMatchObject({ currentMa: -800, powerMw: -3120 });
  });

  it("fault ends after three good ones in a row, so that a bad contact does not make an event each second", () => {
    const run = onMains().watch(120, (s) =>
      s % 6 === 5 ? look(true, 80) : { ...look(true, 80), gauge: nack },
    );
    expect(run.types).toEqual(["ups_fault"]);
    run.watch(3, look(true, 80));
    expect(run.types).toEqual(["ups_fault", "ups_fault_cleared"]);
    expect(run.last("ups_fault_cleared")).toMatchObject({ value: "PI_UPS_GAUGE_SILENT" });
    // What it was and how long it lasted, but not what was to be done about it.
    expect(run.last("ups_fault_cleared").message).toMatch(
      /^Fault over after (1 min )?\d+ s: No usable battery reading for 5 reads: [^.]+\.$/,
    );
  });
});

describe("levels", () => {
  const levels = (run: Run) => run.types.filter((type) => type.startsWith("battery_voltage"));

  it("fall from ok through low to critical and come back with hysteresis", () => {
    const run = onMains(30);
    run.watch(260, (s) => look(true, 30 - s / 10));
    expect(levels(run)).toEqual(["battery_voltage_low", "battery_voltage_critical"]);
    expect(run.last("battery_voltage_low")).toMatchObject({ value: 19.8, threshold: 20, unit: "%" });
    expect(run.last("battery_voltage_critical")).toMatchObject({ value: 9.8, threshold: 10, unit: "%" });
    expect(run.now.batteryLow).toBe(true);
    run.quiet().watch(209, (s) => look(true, 4 + s / 10));
    expect(levels(run), "24.8 % is not yet five points above").toEqual([]);
    run.watch(30, (s) => look(true, 24.9 + s / 10));
    expect(levels(run)).toEqual(["battery_voltage_recovered"]);
    expect(run.last("battery_voltage_recovered")).toMatchObject({
      value: 25.2,
      threshold: 25,
      unit: "%",
      message: "Battery recovered: 25 %.",
    });
    expect(run.now.batteryLow).toBe(false);
  });

  it("tell volts when the voltage was first, and recover in volts", () => {
    const run = onMains(60).watch(5, look(true, 60, 3399));
    expect(run.last("battery_voltage_low")).toMatchObject({
      value: 3.399,
      threshold: 3.4,
      unit: "V",
      message: "Battery low: 3.40 V per cell, limit 3.40 V.",
    });
    run.watch(10, look(true, 60, 3549));
    expect(levels(run)).toEqual(["battery_voltage_low"]);
    run.watch(3, look(true, 60, 3560));
    expect(run.last("battery_voltage_recovered")).toMatchObject({ value: 3.56, threshold: 3.55, unit: "V" });
  });

  it("do not chatter at the limit", () => {
    const run = onMains(22).watch(600, (s) => look(true, 20 + Math.sin(s) * 0.5));
    expect(levels(run).length).toBeLessThanOrEqual(1);
  });

  it("at a start below a limit are told once, low before critical", () => {
    const run = new Run().start().watch(20, look(true, 8));
    expect(levels(run)).toEqual(["battery_voltage_low", "battery_voltage_critical"]);
  });

  it("at a start between low and recovered are ok", () => {
    const run = new Run().start().watch(20, look(true, 22));
    expect(levels(run)).toEqual([]);
    expect(run.now.batteryLow).toBe(false);
  });

  it("hold as many samples as configured", () => {
    const thresholds = { ...defaultThresholds, holdSamples: 10 };
    const run = onMains(30, { thresholds }).watch(9, look(true, 21)).watch(9, look(true, 19));
    expect(levels(run)).toEqual([]);
    run.watch(1, look(true, 19));
    expect(levels(run)).toEqual(["battery_voltage_low"]);
  });
});

describe("charging", () => {
  const charging = (run: Run) => run.types.filter((type) => /charging|full/.test(type));

  it("is seen by the rise, ends at full, and full is said once", () => {
    const run = onMains(95);
    expect(run.now.charging).toBeNull();
    run.watch(1500, (s) => look(true, Math.min(100, 95 + s / 200)));
    expect(charging(run)).toEqual(["charging_started", "battery_full", "charging_stopped"]);
    expect(run.last("charging_stopped").message).toBe("Charging stopped at 99 %: battery full.");
    expect(run.now.charging).toBe(false);
    run.watch(1500, (s) => look(true, 100 - s / 500));
    expect(charging(run), "resting after full is no new charge").toHaveLength(3);
  });

  it("stops in the moment that mains loss is confirmed, with a silent gauge too", () => {
    const run = onMains(60).watch(120, (s) => look(true, 60 + s / 100));
    expect(run.now.charging).toBe(true);
    run.watch(1, { ...look(true, 61), gauge: nack });
    run.quiet().edge(false);
    run.pass(1000);
    expect(run.types).toEqual(["ac_power_loss", "charging_stopped"]);
    expect(run.now.charging).toBe(false);
  });

  it("is false, not unknown, while the charge line forbids it", () => {
    const run = onMains(60).watch(120, (s) => ({ ...look(true, 60 + s / 100), chargeAllowed: good(false) }));
    expect(run.now.charging).toBe(false);
  });

  it("of a slow charger into a large pack (0.25 % a minute) is seen", () => {
    const run = onMains(40).watch(180, (s) => look(true, 40 + (s / 60) * 0.25, 3700 + s / 50));
    expect(run.now.charging).toBe(true);
  });

  it("is found not to happen when nothing rises for minutes", () => {
    const run = onMains(90).watch(600, look(true, 90));
    expect(run.now.charging).toBe(false);
    expect(charging(run), "it never charged, so it did not stop").toEqual([]);
  });

  it("a battery that was full at the start is no news", () => {
    const run = new Run().start().watch(60, look(true, 100));
    expect(charging(run)).toEqual([]);
    expect(run.now.charging).toBe(false);
  });
});

describe("temperature", () => {
  const hot = (celsius: number) => ({ ...look(true, 80), temperatureC: good(celsius) });

  it("is high at 65, normal below 60, each held", () => {
    const run = onMains().watch(2, hot(70)).watch(1, hot(50)).watch(3, hot(65));
    expect(run.events).toMatchObject([
      {
        type: "temperature_high",
        value: 65,
        threshold: 65,
        unit: "°C",
        message: "Temperature high: 65 °C, limit 65 °C.",
      },
    ]);
    run.quiet().watch(60, hot(60));
    expect(run.types).toEqual([]);
    run.watch(3, hot(59.9));
    expect(run.types).toEqual(["temperature_normal"]);
  });

  it.each([nack, good(Number.NaN), good(-274), good(1000)])(
    "of %o proves nothing and is forgotten after five",
    (bad) => {
      const run = onMains().watch(4, { ...look(true, 80), temperatureC: bad });
      expect(run.now.temperatureC).toBe(45);
      run.watch(10, { ...look(true, 80), temperatureC: bad });
      expect(run.now.temperatureC).toBeNull();
      expect(run.types).toEqual([]);
    },
  );

  it("does not exist without its sense", () => {
    const senses = new Set(["ac", "voltage", "charge"] as const);
    const run = new Run({ senses }).start().watch(20, hot(90));
    expect(run.types).not.toContain("temperature_high" satisfies EventType);
    expect(run.now).not.toHaveProperty("temperatureC");
  });
});

describe("cycles", () => {
  it("sum what was discharged on battery, over runs", () => {
    const run = new Run().start({ kind: "none" }, 150).watch(10, look(true, 90));
    run.watch(1000, (s) => look(false, 90 - s / 20)).watch(10, look(true, 40));
    expect(run.now.cycles).toBeCloseTo(2, 1);
    const saved = run.effects.findLast((effect) => effect.type === "save_counters");
    expect(saved).toMatchObject({ counters: { dischargedPct: expect.closeTo(200, 0) } });
  });

  it("begin each outage from where it begins", () => {
    const run = onMains(80).watch(101, (s) => look(false, 80 - s / 10));
    run.watch(10, look(true, 70)).watch(100, (s) => look(true, 70 + s / 5));
    run.watch(11, (s) => look(false, 90 - s / 10));
    expect(run.now.cycles).toBeCloseTo(0.11, 2);
  });

  it("do not grow from noise, on mains or on battery", () => {
    const run = onMains(80).watch(600, (s) => look(true, 80 + (s % 2) * 0.2));
    run.watch(200, (s) => look(false, 80 + (s % 2) * 0.2));
    expect(run.now.cycles).toBe(0);
  });

  it("do not count a gauge that starts anew elsewhere", () => {
    const run = onBattery(80).watch(20, look(false, 50));
    expect(run.now.chargePct).toBe(50);
    expect(run.now.cycles).toBe(0);
  });

  it.each([Number.NaN, -5, Number.POSITIVE_INFINITY])("start at 0 when the disk says %s", (broken) => {
    expect(new Run().start({ kind: "none" }, broken).now.cycles).toBe(0);
  });
});

describe("contradictions", () => {
  it("the pin says lost but the battery rises", () => {
    const run = onBattery(50).watch(200, (s) => look(false, 50 + s / 100, 3800 + s / 10));
    expect(run.last("ups_fault")).toMatchObject({
      value: "PI_UPS_AC_LOST_BUT_RISING",
      message:
        "Mains shows as lost, but the battery rose by 1.8 points in 3 minutes: the board's word on mains cannot be trusted, and no power-off is based on it.",
    });
  });

  it("found as well on the slowest charge that was measured (20 Ah pack, 3 A)", () => {
    const run = onBattery(50).watch(600, (s) => look(false, 50 + (s / 60) * 0.25, 3800 + (s / 60) * 1.2));
    expect(run.types).toContain("ups_fault");
  });

  it("the pin says present but the battery falls for minutes, and over when it charges again", () => {
    const run = onMains(50).watch(200, (s) => look(true, 50 - s / 100, 3800 - s / 10));
    expect(run.last("ups_fault").value).toBe("PI_UPS_AC_PRESENT_BUT_FALLING");
    expect(run.now.power, "the pin still counts: nothing is invented").toBe("on_mains");
    run.quiet().watch(400, (s) => look(true, 48 + s / 100, 3780 + s / 10));
    expect(run.types).toContain("ups_fault_cleared");
    expect(run.now.faults).toEqual([]);
  });

  it("a battery that falls is not charging, whatever the pin says", () => {
    const run = onMains(50).watch(120, (s) => look(true, 50 + s / 100, 3800 + s / 10));
    expect(run.now.charging).toBe(true);
    run.watch(300, (s) => look(true, 51.2 - s / 100, 3812 - s / 10));
    expect(run.last("ups_fault").value).toBe("PI_UPS_AC_PRESENT_BUT_FALLING");
    expect(run.now.charging).toBe(false);
  });

  it("end with the pin's next confirmed edge", () => {
    const run = onBattery(50).watch(200, (s) => look(false, 50 + s / 100, 3800 + s / 10));
    run.quiet().watch(10, look(true, 52, 3820));
    expect(run.types).toContain("ups_fault_cleared");
  });

  it.each([
    ["an outage", false, -1 / 100, -1 / 10],
    ["a charge", true, 1 / 100, 1 / 10],
    ["a percent that settles while the voltage stands", true, -1 / 100, 0],
    ["a voltage that settles while the percent stands", false, 0, 1 / 10],
    ["a battery at rest", true, 0, 0],
  ])("there is none in %s", (_title, acPresent, pct, mv) => {
    const run = acPresent ? onMains(60) : onBattery(60);
    run.watch(280, (s) => look(acPresent, 60 + s * pct, usualMv(60) + s * mv));
    expect(run.types).not.toContain("ups_fault");
  });

  it("there is none across minutes in which the gauge said nothing", () => {
    const run = onBattery(50).watch(60, (s) => look(false, 50 - s / 100, 3800));
    run.watch(600, { ...look(false, 50), gauge: nack });
    run.watch(30, (s) => look(false, 53 - s / 100, 3850));
    expect(run.types).toEqual(["ups_fault", "ups_fault_cleared"]);
    expect(run.now.runtime.kind).not.toBe("estimate");
  });

  it("there is none while a battery rests that was just filled", () => {
    const run = onMains(100).watch(1200, (s) => look(true, 100 - s / 300, 4200 - s / 20));
    expect(run.types).not.toContain("ups_fault");
  });
});

describe("a gauge that hangs", () => {
  it("is a fault after five minutes on battery, and its figures are stale", () => {
    const run = onBattery(70).watch(320, look(false, 70));
    expect(run.last("ups_fault")).toMatchObject({
      value: "PI_UPS_GAUGE_STUCK",
      message:
        "The gauge has said exactly 3920 mV and 70 % for 5 minutes on battery: it has hung, and its figures are old. Power the HAT off and on.",
    });
    expect(run.now.stale).toBe(true);
    run.quiet().watch(3, look(false, 69.9));
    expect(run.types).toEqual(["ups_fault_cleared"]);
    expect(run.now.stale).toBe(false);
  });

  it("is not suspected on mains, where a full battery stands still for hours", () => {
    const run = onMains(100).watch(7200, look(true, 100));
    expect(run.types).toEqual([]);
  });

  it("is not suspected of a slow discharge: 0.5 W out of 20 Ah", () => {
    const run = onBattery(70).watch(3600, (s) =>
      look(false, Math.floor((70 - s * 0.00019) * 256) / 256, 3900),
    );
    expect(run.types).not.toContain("ups_fault");
  });
});
