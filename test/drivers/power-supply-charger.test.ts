// Charging on and off through a kernel driver: against x120x-dkms as its sources say it, and against drivers that refuse.
import { describe, expect, it } from "vitest";
import { PowerSupplyCharger } from "../../agent/src/drivers/power-supply-charger.ts";
import type { KernelPower } from "../../agent/src/ports/ports.ts";
import { createSimCharger } from "../../agent/src/sim/sim-charger.ts";
import { noKernelPower } from "../../agent/src/sim/sim-kernel-power.ts";
import { chipWorld } from "../support/chip-world.ts";
import { expectRefusal, expectValue } from "./chip-bench.ts";

const name = "x120x-charger";

/** The charger in a world at this charge; `refuses`: attributes that answer EACCES. */
function bench(chargePct = 60, refuses: readonly string[] = []) {
  const { world, around } = chipWorld({ chargePct });
  const sim = createSimCharger(around);
  const writes: string[] = [];
  const kernel: KernelPower = {
    ...noKernelPower,
    powerSupply: () => Promise.resolve({ ok: true, value: sim.facts(name) }),
    setPowerSupply(_, attribute, value) {
      writes.push(`${attribute}=${value}`);
      if (refuses.includes(attribute) || !sim.set(attribute, value)) {
        return Promise.resolve({ ok: false, code: "PI_UPS_SYSFS", message: `${attribute}: refused` });
      }
      return Promise.resolve({ ok: true, value: undefined });
    },
  };
  return { world, sim, writes, kernel, charger: new PowerSupplyCharger(name, kernel) };
}

const band = (facts: Readonly<Record<string, string>>) => [
  facts["CHARGE_TYPE"],
  facts["CHARGE_CONTROL_START_THRESHOLD"],
  facts["CHARGE_CONTROL_END_THRESHOLD"],
];

describe("charging", () => {
  it("is held by limits that the driver itself obeys, in an order that it takes", async () => {
    const { charger, sim, world, writes } = bench();
    expectValue(await charger.allow(false));
    expect(band(sim.facts(name))).toEqual(["Long Life", "0", "1"]);
    expect(world.chargeAllowed).toBe(false);
    expect(writes).toEqual([
      "charge_control_start_threshold=0",
      "charge_control_end_threshold=1",
      "charge_type=Long Life",
    ]);
  });

  it("is allowed again with the person's own limits given back", async () => {
    const { charger, sim, world } = bench();
    sim.set("charge_control_end_threshold", "90");
    sim.set("charge_control_start_threshold", "60");
    expectValue(await charger.allow(false));
    expectValue(await charger.allow(false));
    expectValue(await charger.allow(true));
    expect(band(sim.facts(name))).toEqual(["Fast", "60", "90"]);
    expect(world.chargeAllowed).toBe(true);
  });

  it("that an earlier run left held is allowed, with the driver's own limits", async () => {
    const { kernel, charger, sim } = bench();
    expectValue(await charger.allow(false));
    expectValue(await new PowerSupplyCharger(name, kernel).allow(true));
    expect(band(sim.facts(name))).toEqual(["Fast", "75", "80"]);
  });

  it("that is allowed already changes no limit", async () => {
    const { charger, writes } = bench();
    expectValue(await charger.allow(true));
    expect(writes).toEqual(["charge_type=Fast"]);
  });
});

describe("a driver that does not", () => {
  it("let this user write is a refusal, and the mode is not touched", async () => {
    const { charger, sim } = bench(60, ["charge_control_end_threshold"]);
    expect(expectRefusal(await charger.allow(false)).code).toBe("PI_UPS_SYSFS");
    expect(sim.facts(name)["CHARGE_TYPE"]).toBe("Fast");
  });

  it("take what it was told is found out by reading back", async () => {
    const { kernel } = bench();
    const deaf = { ...kernel, setPowerSupply: noop } satisfies KernelPower;
    const refused = expectRefusal(await new PowerSupplyCharger(name, deaf).allow(false));
    expect(refused.code).toBe("PI_UPS_NOT_TAKEN");
    expect(refused.message).toContain("told Long Life, 0 to 1 % and shows Fast, 75 to 80 %");
  });

  it("have limits cannot be switched, and nothing is written", async () => {
    const { kernel, writes } = bench();
    const plain = {
      ...kernel,
      powerSupply: () => Promise.resolve({ ok: true, value: { CHARGE_TYPE: "Fast" } } as const),
    };
    expect(expectRefusal(await new PowerSupplyCharger(name, plain).allow(false)).code).toBe(
      "PI_UPS_NO_CHARGE_CONTROL",
    );
    expect(writes).toEqual([]);
  });
});

describe("the simulated driver", () => {
  it("refuses what x120x-dkms refuses", () => {
    const { sim } = bench();
    expect(sim.set("charge_control_start_threshold", "80")).toBe(false);
    expect(sim.set("charge_control_end_threshold", "75")).toBe(false);
    expect(sim.set("charge_control_end_threshold", "101")).toBe(false);
    expect(sim.set("charge_type", "Trickle")).toBe(false);
    expect(sim.set("online", "1")).toBe(false);
    expect(band(sim.facts(name))).toEqual(["Fast", "75", "80"]);
  });

  it("keeps a hysteresis in the mode Long Life, and says so", () => {
    const { sim, world } = bench(85);
    sim.set("charge_type", "Long Life");
    expect([sim.facts(name)["STATUS"], world.chargeAllowed]).toEqual(["Not charging", false]);
    world.measured = { ...world.measured, chargePct: 77 };
    sim.poll();
    expect(world.chargeAllowed).toBe(false);
    world.measured = { ...world.measured, chargePct: 75 };
    sim.poll();
    expect([sim.facts(name)["STATUS"], world.chargeAllowed]).toEqual(["Charging", true]);
    world.measured = { ...world.measured, acPresent: false };
    expect(sim.facts(name)).toMatchObject({ STATUS: "Discharging", ONLINE: "0" });
  });
});

function noop() {
  return Promise.resolve({ ok: true, value: undefined } as const);
}
