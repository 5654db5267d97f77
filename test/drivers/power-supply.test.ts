// The kernel source against a folder of files as the kernel writes them, and against every word that they can hold.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { PowerSupplyUse } from "../../agent/src/boards/chip-use.ts";
import { decodeSupplies, powerSupply } from "../../agent/src/drivers/power-supply.ts";
import { createKernelPower, parseUevent } from "../../agent/src/platform/kernel-power.ts";
import type { I2cBus } from "../../agent/src/ports/ports.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { deadPorts } from "./board-bench.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const battery = {
  TYPE: "Battery",
  STATUS: "Discharging",
  PRESENT: "1",
  VOLTAGE_NOW: "3900000",
  CURRENT_NOW: "850000",
  CAPACITY: "87",
  TEMP: "312",
  HEALTH: "Good",
};
const mains = { TYPE: "Mains", ONLINE: "0" };
type Supplies = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A /sys with these supplies, and the driver on it. */
function machine(supplies: Supplies, use: Partial<PowerSupplyUse> = {}, cellsInSeries = 1) {
  const root = mkdtempSync(join(tmpdir(), "pi-ups-sys-"));
  folders.push(root);
  const write = (name: string, facts: Readonly<Record<string, string>>) => {
    const folder = join(root, "class/power_supply", name);
    mkdirSync(folder, { recursive: true });
    const lines = Object.entries({ NAME: name, ...facts }).map(
      ([key, value]) => `POWER_SUPPLY_${key}=${value}\n`,
    );
    writeFileSync(join(folder, "uevent"), `DEVTYPE=power_supply\n${lines.join("")}`);
  };
  mkdirSync(join(root, "class/power_supply"), { recursive: true });
  for (const [name, facts] of Object.entries(supplies)) write(name, facts);
  const bus: I2cBus = deadPorts({ ok: false, code: "PI_UPS_I2C_BUSY", message: "the kernel has it" }).i2c;
  const kernel = createKernelPower(root);
  const driver = powerSupply(
    { chip: "power_supply", battery: null, mains: null, ...use },
    { bus, busNumber: 1, kernel, clock: new VirtualClock(), cellsInSeries },
  );
  return { driver, write, root };
}

describe("a machine with x120x-dkms", () => {
  it("finds battery and mains among a mouse's battery, and reads them", async () => {
    const { driver } = machine({
      "hid-1-battery": { TYPE: "Battery", SCOPE: "Device", CAPACITY: "3", VOLTAGE_NOW: "1500000" },
      "x120x-ac": mains,
      "x120x-battery": battery,
      "x120x-charger": { TYPE: "Mains", ONLINE: "0", STATUS: "Discharging", CHARGE_TYPE: "Fast" },
    });
    expect(await driver.probe()).toEqual({
      ok: true,
      value: { chip: "power_supply", version: "x120x-battery x120x-ac x120x-charger", notes: [] },
    });
    expect(await driver.read()).toEqual({
      gauge: { ok: true, value: { cellMv: 3900, chargePct: 87, currentMa: -850 } },
      acPresent: { ok: true, value: false },
      charging: { ok: true, value: false },
      temperatureC: { ok: true, value: 31.2 },
      boardFaults: { ok: true, value: [] },
    });
  });

  it("takes the supplies that are named, and says what there is when they are not", async () => {
    const both = { first: battery, second: { ...battery, CAPACITY: "40" }, ac: mains };
    const { driver } = machine(both, { battery: "second", mains: "ac" });
    await driver.probe();
    expect((await driver.read()).gauge).toMatchObject({ value: { chargePct: 40 } });
    const missing = await machine(both, { battery: "third" }).driver.probe();
    expect(missing).toMatchObject({ ok: false, code: "PI_UPS_NO_POWER_SUPPLY" });
    expect(!missing.ok && missing.message).toContain("there are ac, first, second");
    expect(await machine(both, { mains: "usb" }).driver.probe()).toMatchObject({
      code: "PI_UPS_NO_POWER_SUPPLY",
    });
  });

  it("reads the first of several batteries, and says which others there are and how to choose", async () => {
    const { driver } = machine({ bat1: { ...battery, CAPACITY: "40" }, bat0: battery, ac: mains });
    const found = await driver.probe();
    expect(found.ok && found.value.notes).toEqual([expect.stringContaining("battery: bat1")]);
    expect((await driver.read()).gauge).toMatchObject({ value: { chargePct: 87 } });
    expect((await machine({ bat0: battery, bat1: battery }, { battery: "bat1" }).driver.probe()).ok).toBe(
      true,
    );
  });

  it("switches charging where a charger is named, and misses it when it is not there", async () => {
    const x120x = { "x120x-battery": battery, "x120x-ac": mains };
    const { driver } = machine(x120x, { charger: "x120x-charger" });
    expect(Object.keys(driver.controls ?? {})).toEqual(["allowCharge"]);
    const missing = await driver.probe();
    expect(!missing.ok && missing.message).toContain('no power supply "x120x-charger"');
    expect(machine(x120x).driver.controls).toEqual({});
  });

  it("writes the charger's files, and gives the kernel's reason with a cure", async () => {
    const charger = {
      TYPE: "Mains",
      CHARGE_TYPE: "Fast",
      CHARGE_CONTROL_START_THRESHOLD: "75",
      CHARGE_CONTROL_END_THRESHOLD: "80",
    };
    const { driver, root } = machine({ bat: battery, ac: mains, chg: charger }, { charger: "chg" });
    // A folder is no driver: what is written does not come back in the uevent.
    const told = await driver.controls?.allowCharge?.(false);
    expect(told).toMatchObject({ ok: false, code: "PI_UPS_NOT_TAKEN" });
    const folder = join(root, "class/power_supply/chg");
    expect(readFileSync(join(folder, "charge_type"), "utf8")).toBe("Long Life");
    expect(readFileSync(join(folder, "charge_control_end_threshold"), "utf8")).toBe("1");
    rmSync(join(folder, "charge_type"));
    mkdirSync(join(folder, "charge_type"));
    expect(await driver.controls?.allowCharge?.(false)).toMatchObject({ ok: false, code: "PI_UPS_SYSFS" });
  });

  it("says so when the driver was unloaded, and goes on when it is back", async () => {
    const { driver, write, root } = machine({ bat: battery, ac: mains });
    await driver.probe();
    rmSync(join(root, "class/power_supply/bat"), { recursive: true });
    const lost = (await driver.read()).gauge;
    expect(lost).toMatchObject({ ok: false, code: "PI_UPS_SYSFS" });
    expect(lost?.ok === false && lost.message).toContain("driver was unloaded");
    write("bat", battery);
    expect((await driver.read()).gauge).toMatchObject({ ok: true });
  });

  it("keeps the battery's temperature apart from the Pi's while it is not told", async () => {
    const { TEMP: _, ...untold } = battery;
    const { driver, write, root } = machine({ bat: battery, ac: mains });
    await driver.probe();
    await driver.read();
    write("bat", untold);
    expect(await driver.read()).toMatchObject({
      gauge: { ok: true },
      temperatureC: { ok: false, code: "PI_UPS_TEMPERATURE_UNKNOWN" },
    });
    rmSync(join(root, "class/power_supply/bat"), { recursive: true });
    expect((await driver.read()).temperatureC).toMatchObject({ ok: false, code: "PI_UPS_SYSFS" });
    const without = machine({ bat: untold, ac: mains }).driver;
    await without.probe();
    expect("temperatureC" in (await without.read())).toBe(false);
  });

  it("finds nothing on a machine without a battery", async () => {
    const found = await machine({ ac: mains }).driver.probe();
    expect(found).toMatchObject({ ok: false, code: "PI_UPS_NO_POWER_SUPPLY" });
    expect(!found.ok && found.message).toContain("it has only ac");
  });

  it("gives volts per cell", async () => {
    const { driver } = machine({ bat: { ...battery, VOLTAGE_NOW: "8200000" }, ac: mains }, {}, 2);
    await driver.probe();
    expect((await driver.read()).gauge).toMatchObject({ value: { cellMv: 4100 } });
  });
});

