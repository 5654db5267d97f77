// What people ask: a shutdown now or later, and a cancel; who may, what they are told, and what a request replaces.
import { describe, expect, it } from "vitest";
import { boss, countingDown } from "./support/countdown.ts";
import { look, onMains } from "./support/run.ts";

describe("a request", () => {
  it("counts down with the configured grace, on mains too, and is answered", () => {
    const run = onMains();
    expect(run.request({ by: boss })).toMatchObject({
      accepted: true,
      code: null,
      message: "The Pi powers off in 30 s.",
    });
    expect(run.now.shutdown).toMatchObject({
      reason: "requested",
      text: "Requested by Ada in Home Assistant.",
    });
    run.pass(30_000);
    expect(run.poweredOff()).toBe(true);
  });

  it("with a delay of 0 powers off at once", () => {
    const run = onMains();
    run.request({ delayMs: 0 });
    expect(run.types).toEqual(["shutdown_scheduled", "shutdown_started"]);
    expect(run.poweredOff()).toBe(true);
  });

  it("from Home Assistant is refused when the configuration forbids it, and the command line is not", () => {
    const run = onMains(80, { shutdown: { graceMs: 30_000, allowRemote: false } });
    expect(run.request({ by: boss })).toMatchObject({
      accepted: false,
      code: "PI_UPS_REMOTE_SHUTDOWN_FORBIDDEN",
      message: expect.stringContaining("shutdown.allow_remote"),
    });
    expect(run.types).toEqual([]);
    expect(run.request().accepted).toBe(true);
  });

  it("for an earlier time is taken, for a later one refused with a sentence", () => {
    const run = onMains();
    run.request({ delayMs: 60_000, text: "First" });
    expect(run.request({ delayMs: 90_000 })).toMatchObject({
      accepted: false,
      code: "PI_UPS_SHUTDOWN_SCHEDULED",
      message:
        "The Pi already goes down in 1 min, which is no later: First Cancel that first to choose another time.",
    });
    expect(run.request({ delayMs: 10_000, text: "Second" }).accepted).toBe(true);
    run.pass(10_000);
    expect(run.last("shutdown_started").message).toBe("Powering off: Second");
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("with a delay of %s ms is refused", (delayMs) => {
    const run = onMains();
    expect(run.request({ delayMs })).toMatchObject({ accepted: false, code: "PI_UPS_INVALID_DELAY" });
    expect(run.now.shutdown.kind).toBe("idle");
  });

  it("is refused while the Pi is already going down", () => {
    const run = onMains();
    run.request({ delayMs: 0 });
    expect(run.request()).toMatchObject({ accepted: false, code: "PI_UPS_SHUTDOWN_RUNNING" });
    expect(run.cancel()).toMatchObject({ accepted: false, code: "PI_UPS_SHUTDOWN_RUNNING" });
  });

  it("that comes after the deadline is too late", () => {
    const run = onMains();
    run.request({ delayMs: 1_000 });
    run.monoMs += 1_000;
    expect(run.cancel().accepted).toBe(false);
    expect(run.poweredOff()).toBe(true);
  });
});

describe("a cancel", () => {
  it("ends a requested countdown and says who did it", () => {
    const run = onMains();
    run.request({ delayMs: 60_000 });
    expect(run.cancel(boss)).toMatchObject({ accepted: true, message: "The shutdown is cancelled." });
    expect(run.last("shutdown_cancelled")).toMatchObject({
      message: "Power-off cancelled: by Ada in Home Assistant.",
      detail: { reason: "requested", by: "home_assistant" },
    });
    run.watch(120, look(true, 80));
    expect(run.poweredOff()).toBe(false);
  });

  it("without a countdown is refused", () => {
    expect(onMains().cancel()).toMatchObject({ accepted: false, code: "PI_UPS_NOTHING_TO_CANCEL" });
  });

  it("of the battery's countdown gives two minutes, then the battery starts anew with the full grace", () => {
    const run = countingDown().quiet();
    const answer = run.cancel();
    expect(answer.accepted).toBe(true);
    expect(answer.message).toContain("starts again in 2 min");
    const cancelledAt = run.monoMs;
    run.watch(200, look(false, 9.4));
    const again = run.last("shutdown_scheduled");
    expect(again.at.monoMs - cancelledAt).toBeGreaterThanOrEqual(120_000);
    expect(again.at.monoMs - cancelledAt).toBeLessThan(122_000);
    expect(run.last("shutdown_started").at.monoMs - again.at.monoMs).toBe(30_000);
  });

  it.each([
    ["two points", (s: number) => look(false, 9.4 - s * 0.1, 3556)],
    ["50 mV", (s: number) => look(false, 9.4, 3556 - s * 2)],
  ])("is overruled early by a battery that falls by %s", (_title, fall) => {
    const run = countingDown();
    run.watch(1, look(false, 9.45, 3556));
    run.cancel();
    const cancelledAt = run.monoMs;
    run.quiet().watch(60, fall);
    expect(run.last("shutdown_scheduled").at.monoMs - cancelledAt).toBeLessThan(30_000);
  });

  it("of a person's request on a critical battery is not undone a second later", () => {
    const run = countingDown();
    run.request({ delayMs: 5_000, text: "Now" });
    run.cancel();
    run.quiet().watch(60, look(false, 9.4));
    expect(run.types).toEqual([]);
  });
});
