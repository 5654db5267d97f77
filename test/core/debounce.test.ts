// Mains edges: raw ones and confirmed ones, at the start, after stalls, with every debounce time.
import { describe, expect, it } from "vitest";
import { nextWakeMonoMs } from "../../agent/src/core/core.ts";
import { good, look, nack, onBattery, onMains, Run } from "./support/run.ts";

describe("mains lost", () => {
  it("is confirmed after one stable second, to the millisecond, by the core's own wake-up", () => {
    const run = onMains(96);
    run.pass(300);
    run.edge(false);
    const edge = run.at;
    expect(nextWakeMonoMs(run.state, run.config)).toBe(edge.monoMs + 1000);
    run.pass(999);
    expect(run.now.acPresent).toBe(true);
    run.pass(1);
    expect(run.now.acPresent).toBe(false);
    expect(run.now.power).toBe("on_battery");
    const event = run.last("ac_power_loss");
    expect(event.at.monoMs - edge.monoMs).toBe(1000);
    expect(event).toMatchObject({ message: "Mains lost at 96 %.", value: 96, unit: "%", threshold: null });
    expect(event.detail).toMatchObject({
      battery_percent: 96,
      battery_voltage_v: 4.076,
      cell_voltage_v: 4.076,
      edge_time: "2026-11-23T05:18:24.423+01:00",
      since_before_start: false,
    });
  });

  it("is nothing when it lasted 999 ms", () => {
    const run = onMains();
    run.edge(false);
    run.pass(999);
    run.edge(true);
    run.watch(20, look(true, 80));
    expect(run.types).toEqual([]);
  });

  it("counts at once with a debounce of 0", () => {
    const run = onMains(80, { debounce: { acLostMs: 0, acRestoredMs: 0 } });
    run.edge(false);
    expect(run.now.acPresent).toBe(false);
    run.edge(true);
    expect(run.now.acPresent).toBe(true);
    expect(run.types).toEqual(["ac_power_loss", "ac_power_restored"]);
  });

  it("needs no edge: samples alone confirm it", () => {
    const run = onMains().watch(3, look(false, 80));
    expect(run.types).toEqual(["ac_power_loss"]);
  });

  it("is one event however often the pin says the same", () => {
    const run = onMains();
    for (let i = 0; i < 5; i += 1) run.edge(false);
    run.watch(60, look(false, 80));
    expect(run.types).toEqual(["ac_power_loss"]);
  });

  it("is never confirmed while the pin flaps faster than the debounce time", () => {
    const run = onMains();
    for (let i = 0; i < 400; i += 1) {
      run.edge(i % 2 === 1);
      run.pass(300);
    }
    // It is one fault, however often the line changed.
    expect(run.types).toEqual(["ups_fault"]);
    expect(run.last("ups_fault").value).toBe("PI_UPS_AC_FLAPPING");
  });
});

describe("mains restored", () => {
  it("is confirmed after five stable seconds and tells the length from edge to edge", () => {
    const run = onMains(96);
    run.edge(false);
    run.watch(760, (s) => look(false, 96 - s / 100));
    run.edge(true);
    run.pass(4_999);
    expect(run.now.acPresent).toBe(false);
    run.pass(1);
    const event = run.last("ac_power_restored");
    expect(event).toMatchObject({
      message: "Mains restored after 12 min 40 s, lowest 88 %.",
      value: 760,
      unit: "s",
    });
    expect(event.detail).toMatchObject({
      duration_s: 760,
      lowest_percent: 88.4,
      outage_since_shutdown: false,
    });
  });

  it("starts its five seconds anew after each drop", () => {
    const run = onBattery();
    run.edge(true);
    run.pass(4_000);
    run.edge(false);
    run.pass(100);
    run.edge(true);
    run.pass(4_999);
    expect(run.types).toEqual([]);
    run.pass(1);
    expect(run.types).toEqual(["ac_power_restored"]);
  });
});

