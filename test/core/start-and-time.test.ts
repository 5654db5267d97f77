// The first words of a run, moments as text, and what a wrong or jumping wall clock does (nothing that counts).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { duration, round } from "../../agent/src/core/note.ts";
import { toRfc3339 } from "../../agent/src/core/rfc3339.ts";
import { eventTypesFor } from "../../agent/src/core/senses.ts";
import { look, onBattery, onMains, Run } from "./support/run.ts";

const hour = 3_600_000;

describe("agent_started", () => {
  const started = (run: Run) => run.last("agent_started");
  const ago = (ms: number) => new Run().at.wallMs - ms;

  it("of a first run", () => {
    expect(started(new Run().start())).toMatchObject({
      message: "Agent started for the first time.",
      detail: { agent_version: "1.2.3", last_run: "none" },
    });
  });

  it("after a stop", () => {
    const run = new Run().start({ kind: "stopped", at: ago(90_000), reason: "SIGTERM" });
    expect(started(run)).toMatchObject({
      message: "Agent started. The last run was stopped 1 min 30 s ago (SIGTERM).",
      detail: {
        last_run: "stopped",
        last_run_at: "2026-11-23T05:16:44.123+01:00",
        last_run_reason: "SIGTERM",
      },
    });
  });

  it("after a shutdown", () => {
    const text = "Battery critical: 9.9 %, limit 10 %.";
    const run = new Run().start({
      kind: "shutdown",
      at: ago(2 * hour),
      reason: "battery_percent_critical",
      text,
    });
    expect(started(run)).toMatchObject({
      message: `Agent started. The Pi went down cleanly 2 h ago: ${text}`,
      detail: { last_run: "shutdown", last_run_reason: "battery_percent_critical" },
    });
  });

  it("after a death", () => {
    expect(started(new Run().start({ kind: "died", lastSeenAt: ago(3 * hour + 60_000) }))).toMatchObject({
      message:
        "Agent started. The last run ended without a goodbye; its last sign of life was 3 h 1 min ago.",
      detail: { last_run: "died", last_run_at: "2026-11-23T02:17:14.123+01:00" },
    });
  });

  it("while the clock is behind the last run says a time, never a negative length", () => {
    const run = new Run().start({ kind: "died", lastSeenAt: ago(-hour) });
    expect(started(run).message).toContain("was at 2026-11-23T06:18:14.123+01:00.");
  });
});

describe("an outage that an earlier run saw begin", () => {
  const text = "Battery critical: 10 %, limit 10 %.";
  const shutdown = { kind: "shutdown", reason: "battery_percent_critical", text } as const;

  it("is over when mains is there after the shutdown", () => {
    const run = new Run();
    run.start({ ...shutdown, at: run.at.wallMs - hour }).watch(10, look(true, 10.5));
    expect(run.last("ac_power_restored")).toMatchObject({
      message: "Mains is back after the shutdown.",
      value: null,
      detail: { outage_since_shutdown: true },
    });
  });

  it("has its length when the journal knows its beginning", () => {
    const run = new Run();
    const begun = run.at.wallMs - 5 * hour;
    run.start({ kind: "died", lastSeenAt: run.at.wallMs - hour }, 0, begun).watch(10, look(true, 10.5));
    const event = run.last("ac_power_restored");
    expect(event.message).toBe("Mains is back; it was lost 5 h ago.");
    expect(event.detail).toMatchObject({ duration_s: 5 * 3600, outage_since_shutdown: false });
  });

  it("has no length when the clock is wrong", () => {
    const run = new Run();
    run.start({ ...shutdown, at: 0 }, 0, run.at.wallMs + hour).watch(10, look(true, 10.5));
    expect(run.last("ac_power_restored")).toMatchObject({
      value: null,
      message: "Mains is back after the shutdown.",
    });
  });

  it("goes on when the Pi was started on battery, and ends once", () => {
    const run = new Run();
    run
      .start({ ...shutdown, at: run.at.wallMs - hour })
      .watch(5, look(false, 15))
      .watch(10, look(true, 15));
    expect(run.types.filter((type) => type.startsWith("ac_"))).toEqual([
      "ac_power_loss",
      "ac_power_restored",
    ]);
    expect(run.last("ac_power_loss").message).toBe("Mains is still lost at 15 %.");
  });

  it("is not invented after a shutdown that a person asked for", () => {
    const run = new Run().start({ ...shutdown, reason: "requested", at: 0 }).watch(10, look(true, 80));
    expect(run.types).toEqual(["agent_started"]);
  });
});

