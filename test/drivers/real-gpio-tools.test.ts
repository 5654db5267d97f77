// The pins over libgpiod's tools: real child processes that speak as versions 1.6 and 2.2 do, and hold lines by real locks.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ReadFailure } from "../../agent/src/core/model.ts";
import {
  createGpiodGpio,
  type GpiodGpio,
  type GpiodGpioOptions,
} from "../../agent/src/platform/gpio-gpiod.ts";
import { FakeGpiod, runs, versions } from "../platform/fake-gpiod.ts";
import { expectValue } from "./board-bench.ts";

// Each test starts several programs, and the machine may be busy: what must happen may take long, and nothing that must not
// happen depends on how fast something else is.
vi.setConfig({ testTimeout: 90_000 });

const patient = { timeout: 30_000, interval: 10 };
const high = { ok: true, value: true } as const;
const low = { ok: true, value: false } as const;

let fake: FakeGpiod;
let gpio: GpiodGpio;
let notices: string[];

function use(version: string, options: GpiodGpioOptions = {}): void {
  fake = new FakeGpiod(version);
  notices = [];
  gpio = createGpiodGpio({
    toolsFolder: fake.folder,
    sysRoot: fake.folder,
    restartMs: 20,
    // A level is read afresh only where a test is about that.
    checkAfterEdgeMs: 600_000,
    checkMs: 600_000,
    onNotice: (message) => notices.push(message),
    ...options,
  });
}

afterEach(async () => {
  await gpio.close();
  fake.end();
});

function failureOf(result: { readonly ok: boolean }): ReadFailure {
  if (result.ok) throw new Error("it worked");
  return result as ReadFailure;
}

