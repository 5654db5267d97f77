// What the board itself says and asks: its faults, its charging flag, its button; and the window in which it is charged.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Result, Sample, Sense } from "../../agent/src/core/model.ts";
import { good, look, nack, Run } from "./support/run.ts";

function running(parts: ConstructorParameters<typeof Run>[0] = {}, pct = 70): Run {
  const run = new Run(parts);
  run.start();
  run.watch(10, () => look(true, pct));
  run.effects.length = 0;
  return run;
}

const with_ =
  (parts: Partial<Sample>, acPresent = true, pct = 70) =>
  (): Sample => ({ ...look(acPresent, pct), ...parts });

describe("faults of the board", () => {
  const timeout = good([{ kind: "charge_timeout", message: "Charging took too long." }]);

  it("are UPS faults with codes of their own, gone after three looks without them", () => {
    const run = running();
    run.watch(2, with_({ boardFaults: timeout }));
    expect(run.now.faults).toMatchObject([
      { code: "PI_UPS_BOARD_CHARGE_TIMEOUT", message: "Charging took too long." },
    ]);
    run.watch(2, with_({ boardFaults: good([]) }));
    expect(run.now.faults).toHaveLength(1);
    run.watch(1, with_({ boardFaults: good([]) }));
    expect(run.types).toEqual(["ups_fault", "ups_fault_cleared"]);
  });

  it("stay through looks that fail", () => {
    const run = running();
    run.watch(1, with_({ boardFaults: timeout }));
    run.watch(50, with_({ boardFaults: nack }));
    expect(run.now.faults).toHaveLength(1);
  });
});

describe("the current into the Pi", () => {
  it("is that of the last look, and forgotten when it cannot be read any more", () => {
    const run = running();
    expect("outputMa" in run.now, "nothing measures it").toBe(false);
    run.watch(1, with_({ outputMa: good(1200) }));
    expect(run.now.outputMa).toBe(1200);
    run.watch(1, with_({ outputMa: good(900) }));
    expect(run.now.outputMa).toBe(900);
    run.watch(1, with_({ outputMa: nack }));
    expect(run.now.outputMa).toBeNull();
    run.watch(1, with_({ outputMa: good(Number.NaN) }));
    expect(run.now.outputMa).toBeNull();
    run.watch(1, with_({ outputMa: good(0) }));
    expect(run.now.outputMa, "no current is a figure too").toBe(0);
  });
});

describe("further figures of the board", () => {
  it("are those of the last look, none while it fails, and absent where the board has none", () => {
    const run = running();
    expect("figures" in run.now).toBe(false);
    const figures = [{ name: "cell_1", value: 4.05, unit: "V" }] as const;
    run.watch(1, with_({ figures: good(figures) }));
    expect(run.now.figures).toEqual(figures);
    run.watch(1, with_({ figures: nack }));
    expect(run.now.figures).toEqual([]);
    expect(run.types).toEqual([]);
  });
});

