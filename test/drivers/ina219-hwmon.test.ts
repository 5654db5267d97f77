// The INA219 behind the kernel's driver: against files as ina2xx writes them, whatever shunt the driver was told.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Ina219Use } from "../../agent/src/boards/chip-use.ts";
import { ina219 } from "../../agent/src/drivers/ina219.ts";
import { createKernelPower } from "../../agent/src/platform/kernel-power.ts";
import type { KernelPower } from "../../agent/src/ports/ports.ts";
import { createSimIna2xxHwmon } from "../../agent/src/sim/sim-ina2xx-hwmon.ts";
import { noKernelPower } from "../../agent/src/sim/sim-kernel-power.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { chipWorld } from "../support/chip-world.ts";
import { deadPorts } from "./board-bench.ts";
import { expectRefusal, expectValue } from "./chip-bench.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A UPS HAT (B): two cells, 0.1 Ohm. */
const hatB: Ina219Use = {
  chip: "ina219",
  access: "hwmon",
  address: 0x42,
  measures: "battery",
  shuntOhm: 0.1,
  currentLsbUa: 100,
  configWord: 0x3eef,
  invertCurrent: false,
  deadBandMa: 25,
  mains: { lostBelowMa: -100, presentAboveMa: -60 },
};

type Files = Readonly<Record<string, string>>;

/** -850 mA and 7.8 V, as a driver shows them that believes in 10 mOhm. */
const untold: Files = {
  name: "ina219",
  in0_input: "-85",
  in1_input: "7800",
  curr1_input: "-8500",
  shunt_resistor: "10000",
};
/** The same, by a driver that was told 0.1 Ohm. */
const told: Files = { ...untold, curr1_input: "-850", shunt_resistor: "100000" };

/** A /sys whose hwmon device at 1-0042 has these files; null: no driver is bound. */
function machine(files: Files | null, use: Ina219Use = hatB) {
  const root = mkdtempSync(join(tmpdir(), "pi-ups-hwmon-"));
  folders.push(root);
  const device = join(root, "bus/i2c/devices/1-0042");
  const folder = join(device, "hwmon/hwmon3");
  const write = (wanted: Files) => {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(wanted)) writeFileSync(join(folder, name), `${text}\n`);
  };
  if (files === null) mkdirSync(device, { recursive: true });
  else write(files);
  const clock = new VirtualClock();
  const busy = { ok: false, code: "PI_UPS_I2C_BUSY", message: "the kernel has it" } as const;
  const driver = ina219(use, {
    bus: deadPorts(busy).i2c,
    busNumber: 1,
    kernel: createKernelPower(root),
    clock,
    cellsInSeries: 2,
  });
  // The clock is not asked for the time that a real file takes.
  const passing = async <T>(run: Promise<T>): Promise<T> => {
    let settled = false;
    const found = run.finally(() => {
      settled = true;
    });
    while (!settled) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await clock.advance(5);
    }
    return found;
  };
  const probe = () => passing(driver.probe());
  return { driver, probe, read: () => passing(driver.read()), write, folder, clock };
}

async function currentIn(files: Files, use: Ina219Use = hatB): Promise<number | undefined> {
  const { driver, probe } = machine(files, use);
  expectValue(await probe());
  return expectValue((await driver.read()).gauge).currentMa;
}

describe("the shunt", () => {
  it("is the board's: a driver that was told another one, or none, shows the same battery", async () => {
    expect(await currentIn(untold)).toBeCloseTo(-850, 6);
    expect(await currentIn(told)).toBeCloseTo(-850, 6);
  });

  it("of 10 mOhm needs no correction, and the sign is the board's", async () => {
    const use = { ...hatB, shuntOhm: 0.01, invertCurrent: true };
    const files = { ...untold, in0_input: "-9", curr1_input: "-850" };
    expect(await currentIn(files, use)).toBeCloseTo(850, 6);
  });

  it("beyond whose range the end of the range counts, with its sign", async () => {
    const { driver, probe } = machine({ ...untold, in0_input: "-320", curr1_input: "-32000" });
    expectValue(await probe());
    expect(await driver.read()).toMatchObject({
      gauge: { ok: true, value: { cellMv: 3900, currentMa: -3200 } },
      acPresent: { ok: true, value: false },
    });
  });
});

