// The shutdown policy: what starts it, what stops it, what it refuses, and what happens when the power-off fails.
import { describe, expect, it } from "vitest";
import type { Sample } from "../../agent/src/core/model.ts";
import { boss, countingDown } from "./support/countdown.ts";
import { gauge, look, nack, onBattery, onMains, type Run } from "./support/run.ts";

describe("a critical battery", () => {
  it("counts down with an absolute deadline, says why, and powers off once", () => {
    const run = onBattery(10.05);
    run.watch(9, (s) => look(false, 10.05 - s / 100));
    expect(run.types).toEqual(["battery_voltage_critical", "shutdown_scheduled"]);
    const scheduled = run.last("shutdown_scheduled");
    expect(scheduled).toMatchObject({
      message: "Power-off in 30 s: Battery critical: 10 %, limit 10 %.",
      value: 30,
      unit: "s",
      detail: { reason: "battery_percent_critical", by: "battery" },
    });
    const { shutdown } = run.now;
    if (shutdown.kind !== "counting_down") throw new Error(shutdown.kind);
    expect(shutdown.deadline.monoMs - scheduled.at.monoMs).toBe(30_000);
    expect(shutdown.deadline.wallMs - scheduled.at.wallMs).toBe(30_000);
    run.watch(60, (s) => look(false, 9.9 - s / 100));
    const off = run.effects.filter((effect) => effect.type === "power_off");
    expect(off).toEqual([
      {
        type: "power_off",
        mode: "power_off",
        reason: "battery_percent_critical",
        text: "Battery critical: 10 %, limit 10 %.",
      },
    ]);
    const started = run.last("shutdown_started");
    expect(started.at.monoMs).toBe(shutdown.deadline.monoMs);
    const order = run.effects.map((effect) => (effect.type === "record" ? effect.event.type : effect.type));
    expect(order.indexOf("shutdown_started"), "recorded before it happens").toBeLessThan(
      order.indexOf("power_off"),
    );
    expect(run.now.shutdown.kind).toBe("executing");
  });

  it("counts by voltage when that comes first, and says so", () => {
    const run = onBattery(30).watch(5, look(false, 30, 3190));
    expect(run.last("shutdown_scheduled")).toMatchObject({
      message: "Power-off in 30 s: Battery critical: 3.19 V per cell, limit 3.20 V.",
      detail: { reason: "battery_voltage_critical" },
    });
  });

  it("shortens a long grace when it is nearly empty, and can still be cancelled", () => {
    const run = countingDown({ shutdown: { graceMs: 3_600_000, allowRemote: true } }).quiet();
    run.watch(200, (s) => look(false, 9.8 - s * 0.02));
    expect(run.types).toEqual([]);
    run.watch(100, (s) => look(false, 5.8 - s * 0.02));
    expect(run.types).toEqual(["shutdown_scheduled", "shutdown_started"]);
    expect(run.last("shutdown_scheduled").message).toBe(
      "Power-off in 5 s: Battery nearly empty: 4 %, limit 10 %.",
    );
  });

  it("shortens it at 3.10 V held for 20 s too, and gives a person's later time back when mains returns", () => {
    const run = onBattery(40, { shutdown: { graceMs: 600_000, allowRemote: true } });
    run.request({ delayMs: 3_600_000, text: "Tonight" });
    run.watch(5, look(false, 40, 3190)).watch(21, look(false, 40, 3100));
    expect(run.types.filter((type) => type === "shutdown_scheduled")).toHaveLength(3);
    run.watch(10, look(true, 40, 3600));
    expect(run.poweredOff()).toBe(false);
    expect(run.now.shutdown).toMatchObject({ kind: "counting_down", text: "Tonight" });
  });

  it("is no danger on mains", () => {
    const run = onMains(20).watch(600, look(true, 5, 3100));
    expect(run.types).toContain("battery_voltage_critical");
    expect(run.now.shutdown.kind).toBe("idle");
  });

  it("is a danger as soon as mains goes when it was critical before", () => {
    const run = onMains(8).watch(5, look(true, 8));
    run.edge(false);
    run.watch(2, look(false, 8));
    expect(run.now.shutdown).toMatchObject({ kind: "counting_down", by: { kind: "battery" } });
  });

  it("is not believed from one or two samples", () => {
    const run = onBattery(12);
    run.watch(30, (s) => look(false, s % 3 === 0 ? 12 : 9));
    expect(run.types).not.toContain("shutdown_scheduled");
  });

  it("is not believed from samples before and after a stall", () => {
    const run = onBattery(12).watch(2, look(false, 9));
    run.monoMs += 600_000;
    run.watch(2, look(false, 9));
    expect(run.types).toEqual([]);
    run.watch(1, look(false, 9));
    expect(run.types).toContain("shutdown_scheduled");
  });

  it("is not believed from samples with a failed one between them", () => {
    const run = onBattery(12);
    run.watch(60, (s) => (s % 3 === 0 ? { ...look(false, 9), gauge: nack } : look(false, 9)));
    expect(run.types).not.toContain("shutdown_scheduled");
  });
});