describe.each(versions)("libgpiod %s", (version) => {
  beforeEach(() => use(version));

  it("finds version and chip, and opens no line for that", async () => {
    expect(await gpio.machine()).toEqual({
      ok: true,
      value: {
        version,
        major: Number(version[0]),
        chip: "gpiochip3",
        label: "pinctrl-bcm2711",
        lines: 58,
      },
    });
    expect(fake.calls()).toEqual([]);
  });

  it("reads the level at the start and tells each edge both ways", async () => {
    fake.pin(6, true);
    const line = expectValue(await gpio.input(6, "pull_up"));
    expect(await line.read()).toEqual(high);
    const seen: boolean[] = [];
    line.watch((level) => seen.push(level));
    fake.pin(6, false);
    await expect.poll(() => seen, patient).toEqual([false]);
    expect(await line.read()).toEqual(low);
    fake.pin(6, true);
    await expect.poll(() => seen, patient).toEqual([false, true]);
    expect(await line.read()).toEqual(high);
    expect(fake.calls().find((call) => call.startsWith("gpiomon"))).toContain("gpiomon 6 pull-up");
    expect(notices).toEqual([]);
  });

  it("stops telling a watcher that ended, and ends its program at close", async () => {
    const line = expectValue(await gpio.input(6, "none"));
    const seen: boolean[] = [];
    const stop = line.watch((level) => seen.push(level));
    stop();
    fake.pin(6, true);
    await expect.poll(() => line.read(), patient).toEqual(high);
    expect(seen).toEqual([]);
    const pid = fake.pid(6);
    expect(runs(pid)).toBe(true);
    await line.close();
    await line.close();
    expect(runs(pid)).toBe(false);
    expect(await line.read()).toMatchObject({ ok: false, code: "PI_UPS_GPIO_CLOSED" });
  });

  it("is a failure while the monitor is dead, then reads afresh and watches again", async () => {
    await gpio.close();
    fake.end();
    use(version, { checkAfterEdgeMs: 1_000 });
    fake.pin(6, true);
    const line = expectValue(await gpio.input(6, "none"));
    const seen: boolean[] = [];
    line.watch((level) => seen.push(level));
    fake.tell("refuse", "Device or resource busy");
    process.kill(fake.pid(6), "SIGKILL");
    await expect.poll(async () => (await line.read()).ok, patient).toBe(false);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/GPIO6 .*has ended; it is started again.*SIGKILL/);
    // Nobody watches while the level changes.
    fake.pin(6, false);
    await expect.poll(async () => failureOf(await line.read()).code, patient).toBe("PI_UPS_GPIO_BUSY");
    expect(seen).toEqual([]);
    fake.untell("refuse");
    await expect.poll(() => line.read(), patient).toEqual(low);
    expect(seen).toEqual([false]);
    await expect.poll(() => notices, patient).toHaveLength(2);
    expect(notices[1]).toContain("watched again");
    fake.pin(6, true);
    await expect.poll(() => seen, patient).toEqual([false, true]);
  });

  it("does not start a program that dies at once again and again without a pause", async () => {
    const line = expectValue(await gpio.input(6, "none"));
    fake.tell("die_at_start", "1");
    process.kill(fake.pid(6), "SIGKILL");
    await expect.poll(async () => (await line.read()).ok, patient).toBe(false);
    const before = fake.calls().length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    // 20, 40, 80, 160, 320, 640 ms: at most six tries of two programs.
    expect(fake.calls().length - before).toBeLessThanOrEqual(12);
    expect(notices.length).toBeLessThanOrEqual(2);
  });

  it("tells once that its monitor dies, however often it begins anew and dies again", async () => {
    expectValue(await gpio.input(6, "none"));
    fake.tell("die_after", "0.5");
    process.kill(fake.pid(6), "SIGKILL");
    const starts = () => fake.calls().filter((call) => call.startsWith("gpiomon")).length;
    await expect.poll(starts, patient).toBeGreaterThanOrEqual(3);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain("has ended");
  });

  it("tells once that the program of an output dies, however often", async () => {
    await gpio.close();
    fake.end();
    use(version, { provenMs: 600_000 });
    expectValue(await gpio.output(16, true));
    fake.tell("die_after", "0.5");
    process.kill(fake.pid(16), "SIGKILL");
    const starts = () => fake.calls().filter((call) => call.startsWith("gpioset")).length;
    await expect.poll(starts, patient).toBeGreaterThanOrEqual(3);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain("drives GPIO16 has ended");
  });

  it.each(["what is this", "1 7", "x".repeat(5_000)])(
    "believes no level of a monitor that says %.12s",
    async (text) => {
      const line = expectValue(await gpio.input(6, "none"));
      const seen: boolean[] = [];
      line.watch((level) => seen.push(level));
      fake.tell("say_once", text);
      await expect.poll(() => notices[0] ?? "", patient).toContain("no edge of GPIO6");
      await expect.poll(() => line.read(), patient).toEqual(low);
      expect(seen).toEqual([]);
    },
  );

  it("finds an edge that fell between the reading and the monitor", async () => {
    await gpio.close();
    fake.end();
    use(version, { checkAfterEdgeMs: 100 });
    fake.tell("wait_at_start", "1");
    const opening = gpio.input(6, "none");
    await expect.poll(() => fake.begun(), patient).toEqual(["gpiomon 6"]);
    // gpioget has said low and gpiomon has not taken the line.
    fake.pin(6, true);
    fake.untell("wait_at_start");
    const line = expectValue(await opening);
    const seen: boolean[] = [];
    line.watch((level) => seen.push(level));
    await expect.poll(() => line.read(), patient).toEqual(high);
    expect(seen).toEqual([true]);
  });

  it("waits for tools that start slowly, and gives up in the end", async () => {
    fake.tell("slow_start", "0.3");
    const line = expectValue(await gpio.input(6, "none"));
    expect(await line.read()).toEqual(low);
    await gpio.close();
    fake.end();
    use(version, { startLimitMs: 100 });
    fake.tell("slow_start", "20");
    const failure = failureOf(await gpio.input(6, "none"));
    expect(failure.code).toBe("PI_UPS_GPIO_TOOL_ENDED");
    expect(failure.message).toContain("within 100 ms");
  });

  it.each([
    ["Invalid argument", "PI_UPS_GPIO_BAD_LINE", "gpiodetect"],
    ["Permission denied", "PI_UPS_GPIO_NO_PERMISSION", "usermod -aG gpio"],
    ["No such file or directory", "PI_UPS_GPIO_NO_CHIP", "--device /dev/gpiochip0"],
    ["No such device", "PI_UPS_GPIO_NO_CHIP", "another number"],
    ["Input/output error", "PI_UPS_GPIO_IO", "dmesg"],
  ])("%s is %s with its cure, for inputs and outputs", async (text, code, cure) => {
    fake.tell("refuse", text);
    for (const result of [await gpio.input(6, "none"), await gpio.output(16, true)]) {
      expect(failureOf(result)).toMatchObject({ code });
      expect(failureOf(result).message).toContain(cure);
      expect(failureOf(result).message).toContain(text);
    }
  });

  it("names who holds a line that is busy", async () => {
    const other = createGpiodGpio({ toolsFolder: fake.folder, sysRoot: fake.folder });
    expectValue(await other.output(16, true));
    const failure = failureOf(await gpio.input(16, "none"));
    expect(failure.code).toBe("PI_UPS_GPIO_BUSY");
    expect(failure.message).toContain(version.startsWith("1") ? '"gpioset"' : '"pi-ups"');
    await other.close();
    expect((await gpio.input(16, "none")).ok).toBe(true);
  });

  it("refuses a line that the chip does not have, and a reading that is none", async () => {
    for (const bcm of [58, -1, 1.5]) {
      expect(await gpio.input(bcm, "none")).toMatchObject({ ok: false, code: "PI_UPS_GPIO_BAD_LINE" });
    }
    fake.tell("get_says", "perhaps");
    const failure = failureOf(await gpio.input(6, "none"));
    expect(failure.message).toMatch(/no level of GPIO6.*perhaps/);
    fake.untell("get_says");
  });

  it("drives an output for as long as it is open, changes it, and gives it back as an input", async () => {
    const line = expectValue(await gpio.output(16, true));
    expect([fake.level(16), fake.direction(16)]).toEqual([true, "output"]);
    expect(await line.read()).toEqual(high);
    const first = fake.pid(16);
    expect(await line.write(true)).toEqual({ ok: true, value: undefined });
    expect(fake.pid(16)).toBe(first);
    expect(await line.write(false)).toEqual({ ok: true, value: undefined });
    expect([fake.level(16), fake.direction(16)]).toEqual([false, "output"]);
    expect(await line.read()).toEqual(low);
    expect(runs(first)).toBe(false);
    const second = fake.pid(16);
    expect(runs(second)).toBe(true);
    // Nothing but gpioset touched the line: gpioget would have made it an input.
    expect(fake.calls().filter((call) => call.startsWith("gpioget"))).toEqual([]);
    await line.close();
    await line.close();
    expect(runs(second)).toBe(false);
    expect(fake.direction(16)).toBe("input");
    expect(await line.read()).toMatchObject({ ok: false, code: "PI_UPS_GPIO_CLOSED" });
    expect(await line.write(true)).toMatchObject({ ok: false, code: "PI_UPS_GPIO_CLOSED" });
    expect(fake.calls().filter((call) => call.startsWith("gpioset"))).toHaveLength(2);
  });

  it("drives again what it drove when its program dies", async () => {
    const line = expectValue(await gpio.output(16, true));
    const first = fake.pid(16);
    fake.tell("refuse", "Device or resource busy");
    process.kill(first, "SIGKILL");
    await expect.poll(async () => (await line.read()).ok, patient).toBe(false);
    expect(notices[0]).toContain("drives GPIO16 has ended");
    // A write that fails leaves no wish behind: later the old level is driven, not this one.
    expect((await line.write(false)).ok).toBe(false);
    fake.untell("refuse");
    await expect.poll(() => line.read(), patient).toEqual(high);
    expect(fake.level(16)).toBe(true);
    expect(runs(fake.pid(16))).toBe(true);
    await expect.poll(() => notices.at(-1), patient).toContain("driven again");
    process.kill(fake.pid(16), "SIGKILL");
    await expect.poll(() => notices.at(-1), patient).toContain("drives GPIO16 has ended");
  });

  it("gives an output back although its program was ended just before", async () => {
    const line = expectValue(await gpio.output(16, true));
    process.kill(fake.pid(16), "SIGTERM");
    await line.close();
    expect(fake.direction(16)).toBe("input");
    expect(fake.calls().filter((call) => call.startsWith("gpioset"))).toHaveLength(1);
  });

  it("leaves a level where the kernel keeps it, without a program, and says so where it may not", async () => {
    const line = expectValue(await gpio.output(12, true));
    const pid = fake.pid(12);
    await line.leave();
    await line.leave();
    await line.close();
    expect(runs(pid)).toBe(false);
    expect([fake.level(12), fake.direction(12)]).toEqual([true, "output"]);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain("persist_gpio_outputs");
    expect((await gpio.output(12, true)).ok).toBe(true);
  });

  it("ends its programs with the agent, also when that is killed", async () => {
    const source = `
      import { createGpiodGpio } from ${JSON.stringify(new URL("../../agent/src/platform/gpio-gpiod.ts", import.meta.url).href)};
      const gpio = createGpiodGpio({ toolsFolder: ${JSON.stringify(fake.folder)}, checkAfterEdgeMs: 600_000 });
      const opened = [await gpio.input(6, "none"), await gpio.output(16, true)];
      process.stdout.write(opened.every(({ ok }) => ok) ? "open" : JSON.stringify(opened));
      setInterval(() => {}, 1000);
    `;
    // Nothing of the test's own is inherited: an agent that is left over must not hold up the end of the run.
    const agent = spawn(process.execPath, ["--input-type=module", "-e", source], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [said] = await once(agent.stdout, "data");
      expect(String(said)).toBe("open");
      const pids = [fake.pid(6), fake.pid(16)];
      expect(pids.map(runs)).toEqual([true, true]);
      agent.kill("SIGKILL");
      await expect.poll(() => pids.map(runs), patient).toEqual([false, false]);
    } finally {
      agent.kill("SIGKILL");
    }
  });
});

