// The adapter to the onoff package, over a folder that looks like /sys/class/gpio. onoff itself cannot be pointed at
// another folder, so a stand-in for its line class works on that folder with the same calls and the same errors.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sysfsNumberOf } from "../../agent/src/platform/gpio-numbers.ts";
import { createOnoffGpio, type OnoffGpioOptions } from "../../agent/src/platform/gpio-onoff.ts";
import { createThermalZone } from "../../agent/src/platform/thermal.ts";
import { expectValue } from "./board-bench.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pi-ups-gpio-"));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function addChip(name: string, label: string, base: number, lines: number): void {
  mkdirSync(join(root, name));
  writeFileSync(join(root, name, "label"), `${label}\n`);
  writeFileSync(join(root, name, "base"), `${base}\n`);
  writeFileSync(join(root, name, "ngpio"), `${lines}\n`);
}

describe("number of a line", () => {
  it.each([
    [
      "Pi 5, kernel 6.12",
      [
        ["gpiochip512", "gpio-brcmstb@107d508500", 512, 32],
        ["gpiochip569", "pinctrl-rp1", 569, 54],
      ],
      575,
    ],
    ["Pi 5, early 6.6", [["gpiochip571", "pinctrl-rp1", 571, 54]], 577],
    [
      "Pi 4",
      [
        ["gpiochip512", "pinctrl-bcm2711", 512, 58],
        ["gpiochip570", "raspberrypi-exp-gpio", 570, 8],
      ],
      518,
    ],
    ["Pi 3", [["gpiochip512", "pinctrl-bcm2835", 512, 54]], 518],
    ["an old kernel", [["gpiochip0", "pinctrl-bcm2835", 0, 54]], 6],
  ] as const)("%s", async (_name, chips, expected) => {
    for (const [name, label, base, lines] of chips) addChip(name, label, base, lines);
    expect(await sysfsNumberOf(root, 6)).toEqual({ ok: true, value: expected });
  });

  it("names what it found when no chip is the header's", async () => {
    addChip("gpiochip512", "gpio-brcmstb@107d508500", 512, 32);
    mkdirSync(join(root, "gpiochip600"));
    const result = await sysfsNumberOf(root, 6);
    expect(result).toMatchObject({ ok: false, code: "PI_UPS_GPIO_NO_CHIP" });
    expect(!result.ok && result.message).toContain(
      "Found: gpio-brcmstb@107d508500. Expected is one of: pinctrl-rp1",
    );
  });

  it("refuses a line that the chip does not have", async () => {
    addChip("gpiochip512", "pinctrl-bcm2835", 512, 54);
    for (const bcm of [54, -1, 1.5]) {
      expect(await sysfsNumberOf(root, bcm)).toMatchObject({ ok: false, code: "PI_UPS_GPIO_BAD_LINE" });
    }
  });

  it("says so when there is no sysfs GPIO", async () => {
    const result = await sysfsNumberOf(join(root, "gone"), 6);
    expect(result).toMatchObject({ ok: false, code: "PI_UPS_GPIO_NO_SYSFS" });
    expect(!result.ok && result.message).toContain("CONFIG_GPIO_SYSFS");
  });
});

type Watcher = (error: Error | null, value: number) => void;