describe("at the start", () => {
  it("is unknown until the first stable second, and mains that is there is no event", () => {
    const run = new Run().start();
    run.sample(look(true, 80));
    expect(run.now).toMatchObject({ power: "unknown", acPresent: null, powerSince: null });
    run.pass(1000);
    expect(run.now).toMatchObject({ power: "on_mains", acPresent: true });
    expect(run.types).toEqual(["agent_started"]);
  });

  it("tells a mains loss that was there before, and does not claim to know its length", () => {
    const run = new Run().start().watch(100, look(false, 70));
    expect(run.last("ac_power_loss")).toMatchObject({
      message: "Mains is lost at 70 %: it was when the agent started.",
      detail: { since_before_start: true },
    });
    run.watch(10, look(true, 70));
    expect(run.last("ac_power_restored").message).toBe(
      "Mains restored; it was lost for at least 1 min 40 s, lowest 70 %.",
    );
  });

  it("does not exist for a board without a mains sense", () => {
    const run = new Run({ senses: new Set(["voltage", "charge"]) }).start().watch(20, look(false, 70));
    expect(run.now).not.toHaveProperty("acPresent");
    expect(run.now.power).toBe("unknown");
    expect(run.types).toEqual(["agent_started"]);
  });
});

describe("after a stall", () => {
  it("does not take an old level for a stable one when the next look says otherwise", () => {
    const run = onMains();
    run.edge(false);
    run.monoMs += 3_600_000;
    run.feed({ type: "tick", at: run.at });
    expect(nextWakeMonoMs(run.state, run.config), "no busy loop of wake-ups").toBeNull();
    run.watch(20, look(true, 80));
    expect(run.types).toEqual([]);
  });

  it("believes the old level when the next look says the same", () => {
    const run = onMains();
    run.edge(false);
    run.monoMs += 3_600_000;
    run.feed({ type: "tick", at: run.at });
    run.watch(1, look(false, 80));
    expect(run.types).toEqual(["ac_power_loss"]);
  });
});

describe("a pin that cannot be read", () => {
  const unreadable = { ...look(true, 80), acPresent: nack };

  it("is a fault after five reads, makes mains unknown, and never an outage", () => {
    const run = onMains().watch(4, unreadable);
    expect(run.now.power).toBe("on_mains");
    run.watch(1, unreadable);
    expect(run.now).toMatchObject({ power: "unknown", acPresent: null });
    expect(run.events).toMatchObject([{ type: "ups_fault", value: "PI_UPS_AC_PIN_UNREADABLE" }]);
    run.watch(60, unreadable);
    expect(run.types).toEqual(["ups_fault"]);
  });

  it("is over after three good reads, so that a bad contact does not make an event each second", () => {
    const run = onMains();
    run.watch(60, (s) => (s % 7 === 6 ? look(true, 80) : unreadable));
    expect(run.types).toEqual(["ups_fault"]);
    run.watch(3, look(true, 80));
    expect(run.types).toEqual(["ups_fault", "ups_fault_cleared"]);
    expect(run.now).toMatchObject({ power: "on_mains", faults: [] });
  });

  it("proves nothing for a level that was about to be confirmed", () => {
    const run = onMains();
    run.edge(false);
    run.pass(500);
    run.sample(unreadable);
    run.pass(800);
    run.sample({ ...look(true, 80), acPresent: good(true) });
    run.pass(5_000);
    expect(run.types).toEqual([]);
  });

  it("at one look in between does not hold up a return, but a loss begins anew", () => {
    const gap = (present: boolean) => (second: number) =>
      second === 1 ? unreadable : { ...look(present, 80), acPresent: good(present) };
    const back = onBattery().watch(4, gap(true));
    expect(back.types).toEqual([]);
    // Five seconds after the first look.
    back.watch(1, look(true, 80));
    expect(back.types).toEqual(["ac_power_restored"]);
    const slow = { debounce: { acLostMs: 3000, acRestoredMs: 5000 } };
    const lost = onMains(80, slow).watch(4, gap(false));
    expect(lost.types).toEqual([]);
    // Three seconds after the look behind the gap, five after the first.
    lost.watch(1, look(false, 80));
    expect(lost.types).toEqual(["ac_power_loss"]);
  });
});