describe.each<[string, Sample]>([
  ["no answer", { ...look(false, 80), gauge: nack }],
  ["all zeros", { ...look(false, 80), gauge: gauge(0, 0) }],
  ["all ones", { ...look(false, 80), gauge: gauge(255.996, 5119.92) }],
  ["empty at a full voltage", { ...look(false, 80), gauge: gauge(0, 4100) }],
  ["a voltage that is not a number", { ...look(false, 80), gauge: gauge(80, Number.NaN) }],
])("a gauge that says: %s", (_title, sample) => {
  it("never starts a shutdown, and is a fault", () => {
    const run = onBattery(80).watch(600, sample);
    expect(run.now.shutdown.kind).toBe("idle");
    expect(run.types).toEqual(["ups_fault"]);
    expect(run.last("ups_fault").value).toBe("PI_UPS_GAUGE_SILENT");
    expect(run.now).toMatchObject({ chargePct: 80, stale: true });
  });
});

describe("mains comes back", () => {
  it("cancels the battery's countdown once it is stable", () => {
    const run = countingDown().quiet();
    run.edge(true);
    run.pass(4_999);
    expect(run.now.shutdown.kind).toBe("counting_down");
    run.pass(1);
    expect(run.types).toEqual(["ac_power_restored", "shutdown_cancelled"]);
    expect(run.last("shutdown_cancelled")).toMatchObject({
      message: "Power-off cancelled: mains is back.",
      detail: { reason: "battery_percent_critical", by: "mains" },
    });
    run.watch(100, look(true, 9));
    expect(run.poweredOff()).toBe(false);
  });

  it("two seconds before the deadline: the deadline waits until it is sure, then cancels", () => {
    const run = countingDown();
    const { shutdown } = run.now;
    if (shutdown.kind !== "counting_down") throw new Error(shutdown.kind);
    run.pass(shutdown.deadline.monoMs - run.monoMs - 2_000);
    run.edge(true);
    run.watch(10, look(true, 9.4));
    expect(run.poweredOff()).toBe(false);
    expect(run.types).toContain("shutdown_cancelled");
  });

  it("only for a moment at the deadline: the power-off follows at once", () => {
    const run = countingDown();
    const { shutdown } = run.now;
    if (shutdown.kind !== "counting_down") throw new Error(shutdown.kind);
    run.pass(shutdown.deadline.monoMs - run.monoMs - 1_000);
    run.edge(true);
    run.pass(3_000);
    expect(run.poweredOff()).toBe(false);
    run.edge(false);
    expect(run.poweredOff()).toBe(true);
  });

  it("does not cancel what a person asked for", () => {
    const run = onBattery(80);
    run.request({ by: boss, delayMs: 60_000, text: "Moving house" });
    run.watch(30, look(true, 80));
    expect(run.types).toContain("ac_power_restored");
    run.pass(40_000);
    expect(run.poweredOff()).toBe(true);
  });

  it("gives back a person's later countdown that the battery had overtaken", () => {
    const run = onBattery(10.05);
    run.request({ by: boss, delayMs: 600_000, text: "Maintenance" });
    run.watch(10, (s) => look(false, 10.05 - s / 100));
    expect(run.now.shutdown).toMatchObject({ kind: "counting_down", by: { kind: "battery" } });
    run.quiet().watch(10, look(true, 10));
    expect(run.types).toContain("shutdown_cancelled");
    expect(run.last("shutdown_scheduled").message).toMatch(/^Power-off in 9 min \d+ s: Maintenance$/);
    expect(run.now.shutdown).toMatchObject({ kind: "counting_down", by: boss, text: "Maintenance" });
  });
});