/** onoff's line class on the test's folder; `edge` plays the kernel's interrupt. */
function standIn(exportError?: Error) {
  const watchers = new Map<number, Watcher[]>();
  class Line {
    readonly #number: number;
    constructor(number: number, direction: string) {
      if (exportError !== undefined) throw exportError;
      this.#number = number;
      mkdirSync(this.#path(), { recursive: true });
      if (direction !== "in") writeFileSync(join(this.#path(), "value"), direction === "high" ? "1" : "0");
      writeFileSync(join(this.#path(), "direction"), direction === "in" ? "in" : "out");
    }
    readSync() {
      return Number(readFileSync(join(this.#path(), "value"), "utf8"));
    }
    writeSync(value: 0 | 1) {
      writeFileSync(join(this.#path(), "value"), String(value));
    }
    setDirection(direction: string) {
      writeFileSync(join(this.#path(), "direction"), direction);
    }
    watch(callback: Watcher) {
      watchers.set(this.#number, [...(watchers.get(this.#number) ?? []), callback]);
    }
    unwatchAll() {
      watchers.delete(this.#number);
    }
    unexport() {
      this.unwatchAll();
      rmSync(this.#path(), { recursive: true });
    }
    #path() {
      return join(root, `gpio${this.#number}`);
    }
  }
  return {
    module: { default: { Gpio: Line } },
    watching: (number: number) => (watchers.get(number) ?? []).length,
    edge: (number: number, value: number) => {
      for (const watcher of watchers.get(number) ?? []) watcher(null, value);
    },
  };
}

/** A Pi 5, where GPIO6 is number 575. */
function pi5(options: OnoffGpioOptions = {}, exportError?: Error) {
  addChip("gpiochip569", "pinctrl-rp1", 569, 54);
  const kernel = standIn(exportError);
  const setLevel = (value: 0 | 1) => {
    mkdirSync(join(root, "gpio575"), { recursive: true });
    writeFileSync(join(root, "gpio575", "value"), String(value));
  };
  const gpio = createOnoffGpio({
    root,
    pollMs: 5,
    importModule: () => Promise.resolve(kernel.module),
    ...options,
  });
  return { gpio, kernel, setLevel };
}

const soon = (ms = 30) => new Promise((resolve) => setTimeout(resolve, ms));

describe("input", () => {
  it("reads raw levels of the right line", async () => {
    const { gpio, setLevel } = pi5();
    const line = expectValue(await gpio.input(6, "none"));
    setLevel(1);
    expect(await line.read()).toEqual({ ok: true, value: true });
    setLevel(0);
    expect(await line.read()).toEqual({ ok: true, value: false });
    await line.close();
    expect(existsSync(join(root, "gpio575"))).toBe(false);
    expect((await line.read()).ok).toBe(false);
  });

  it("reports an edge at once, and once, although the level is polled too", async () => {
    const { gpio, kernel, setLevel } = pi5({ pollMs: 5 });
    const line = expectValue(await gpio.input(6, "none"));
    setLevel(1);
    const seen: boolean[] = [];
    const end = line.watch((high) => seen.push(high));
    setLevel(0);
    kernel.edge(575, 0);
    expect(seen).toEqual([false]);
    await soon();
    expect(seen).toEqual([false]);
    end();
    expect(kernel.watching(575)).toBe(0);
    setLevel(1);
    await soon();
    expect(seen).toEqual([false]);
    await gpio.close();
  });

  it("finds by polling an edge that the interrupt lost", async () => {
    const { gpio, setLevel } = pi5({ pollMs: 5 });
    const line = expectValue(await gpio.input(6, "none"));
    setLevel(1);
    const seen: boolean[] = [];
    line.watch((high) => seen.push(high));
    setLevel(0);
    await expect.poll(() => seen, { timeout: 4_000 }).toEqual([false]);
    await gpio.close();
  });

  it("leaves a line exported that another program exported", async () => {
    const { gpio, setLevel } = pi5();
    setLevel(1);
    const line = expectValue(await gpio.input(6, "none"));
    await line.close();
    await line.close();
    expect(existsSync(join(root, "gpio575"))).toBe(true);
  });

  it("names the cure for a bias that sysfs cannot set", async () => {
    const notices: string[] = [];
    const { gpio } = pi5({ onNotice: (message) => notices.push(message) });
    await gpio.input(6, "pull_up");
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain("gpio=6=pu");
  });

  it.each([
    ["EINVAL", "PI_UPS_GPIO_BAD_LINE", "Correct the board and its pins"],
    ["EBUSY", "PI_UPS_GPIO_BUSY", "gpioinfo"],
    ["EACCES", "PI_UPS_GPIO_NO_PERMISSION", "usermod -aG gpio"],
    ["ENOENT", "PI_UPS_GPIO_NO_SYSFS", "CONFIG_GPIO_SYSFS"],
    ["EIO", "PI_UPS_GPIO_IO", "dmesg"],
  ])("%s at opening is %s with its cure", async (errno, code, cure) => {
    const { gpio } = pi5({}, Object.assign(new Error(`${errno}: no`), { code: errno }));
    const result = await gpio.input(6, "none");
    expect(result).toMatchObject({ ok: false, code });
    expect(!result.ok && result.message).toContain(cure);
    expect(!result.ok && result.message).toContain("GPIO6 (sysfs number 575)");
  });

  it("gives a failed read as a failure", async () => {
    const { gpio } = pi5();
    const line = expectValue(await gpio.input(6, "none"));
    rmSync(join(root, "gpio575"), { recursive: true });
    expect(await line.read()).toMatchObject({ ok: false, code: "PI_UPS_GPIO_NO_SYSFS" });
  });

  it("says that onoff is not built", async () => {
    const { gpio } = pi5({
      importModule: () => Promise.reject(new Error("Could not locate the bindings file. Tried:")),
    });
    const result = await gpio.input(6, "none");
    expect(result).toMatchObject({ ok: false, code: "PI_UPS_GPIO_NO_ADDON" });
    expect(!result.ok && result.message).toContain("npm run native");
  });
});

describe("output", () => {
  it("starts at the asked level, writes, reads back without turning into an input, and is given back", async () => {
    const { gpio } = pi5();
    const line = expectValue(await gpio.output(16, true));
    const file = (name: string) => readFileSync(join(root, "gpio585", name), "utf8");
    expect(file("value")).toBe("1");
    await line.write(false);
    expect(await line.read()).toEqual({ ok: true, value: false });
    expect(file("direction")).toBe("out");
    await gpio.close();
    expect(existsSync(join(root, "gpio585"))).toBe(false);
    expect(await line.read()).toMatchObject({ ok: false, code: "PI_UPS_GPIO_CLOSED" });
    expect(await line.write(true)).toMatchObject({ ok: false, code: "PI_UPS_GPIO_CLOSED" });
  });

  it("is left as it is driven, and is ours no more", async () => {
    const { gpio } = pi5();
    const line = expectValue(await gpio.output(16, true));
    await line.leave();
    await gpio.close();
    expect(readFileSync(join(root, "gpio585", "value"), "utf8")).toBe("1");
    expect(readFileSync(join(root, "gpio585", "direction"), "utf8")).toBe("out");
    expect(await line.write(false)).toMatchObject({ ok: false, code: "PI_UPS_GPIO_CLOSED" });
  });
});

describe("processor temperature", () => {
  const zone = (text: string) => {
    mkdirSync(join(root, "thermal_zone0"));
    writeFileSync(join(root, "thermal_zone0", "temp"), text);
    return createThermalZone({ root }).readC();
  };

  it("is millidegrees", async () => {
    expect(await zone("48312\n")).toEqual({ ok: true, value: 48.312 });
  });

  it.each(["", "hot", "999999", "-99000", "48.3"])("refuses %j", async (text) => {
    expect(await zone(text)).toMatchObject({ ok: false, code: "PI_UPS_THERMAL_IMPOSSIBLE" });
  });

  it("says which file is missing", async () => {
    const result = await createThermalZone({ root }).readC();
    expect(result).toMatchObject({ ok: false, code: "PI_UPS_THERMAL_NOT_FOUND" });
    expect(!result.ok && result.message).toContain(join(root, "thermal_zone0", "temp"));
  });

  it("that is there and cannot be read is not called missing", async () => {
    mkdirSync(join(root, "thermal_zone0", "temp"), { recursive: true });
    expect(await createThermalZone({ root }).readC()).toMatchObject({
      ok: false,
      code: "PI_UPS_THERMAL_UNREADABLE",
    });
  });
});
