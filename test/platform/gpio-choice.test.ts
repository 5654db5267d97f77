// Which way to the pins is taken: folders that look like /sys, an onoff that loads or does not, and tools that are there or not.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ChooseGpioOptions, type ChosenGpio, chooseGpio } from "../../agent/src/platform/gpio-choice.ts";
import { FakeGpiod } from "./fake-gpiod.ts";

vi.setConfig({ testTimeout: 30_000 });

let sys = "";
let fake: FakeGpiod;
let gpio: ChosenGpio;
let asked: string[] = [];

beforeEach(() => {
  sys = mkdtempSync(join(tmpdir(), "pi-ups-sys-"));
  fake = new FakeGpiod("2.2.1");
  asked = [];
});
afterEach(async () => {
  await gpio.close();
  fake.end();
  rmSync(sys, { recursive: true });
});

function sysfs(label = "pinctrl-bcm2711", withExport = true): void {
  const chip = join(sys, "class/gpio/gpiochip512");
  mkdirSync(chip, { recursive: true });
  writeFileSync(join(chip, "label"), `${label}\n`);
  writeFileSync(join(chip, "base"), "512\n");
  writeFileSync(join(chip, "ngpio"), "58\n");
  if (withExport) writeFileSync(join(sys, "class/gpio/export"), "");
}

class Line {
  constructor(number: number, direction: string) {
    asked.push(`${number} ${direction}`);
  }
  readSync = () => 1;
  unwatchAll = () => {};
  unexport = () => {};
}

const onoff = () => Promise.resolve({ default: { Gpio: Line } });
const noOnoff = () => Promise.reject(new Error("Could not locate the bindings file. Tried:"));

function choose(options: Partial<ChooseGpioOptions> = {}): void {
  gpio = chooseGpio({
    backend: "auto",
    sysRoot: sys,
    importOnoff: onoff,
    gpiod: { toolsFolder: fake.folder },
    ...options,
  });
}

/** As version 2 behaves for a user outside the group gpio. */
function forbidTools(): void {
  const words = "gpiodetect: unable to open chip '/dev/gpiochip0': Permission denied";
  const version = "gpiodetect (libgpiod) v2.2.1";
  const script = `#!/bin/sh\n[ "$1" = --version ] && exec echo "${version}"\necho "${words}" >&2\nexit 1\n`;
  // The link goes first: writing through it would change the program behind it.
  rmSync(join(fake.folder, "gpiodetect"));
  writeFileSync(join(fake.folder, "gpiodetect"), script);
  chmodSync(join(fake.folder, "gpiodetect"), 0o755);
}

describe("auto", () => {
  it("takes sysfs where it works, and its number is base + line", async () => {
    sysfs();
    choose();
    expect(gpio.chosen).toBeNull();
    expect((await gpio.input(6, "none")).ok).toBe(true);
    expect(asked).toEqual(["518 in"]);
    expect(gpio.chosen).toMatchObject({ backend: "sysfs", chip: "pinctrl-bcm2711" });
    expect(gpio.chosen?.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it.each([
    ["there is no sysfs GPIO", () => {}, onoff, "CONFIG_GPIO_SYSFS"],
    ["sysfs shows another chip only", () => sysfs("gpio-brcmstb@107d508500"), onoff, "gpio-brcmstb"],
    ["sysfs cannot export by number", () => sysfs("pinctrl-rp1", false), onoff, "export is not there"],
    ["onoff is not built", () => sysfs(), noOnoff, "npm run native"],
  ])("takes libgpiod's tools when %s", async (_name, prepare, importOnoff, why) => {
    prepare();
    choose({ importOnoff });
    fake.pin(6, true);
    const line = await gpio.input(6, "none");
    expect(line.ok && (await line.value.read())).toEqual({ ok: true, value: true });
    expect(asked).toEqual([]);
    expect(gpio.chosen).toMatchObject({ backend: "gpiod", version: "2.2.1", chip: "pinctrl-bcm2711" });
    expect(gpio.chosen?.why).toContain(why);
  });

  it("names both cures at each request when nothing works, and looks again at the next", async () => {
    fake.tell("no_chip", "1");
    choose();
    for (const result of [await gpio.input(6, "none"), await gpio.output(16, true)]) {
      expect(result).toMatchObject({ ok: false, code: "PI_UPS_GPIO_NO_BACKEND" });
      const message = result.ok ? "" : result.message;
      expect(message).toMatch(/^GPIO\d+ cannot be opened\. Neither way/);
      expect(message).toContain("sudo apt install gpiod");
      expect(message).toContain("npm run native");
    }
    expect(gpio.chosen).toMatchObject({ backend: "none", version: null, chip: null });
    fake.untell("no_chip");
    expect((await gpio.input(6, "none")).ok).toBe(true);
    expect(gpio.chosen?.backend).toBe("gpiod");
  });

  it("says that permission is what is missing where it is", async () => {
    forbidTools();
    choose();
    const result = await gpio.input(6, "none");
    expect(result).toMatchObject({ ok: false, code: "PI_UPS_GPIO_NO_PERMISSION" });
    expect(!result.ok && result.message).toContain("usermod -aG gpio");
  });
});

describe("asked for", () => {
  it("gpiod is taken although sysfs works", async () => {
    sysfs();
    choose({ backend: "gpiod" });
    expect(await gpio.describe()).toMatchObject({ backend: "gpiod", version: "2.2.1" });
    expect(fake.calls()).toEqual([]);
  });

  it("sysfs that is not there fails, although the tools work", async () => {
    choose({ backend: "sysfs" });
    expect(await gpio.describe()).toMatchObject({ backend: "none" });
    const result = await gpio.input(6, "none");
    expect(result).toMatchObject({ ok: false, code: "PI_UPS_GPIO_NO_SYSFS" });
    expect(!result.ok && result.message).toMatch(/The configuration asks for sysfs.*apt install gpiod/);
  });
});