describe("one uevent", () => {
  it("is parsed line by line", () => {
    expect(parseUevent("DEVTYPE=power_supply\nPOWER_SUPPLY_NAME=a=b\nPOWER_SUPPLY_TEMP=-5\n\n")).toEqual({
      NAME: "a=b",
      TEMP: "-5",
    });
  });

  it.each([
    ["Discharging", "850000", -850],
    ["Discharging", "-850000", -850],
    ["Charging", "-1200000", 1200],
    ["Charging", "1200000", 1200],
    ["Full", "-3000", -3],
  ])("%s with current %s means %d mA", (STATUS, CURRENT_NOW, currentMa) => {
    const { reading } = decodeSupplies("b", { ...battery, STATUS, CURRENT_NOW }, [], 1);
    expect(reading).toMatchObject({ value: { currentMa } });
  });

  it.each([
    [[{ ONLINE: "1" }], "Discharging", true],
    [[{ ONLINE: "0" }, { ONLINE: "2" }], "Charging", true],
    [[{ ONLINE: "0" }], "Full", false],
    [[], "Discharging", false],
    [[], "Full", true],
    [[], "Unknown", null],
    [[{ ONLINE: "" }], "Unknown", null],
    // An empty uevent: the supply's own driver failed, and the battery's status is no evidence for it.
    [[{}], "Full", null],
    [[{}], "Discharging", null],
  ] as const)("supplies %j and status %s mean mains %s", (supplies, STATUS, present) => {
    expect(decodeSupplies("b", { ...battery, STATUS }, supplies, 1).acPresent).toBe(present);
  });

  it.each([
    [{ PRESENT: "0" }, "PI_UPS_NO_BATTERY"],
    [{ VOLTAGE_NOW: "0" }, "PI_UPS_GAUGE_IMPOSSIBLE"],
    [{ VOLTAGE_NOW: "" }, "PI_UPS_GAUGE_IMPOSSIBLE"],
    [{ CAPACITY: "-1" }, "PI_UPS_GAUGE_IMPOSSIBLE"],
    [{ CAPACITY: "65535" }, "PI_UPS_GAUGE_IMPOSSIBLE"],
  ])("%j is no reading", (facts, code) => {
    expect(decodeSupplies("b", { ...battery, ...facts }, [mains], 1).reading).toMatchObject({
      ok: false,
      code,
    });
  });

  it("names a battery in trouble", () => {
    expect(decodeSupplies("b", { ...battery, HEALTH: "Overheat" }, [], 1).faults).toMatchObject([
      { kind: "battery_overheat" },
    ]);
  });

  it("has no charge where the driver has none: the core estimates then", () => {
    const { CAPACITY: _, ...voltageOnly } = battery;
    const { reading } = decodeSupplies("b", voltageOnly, [], 1);
    expect(reading.ok && "chargePct" in reading.value).toBe(false);
  });
});

describe("mains that no supply tells", () => {
  it("is a failure with the cure, never a guess", async () => {
    const { driver } = machine({ bat: { ...battery, STATUS: "Unknown" } });
    await driver.probe();
    expect((await driver.read()).acPresent).toMatchObject({ ok: false, code: "PI_UPS_MAINS_UNKNOWN" });
  });
});