describe("charging that the board says", () => {
  it("is believed when it has lasted for ten seconds, and told once", () => {
    const run = running();
    run.watch(1, with_({ charging: good(false) }));
    expect(run.now.charging).toBe(false);
    run.watch(10, with_({ charging: good(true) }));
    expect(run.types).toEqual([]);
    run.watch(1, with_({ charging: good(true) }));
    expect(run.types).toEqual(["charging_started"]);
    expect(run.now.charging).toBe(true);
    run.watch(4, with_({ charging: nack }));
    expect(run.now.charging).toBe(true);
    run.watch(11, with_({ charging: good(false) }));
    expect(run.types).toEqual(["charging_started", "charging_stopped"]);
  });

  it("is unknown when it cannot be read for good, without an event, and told on when it answers", () => {
    const run = running();
    run.watch(3, with_({ charging: good(true) }));
    run.watch(5, with_({ charging: nack }));
    expect(run.now.charging).toBeNull();
    run.watch(3, with_({ charging: good(true) }));
    expect(run.now.charging).toBe(true);
    run.watch(5, with_({ charging: nack }));
    run.watch(1, with_({ charging: good(false) }));
    expect(run.types).toEqual(["charging_started", "charging_stopped"]);
  });

  it("records nothing of a flag that chatters, whatever its beat", () => {
    const flag = fc.record({ on: fc.integer({ min: 1, max: 10 }), off: fc.integer({ min: 1, max: 10 }) });
    fc.assert(
      fc.property(fc.array(flag, { minLength: 1, maxLength: 30 }), (beats) => {
        const run = running();
        run.watch(1, with_({ charging: good(false) }));
        for (const { on, off } of beats) {
          run.watch(on, with_({ charging: good(true) }));
          run.watch(off, with_({ charging: good(false) }));
        }
        expect(run.types).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it("is over when mains is, whatever the flag still says", () => {
    const run = running();
    run.watch(3, with_({ charging: good(true) }));
    run.edge(false);
    run.watch(3, with_({ charging: good(true) }, false));
    expect(run.now.charging).toBe(false);
  });
});

describe("the board's button", () => {
  const orders = (run: Run) => run.effects.filter(({ type }) => type === "power_off");

  it.each(["power_off", "reboot"] as const)("%s goes down at once, and says who asked", (action) => {
    const run = running();
    run.feed({ type: "button", at: run.at, action });
    expect(orders(run)).toMatchObject([
      { mode: action, reason: "requested", text: "Requested by the board's button." },
    ]);
    expect(run.last("shutdown_started").message).toMatch(
      action === "reboot" ? /^Rebooting/ : /^Powering off/,
    );
  });

  it("changes nothing while the Pi goes down, and nothing when it is switched off", () => {
    const run = running();
    run.feed({ type: "button", at: run.at, action: "power_off" });
    run.feed({ type: "button", at: run.at, action: "power_off" });
    run.feed({ type: "button", at: run.at, action: "reboot" });
    expect(orders(run)).toHaveLength(1);
    const off = running({ buttonsEnabled: false });
    off.feed({ type: "button", at: off.at, action: "power_off" });
    expect(off.effects).toEqual([]);
  });

  it("does not boot on a battery that is critical without mains: a reboot becomes a power-off that says so", () => {
    const critical = (looks: number) => {
      const run = running();
      run.edge(false);
      run.watch(2, () => look(false, 12));
      run.watch(looks, () => look(false, 9));
      return run;
    };
    const press = (run: Run) => run.feed({ type: "button", at: run.at, action: "reboot" });
    const counting = critical(5);
    expect(counting.now.shutdown).toMatchObject({ kind: "counting_down", by: { kind: "battery" } });
    press(counting);
    const text = expect.stringMatching(/^A reboot was requested by the board's button, but the battery is/);
    expect(orders(counting)).toMatchObject([{ mode: "power_off", reason: "requested", text }]);
    expect(counting.last("shutdown_started").message).toMatch(
      /^Powering off: A reboot .*the Pi stays off\.$/,
    );
    // A person has put it off: the battery is no better for it.
    const cancelled = critical(5);
    cancelled.cancel();
    press(cancelled);
    expect(orders(cancelled)).toMatchObject([{ mode: "power_off", text }]);
    // The look after the last one failed: nothing says that the countdown's reason is gone.
    const blind = critical(5);
    blind.watch(2, with_({ gauge: nack }, false));
    press(blind);
    expect(orders(blind)).toMatchObject([{ mode: "power_off", text }]);
  });

  it("reboots on battery while it is only low, not proven critical, or mains is there", () => {
    const low = running();
    low.edge(false);
    low.watch(5, () => look(false, 15));
    const unproven = running();
    unproven.edge(false);
    unproven.watch(2, () => look(false, 12));
    unproven.watch(1, () => look(false, 9));
    const mains = running({}, 15);
    mains.watch(10, () => look(true, 9));
    for (const run of [low, unproven, mains]) {
      run.feed({ type: "button", at: run.at, action: "reboot" });
      expect(orders(run)).toMatchObject([{ mode: "reboot", text: "Requested by the board's button." }]);
    }
  });

  it("does not turn a later shutdown by the battery into a reboot", () => {
    const run = running();
    run.feed({ type: "button", at: run.at, action: "reboot" });
    run.feed({ type: "power_off_result", at: run.at, ok: false, message: "refused" });
    run.effects.length = 0;
    run.edge(false);
    run.watch(120, () => look(false, 5, 3150));
    expect(orders(run)).toMatchObject([{ mode: "power_off" }]);
  });
});

describe("the charge window", () => {
  const chargeWindow = { stopPct: 80, startPct: 75 };
  const told = (run: Run) =>
    run.effects.flatMap((effect) => (effect.type === "allow_charge" ? [effect.allowed] : []));

  it("stops at the upper limit, starts at the lower, and orders nothing in between", () => {
    const run = running({ chargeWindow }, 78);
    for (const pct of [79, 80, 79, 77, 75.5, 75, 74, 79, 80]) run.watch(3, with_({}, true, pct));
    expect(told(run)).toEqual([false, true, false]);
  });

  it("allows charging on battery, and when nobody knows the charge", () => {
    const run = running({ chargeWindow }, 82);
    run.watch(3, with_({}, true, 82));
    run.effects.length = 0;
    run.watch(4, with_({ gauge: nack }, true, 82));
    expect(told(run)).toEqual([]);
    run.watch(1, with_({ gauge: nack }, true, 82));
    expect(told(run)).toEqual([true]);
    run.watch(2, with_({}, true, 82));
    expect(told(run)).toEqual([true]);
    run.watch(1, with_({}, true, 82));
    expect(told(run)).toEqual([true, false]);
    run.edge(false);
    run.watch(3, with_({}, false, 82));
    expect(told(run).at(-1)).toBe(true);
  });

  it("orders nothing for single looks that fail, however many they are", () => {
    const run = running({ chargeWindow }, 82);
    run.effects.length = 0;
    for (let i = 0; i < 60; i += 1) {
      run.watch(1 + (i % 4), with_({ gauge: nack }, true, 82));
      run.watch(1, with_({}, true, 82));
    }
    expect(told(run)).toEqual([]);
    run.watch(1, with_({ gauge: nack }, true, 82));
    run.edge(false);
    run.watch(2, with_({ gauge: nack }, false, 82));
    expect(told(run)).toEqual([true]);
  });

  it("goes on resting between the limits after a gauge that failed, and fills up after an outage", () => {
    const run = running({ chargeWindow }, 78);
    run.watch(3, with_({}, true, 80));
    run.watch(3, with_({}, true, 78));
    run.watch(5, with_({ gauge: nack }, true, 78));
    run.watch(3, with_({}, true, 78));
    expect(told(run)).toEqual([false, true, false]);
    run.effects.length = 0;
    run.edge(false);
    run.watch(5, with_({}, false, 77));
    run.edge(true);
    run.watch(20, with_({}, true, 77));
    expect(told(run)).toEqual([true]);
  });

  it("holds on a board that cannot tell about mains", () => {
    const senses = new Set<Sense>(["voltage", "charge"]);
    const run = new Run({ chargeWindow, senses });
    run.start();
    const blind = (pct: number) => (): Sample => ({ gauge: look(true, pct).gauge });
    for (const pct of [78, 80, 77, 75]) run.watch(3, blind(pct));
    expect(told(run)).toEqual([true, false, true]);
  });

  it("asks a board that does not obey once a minute, and says so once", () => {
    const run = running({ chargeWindow }, 85);
    run.effects.length = 0;
    run.feed({ type: "charge_control_result", at: run.at, ok: false, message: "GPIO16 is busy." });
    expect(run.last("ups_fault").value).toBe("PI_UPS_CHARGE_CONTROL_FAILED");
    run.watch(59, with_({}, true, 85));
    expect(told(run)).toEqual([]);
    run.watch(3, with_({}, true, 85));
    expect(told(run)).toEqual([false]);
    run.feed({ type: "charge_control_result", at: run.at, ok: true, message: "" });
    expect(run.types).toEqual(["ups_fault", "ups_fault_cleared"]);
  });

  it("lets the battery charge before the Pi goes down, and decides anew when the power-off failed", () => {
    const run = running({ chargeWindow }, 85);
    run.effects.length = 0;
    run.request({ delayMs: 0 });
    const orders = run.effects.filter(({ type }) => type === "allow_charge" || type === "power_off");
    expect(orders).toMatchObject([{ type: "allow_charge", allowed: true }, { type: "power_off" }]);
    run.effects.length = 0;
    run.feed({ type: "charge_control_result", at: run.at, ok: true, message: "" });
    run.watch(5, with_({}, true, 85));
    expect(told(run)).toEqual([]);
    run.feed({ type: "power_off_result", at: run.at, ok: false, message: "refused" });
    run.watch(3, with_({}, true, 85));
    expect(told(run)).toEqual([false]);
  });

  it("says nothing more to a board that charges when the Pi goes down, and nothing where nobody forbids", () => {
    for (const run of [running({ chargeWindow }, 60), running({}, 85)]) {
      run.effects.length = 0;
      run.request({ delayMs: 0 });
      expect(run.poweredOff()).toBe(true);
      expect(told(run)).toEqual([]);
    }
  });

  it("orders nothing without a window", () => {
    const run = running({}, 100);
    run.watch(20, with_({}, true, 100));
    expect(told(run)).toEqual([]);
  });

  it("allows charging while the gauge is a fault, whatever it said before", () => {
    const reading = fc.oneof(
      fc.constant<readonly Result<{ cellMv: number; chargePct: number }>[]>([nack, nack, nack]),
      fc.double({ min: 0, max: 100, noNaN: true }).map((chargePct) => [good({ cellMv: 3900, chargePct })]),
    );
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 60 }), (readings) => {
        const run = new Run({ chargeWindow });
        run.start();
        let allowed = true;
        let failures = 0;
        for (const gauge of readings.flat()) {
          run.effects.length = 0;
          run.watch(1, with_({ gauge }));
          allowed = told(run).at(-1) ?? allowed;
          failures = gauge.ok ? 0 : failures + 1;
          if (failures >= 5) expect(allowed).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