describe("a wall clock that jumps", () => {
  it.each([26 * hour, -26 * hour])("by %s ms moves the moments that are shown, and no duration", (jump) => {
    const run = onBattery(50);
    const before = run.now;
    run.request({ delayMs: 600_000 });
    run.watch(60, (s) => look(false, 50 - s / 60));
    run.wallOffsetMs += jump;
    run.watch(60, (s) => look(false, 49 - s / 60));
    const { powerSince, shutdown } = run.now;
    expect(powerSince?.wallMs).toBe((before.powerSince?.wallMs ?? 0) + jump);
    if (shutdown.kind !== "counting_down") throw new Error(shutdown.kind);
    expect(shutdown.deadline.wallMs - run.at.wallMs).toBe(480_000);
    run.quiet().watch(10, look(true, 48));
    expect(run.last("ac_power_restored").value).toBe(123);
    run.pass(480_000);
    expect(run.poweredOff()).toBe(true);
  });

  it("is not seen in the ordinary steering of a clock", () => {
    const run = onMains();
    const since = run.now.powerSince;
    for (let i = 0; i < 100; i += 1) {
      run.wallOffsetMs += i % 2 === 0 ? 40 : -25;
      run.watch(1, look(true, 80));
    }
    expect(run.now.powerSince).toEqual(since);
  });
});

describe("RFC 3339", () => {
  it.each([
    [0, 0, "1970-01-01T00:00:00.000+00:00"],
    [Date.UTC(2026, 10, 23, 3, 18, 14, 7), 60, "2026-11-23T04:18:14.007+01:00"],
    [Date.UTC(2026, 0, 1, 0, 0, 0, 999), -570, "2025-12-31T14:30:00.999-09:30"],
    [Date.UTC(2026, 5, 30, 23, 59, 59, 1), 845, "2026-07-01T14:04:59.001+14:05"],
  ])("of %s at %s min is %s", (wallMs, utcOffsetMin, text) => {
    expect(toRfc3339({ wallMs, utcOffsetMin })).toBe(text);
  });

  it("names the same moment again, whatever the zone", () => {
    const wall = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(wall, fc.integer({ min: -840, max: 840 }), (wallMs, utcOffsetMin) => {
        expect(Date.parse(toRfc3339({ wallMs, utcOffsetMin }))).toBe(wallMs);
      }),
    );
  });
});

describe("words for lengths and figures", () => {
  it.each([
    [-5, "0 s"],
    [499, "0 s"],
    [59_499, "59 s"],
    [59_500, "1 min"],
    [61_000, "1 min 1 s"],
    [hour, "1 h"],
    [hour + 59_000, "1 h"],
    [25 * hour, "1 d 1 h"],
    [48 * hour, "2 d"],
  ])("%s ms is %s", (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  it("rounds without a negative zero", () => {
    expect(Object.is(round(-0.04, 1), 0)).toBe(true);
    expect(round(1.25, 1)).toBe(1.3);
  });
});

describe("events of a board", () => {
  it("leave out what it cannot sense", () => {
    const x1201 = eventTypesFor(new Set(["ac", "voltage", "charge", "charging", "temperature"]));
    expect(x1201).not.toContain("dc_out_loss");
    expect(x1201).not.toContain("overcurrent_detected");
    expect(x1201).toHaveLength(17);
    expect(eventTypesFor(new Set())).toEqual([
      "ups_fault",
      "ups_fault_cleared",
      "agent_started",
      "agent_stopping",
      "shutdown_scheduled",
      "shutdown_cancelled",
      "shutdown_started",
    ]);
  });
});