describe("a countdown whose proof ends", () => {
  it("is cancelled when the battery rises: the pin is wrong, not the mains", () => {
    const run = onBattery(9);
    expect(run.now.shutdown.kind).toBe("counting_down");
    run.watch(620, (s) => look(false, 9 + s * 0.004));
    expect(run.poweredOff()).toBe(false);
    expect(run.last("shutdown_cancelled").message).toContain("rises although mains shows as lost");
    expect(run.last("ups_fault").value).toBe("PI_UPS_AC_LOST_BUT_RISING");
    expect(
      run.types.filter((type) => type === "shutdown_cancelled"),
      "and not started anew",
    ).toHaveLength(1);
  });

  it("goes on while the battery only creeps up by what a gauge settles (0.05 % a minute)", () => {
    const run = onBattery(9).watch(120, (s) => look(false, 9 + (s / 60) * 0.05, 3560));
    expect(run.poweredOff()).toBe(true);
  });

  it("protects again when that battery then falls: a real outage behind a broken pin", () => {
    const run = onBattery(9).watch(600, (s) => look(false, 9 + s * 0.004));
    expect(run.now.faults).toMatchObject([{ code: "PI_UPS_AC_LOST_BUT_RISING" }]);
    run.quiet().watch(1200, (s) => look(false, 11.4 - s * 0.004));
    expect(run.types).toContain("ups_fault_cleared");
    expect(run.poweredOff()).toBe(true);
  });

  it("is cancelled when the pin cannot be read any more", () => {
    const run = countingDown();
    run.watch(60, { ...look(false, 9.4), acPresent: nack });
    expect(run.poweredOff()).toBe(false);
    expect(run.last("shutdown_cancelled").message).toBe("Power-off cancelled: the AC pin cannot be read.");
  });

  it("does not begin while the pin cannot be read", () => {
    const run = onBattery(30).watch(10, { ...look(false, 30), acPresent: nack });
    run.watch(60, (s) => ({ ...look(false, 29 - s / 2), acPresent: nack }));
    expect(run.types).toEqual(["ups_fault", "battery_voltage_low", "battery_voltage_critical"]);
    expect(run.now.shutdown.kind).toBe("idle");
  });

  it("waits at its deadline when just then the pin's read fails", () => {
    const run = countingDown();
    const { shutdown } = run.now;
    if (shutdown.kind !== "counting_down") throw new Error(shutdown.kind);
    run.pass(shutdown.deadline.monoMs - run.monoMs - 500);
    run.sample({ ...look(false, 9.4), acPresent: nack });
    run.pass(900);
    expect(run.poweredOff()).toBe(false);
    run.sample(look(false, 9.4));
    expect(run.poweredOff()).toBe(true);
  });

  it("is cancelled when the battery is clearly not critical any more: it was one heavy load", () => {
    const run = onBattery(40).watch(5, look(false, 40, 3190));
    expect(run.types).toContain("shutdown_scheduled");
    run.watch(40, look(false, 40, 3700));
    expect(run.poweredOff()).toBe(false);
    expect(run.last("shutdown_cancelled").detail["by"]).toBe("battery");
  });

  it("goes on when the gauge falls silent: the decision was made on good reads", () => {
    const run = countingDown();
    run.watch(40, { ...look(false, 9), gauge: nack });
    expect(run.poweredOff()).toBe(true);
  });

  it("looks again when its deadline passed while the agent stood still", () => {
    const run = countingDown().quiet();
    run.monoMs += 3_600_000;
    run.sample(look(false, 80));
    expect(run.poweredOff()).toBe(false);
    expect(run.last("shutdown_cancelled").message).toBe(
      "Power-off cancelled: the agent stood still for 1 h and has to look again.",
    );
  });
});

describe("a power-off that fails", () => {
  const failed = (run: Run) =>
    run.feed({ type: "power_off_result", at: run.at, ok: false, message: "systemctl: not permitted." });

  it("is a fault, and is tried again while the battery is critical", () => {
    const run = countingDown();
    run.watch(31, look(false, 9.4));
    expect(run.poweredOff()).toBe(true);
    failed(run);
    expect(run.last("ups_fault")).toMatchObject({
      value: "PI_UPS_POWEROFF_FAILED",
      message: "The power-off failed: systemctl: not permitted.",
    });
    expect(run.now.faults).toHaveLength(1);
    run.quiet().watch(70, look(false, 9.3));
    expect(run.types).toEqual(["shutdown_scheduled", "shutdown_started"]);
    expect(run.poweredOff()).toBe(true);
  });

  it("is not tried again by itself when a person asked on mains", () => {
    const run = onMains();
    run.request({ delayMs: 0 });
    failed(run);
    run.quiet().watch(600, look(true, 80));
    expect(run.poweredOff()).toBe(false);
    expect(run.now.shutdown.kind).toBe("idle");
  });

  it("by never happening is noticed after five minutes", () => {
    const run = countingDown();
    run.watch(31, look(false, 9.4));
    run.feed({ type: "power_off_result", at: run.at, ok: true, message: "" });
    expect(run.now.shutdown.kind).toBe("done");
    run.quiet().watch(299, (s) => look(false, 9.3 - s / 1000));
    expect(run.types).toEqual([]);
    run.watch(40, (s) => look(false, 8.9 - s / 1000));
    expect(run.last("ups_fault").message).toBe(
      "The power-off was ordered 5 minutes ago, but the Pi still runs.",
    );
    expect(run.poweredOff(), "tried again").toBe(true);
  });
});

describe("the end of the agent", () => {
  it("during a countdown is a cancel, because nobody is left to finish it", () => {
    const run = onMains();
    run.request({ delayMs: 60_000 });
    run.quiet().feed({ type: "stop", at: run.at, reason: "SIGTERM" });
    expect(run.types).toEqual(["shutdown_cancelled", "agent_stopping"]);
    expect(run.last("agent_stopping").message).toBe("Agent stops: SIGTERM.");
  });

  it("is final: nothing is recorded after it", () => {
    const run = onMains();
    run.feed({ type: "stop", at: run.at, reason: "SIGTERM" });
    run.quiet().watch(60, look(false, 1));
    expect(run.effects).toEqual([]);
  });
});