describe("what differs", () => {
  it.each([
    [{}, "5ms"],
    [{ kernelDebounceMs: 50 }, "50ms"],
    [{ kernelDebounceMs: 0 }, ""],
  ])("version 2 debounces in the kernel: %j", async (options, period) => {
    use("2.2.1", options);
    expectValue(await gpio.input(6, "pull_down"));
    expect(fake.calls()).toContain(`gpiomon 6 pull-down ${period}`);
  });

  it("looks afresh at a level without edges, less and less often", async () => {
    use("2.2.1", { checkAfterEdgeMs: 100 });
    const begunMs = performance.now();
    expectValue(await gpio.input(6, "none"));
    const looks = () => fake.calls().filter((call) => call.startsWith("gpioget")).length;
    await expect.poll(looks, patient).toBeGreaterThanOrEqual(4);
    // After 100, 200 and 400 ms; timers may be late, never early.
    expect(performance.now() - begunMs).toBeGreaterThan(690);
    expect(notices).toEqual([]);
  });

  it("version 1 looks twice at a line whose pull was just switched on", async () => {
    use("1.6.3", { kernelDebounceMs: 50 });
    expectValue(await gpio.input(6, "pull_up"));
    expect(fake.calls()).toEqual(["gpioget 6 pull-up", "gpioget 6 pull-up", "gpiomon 6 pull-up "]);
  });

  it("tools that are not there, and a chip that is not there, are named with their cure", async () => {
    use("2.2.1");
    fake.tell("no_chip", "1");
    const failure = failureOf(await gpio.input(6, "none"));
    expect(failure.code).toBe("PI_UPS_GPIO_NO_CHIP");
    expect(failure.message).toContain("Found: raspberrypi-exp-gpio. Expected is one of: pinctrl-rp1");
    // Plugged in, or made readable, while the agent runs.
    fake.untell("no_chip");
    expect((await gpio.input(6, "none")).ok).toBe(true);
  });
});