describe("one look", () => {
  it("tells who was asked, voltage per cell, mains and charging", async () => {
    const { driver, probe, write } = machine(untold);
    expect(expectValue(await probe())).toEqual({
      chip: "ina219",
      version: "hwmon ina219, shunt_resistor 10000",
      notes: [],
    });
    expect(await driver.read()).toMatchObject({
      gauge: { ok: true, value: { cellMv: 3900 } },
      acPresent: { ok: true, value: false },
      charging: { ok: true, value: false },
    });
    write({ ...untold, in0_input: "120", curr1_input: "12000", in1_input: "8100" });
    expect(await driver.read()).toMatchObject({
      gauge: { ok: true, value: { cellMv: 4050, currentMa: 1200 } },
      acPresent: { ok: true, value: true },
      charging: { ok: true, value: true },
    });
  });

  it.each([
    ["a word", { curr1_input: "much" }, "expected are numbers"],
    ["nothing", { in1_input: "" }, "expected are numbers"],
    ["a shunt of nothing", { shunt_resistor: "0" }, "expected are numbers"],
    ["a current that the shunt does not show", { in0_input: "10" }, "belong together"],
    ["a pack that two cells cannot have", { in1_input: "12600" }, "6300 mV per cell"],
    ["an empty register", { in1_input: "0" }, "0 mV per cell"],
  ])("with %s is no reading", async (_, wrong, words) => {
    const { driver, probe, read, write } = machine(untold);
    expectValue(await probe());
    write({ ...untold, ...wrong });
    const refused = expectRefusal((await read()).gauge);
    expect(refused.code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
    expect(refused.message).toContain(words);
    write(untold);
    expectValue((await driver.read()).gauge);
  });
});

describe("figures of two moments", () => {
  it("are looked at again later, for half a second at least: a register that hangs so long costs no reading", async () => {
    const { probe, read, write, clock } = machine(untold);
    expectValue(await probe());
    write({ ...untold, in0_input: "120" });
    clock.after(500, () => write({ ...untold, in0_input: "120", curr1_input: "12000" }));
    expect(expectValue((await read()).gauge).currentMa).toBe(1200);
  });

  it("are refused when they stay, before a second is over", async () => {
    const { probe, read, write, clock } = machine(untold);
    expectValue(await probe());
    write({ ...untold, in0_input: "120" });
    const beganMs = clock.now().monoMs;
    expect(expectRefusal((await read()).gauge).message).toContain("belong together");
    expect(clock.now().monoMs - beganMs).toBeLessThan(1000);
  });
});

describe("a chip that does not answer its driver", () => {
  const bench = (failures: number) => {
    const { around } = chipWorld({ cellMv: 3900, cellsInSeries: 2, currentMa: -850, acPresent: false });
    const device = createSimIna2xxHwmon(hatB, around);
    let asked = 0;
    let failing = 0;
    const kernel: KernelPower = {
      ...noKernelPower,
      i2cHwmon: (_bus, _address, files) => {
        asked += 1;
        if (failing > 0) {
          failing -= 1;
          return Promise.resolve({ ok: false, code: "PI_UPS_SYSFS", message: "EREMOTEIO" });
        }
        const texts = Object.fromEntries(files.map((file) => [file, device.file(file, null) ?? ""]));
        return Promise.resolve({ ok: true, value: texts });
      },
    };
    const clock = new VirtualClock();
    const { i2c } = deadPorts({ ok: false, code: "PI_UPS_I2C_BUSY", message: "the kernel has it" });
    const driver = ina219(hatB, { bus: i2c, busNumber: 1, kernel, clock, cellsInSeries: 2 });
    const fail = () => {
      asked = 0;
      failing = failures;
    };
    return { driver, clock, fail, asked: () => asked };
  };

  it("is asked three times, as on the bus", async () => {
    const { driver, clock, fail, asked } = bench(2);
    fail();
    expectValue(await clock.until(driver.probe()));
    // Identity and two looks of two reads each, and the two that failed.
    expect(asked()).toBe(8);
  });

  it("and never does is a failure", async () => {
    const { driver, clock, fail } = bench(1000);
    expectValue(await clock.until(driver.probe()));
    fail();
    const sample = await clock.until(driver.read());
    expect(expectRefusal(sample.gauge).code).toBe("PI_UPS_SYSFS");
    expect(expectRefusal(sample.acPresent).code).toBe("PI_UPS_SYSFS");
  });
});

describe("a driver that is not there", () => {
  it("is named with the cure, bound or not, and never asked as another chip", async () => {
    const unbound = expectRefusal(await machine(null).probe());
    expect(unbound.code).toBe("PI_UPS_NO_HWMON");
    expect(unbound.message).toContain("0x42 on I2C bus 1");
    expect(unbound.message).toContain("access: hwmon");
    const other = expectRefusal(await machine({ ...untold, name: "lm75" }).probe());
    expect(other.code).toBe("PI_UPS_NO_HWMON");
    expect(other.message).toContain('"lm75"');
  });

  it("that lacks a file, or was unloaded in the middle, is a failure with the file's name", async () => {
    const { shunt_resistor: _, ...without } = untold;
    expect(expectRefusal(await machine(without).probe())).toMatchObject({ code: "PI_UPS_SYSFS" });
    const { driver, probe, folder } = machine(untold);
    expectValue(await probe());
    rmSync(folder, { recursive: true });
    const sample = await driver.read();
    expect(expectRefusal(sample.gauge).code).toBe("PI_UPS_NO_HWMON");
    expect(expectRefusal(sample.acPresent).code).toBe("PI_UPS_NO_HWMON");
  });
});

describe("the simulated driver", () => {
  const shows = (shuntUohm: number) => {
    const { around } = chipWorld({ cellMv: 3900, cellsInSeries: 2, currentMa: -850, acPresent: false });
    const device = createSimIna2xxHwmon(hatB, around, shuntUohm);
    return Object.fromEntries(Object.keys(untold).map((file) => [file, device.file(file, null)]));
  };

  it("shows what the kernel's does: ten times the current until it is told the shunt", () => {
    expect(shows(10_000)).toEqual(untold);
    // 40960000 / 100000 is no whole number, so the kernel's calibration is 0.1 % off.
    expect(Number(shows(100_000)["curr1_input"])).toBeCloseTo(-850, -1);
    expect(createSimIna2xxHwmon(hatB, chipWorld().around).file("temp1_input", null)).toBeNull();
  });
});
