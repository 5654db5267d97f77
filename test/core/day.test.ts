// A whole day on the simulated pack: full, 24 hours without mains on a large battery or a small one, and back. It passes in
// a second or two, because time is an input.
import { describe, expect, it } from "vitest";
import { advanceBattery, type BatteryState, restedBattery } from "../../agent/src/sim/battery-model.ts";
import { ocvTable } from "../../agent/src/sim/ocv.ts";
import { gauge, look, onMains, type Run } from "./support/run.ts";

const pack = {
  ocv: ocvTable("li_ion", 3200),
  cellsInSeries: 1,
  fastMohm: 40,
  slowMohm: 20,
  slowTauS: 60,
  converterEfficiency: 0.9,
  chargeMa: 3000,
  chargeMv: 4200,
  terminationMa: 150,
  rechargePct: 95,
  collapseMv: 2600,
  standbyPctPerDay: 0.4,
} as const;

/** Lives on the simulated pack until the power-off or the end; returns the seconds it took. */
function live(run: Run, seconds: number, acPresent: boolean, from: BatteryState, capacityMah: number) {
  let battery = from;
  for (let second = 0; second < seconds; second += 1) {
    const drive = { acPresent, chargeAllowed: true, loadW: 5 };
    battery = advanceBattery({ ...pack, capacityMah }, battery, drive, 1).battery;
    const cellMv = Math.floor(battery.cellMv / 1.25) * 1.25;
    const chargePct = Math.floor(battery.chargePct * 256) / 256;
    run.watch(1, { ...look(acPresent, 50), gauge: gauge(chargePct, cellMv) });
    if (run.poweredOff()) return { battery, seconds: second };
  }
  return { battery, seconds };
}

describe("24 hours without mains", { timeout: 60_000 }, () => {
  it("with 60 Ah: one loss, one return, nothing else, and the sums are right", () => {
    const capacityMah = 60_000;
    const run = onMains(100);
    const full = restedBattery({ ...pack, capacityMah }, 100);
    const after = live(run, 86_400, false, full, capacityMah);
    expect(run.types).toEqual(["ac_power_loss"]);
    expect(after.battery.chargePct).toBeLessThan(50);
    expect(run.now.cycles).toBeCloseTo((100 - after.battery.chargePct) / 100, 2);
    const { runtime } = run.now;
    if (runtime.kind !== "estimate") throw new Error(runtime.kind);
    const pctPerMin = (100 - after.battery.chargePct) / (24 * 60);
    const expected = (after.battery.chargePct - 10) / pctPerMin;
    expect(runtime.minutes / expected).toBeGreaterThan(0.7);
    expect(runtime.minutes / expected).toBeLessThan(1.3);
    live(run, 700, true, after.battery, capacityMah);
    expect(run.types).toEqual(["ac_power_loss", "ac_power_restored", "charging_started"]);
    expect(run.last("ac_power_restored").message).toMatch(/^Mains restored after 1 d, lowest \d+ %\.$/);
  });

  it("with 6 Ah: warned, counted down and off in an orderly way, long before the rail collapses", () => {
    const capacityMah = 6_000;
    const run = onMains(100);
    const after = live(run, 86_400, false, restedBattery({ ...pack, capacityMah }, 100), capacityMah);
    expect(run.types).toEqual([
      "ac_power_loss",
      "battery_voltage_low",
      "battery_voltage_critical",
      "shutdown_scheduled",
      "shutdown_started",
    ]);
    expect(after.seconds).toBeGreaterThan(2 * 3600);
    expect(after.battery.chargePct).toBeGreaterThan(8);
    expect(after.battery.cellMv).toBeGreaterThan(3100);
  });
});
