// What the Pi tells about its supply, from files and from a program that answers like vcgencmd.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createPiSignals, parseThrottled } from "../../agent/src/platform/pi-signals.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

// Programs are started, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Machine {
  readonly model?: string;
  /** What `vcgencmd WORD` prints, `$n` being the number of the call; a missing word fails as an old firmware does. */
  readonly vcgencmd?: Readonly<Record<string, string>>;
  readonly alarm?: string;
  readonly toolLimitMs?: number;
}

/** A root with these files, and a vcgencmd that counts its calls. */
function machine({ vcgencmd, alarm, model, toolLimitMs = 30_000 }: Machine) {
  const root = mkdtempSync(join(tmpdir(), "pi-ups-pi-"));
  folders.push(root);
  const tool = join(root, "vcgencmd");
  const calls = join(root, "calls");
  writeFileSync(calls, "");
  if (vcgencmd !== undefined) {
    const cases = Object.entries(vcgencmd).map(([word, text]) => `${word}) echo "${text}";;`);
    writeFileSync(
      tool,
      `#!/bin/sh\necho "$1" >> ${calls}\nn=$(wc -l < ${calls})\ncase "$1" in ${cases.join(" ")} *) echo 'Command not registered' >&2; exit 1;; esac\n`,
    );
    chmodSync(tool, 0o755);
  }
  const hwmon = join(root, "sys/class/hwmon");
  const chip = (name: string) => {
    mkdirSync(join(hwmon, name), { recursive: true });
    return join(hwmon, name);
  };
  writeFileSync(join(chip("hwmon0"), "name"), "cpu_thermal\n");
  const volt = chip("hwmon1");
  writeFileSync(join(volt, "name"), alarm === undefined ? "nvme\n" : "rpi_volt\n");
  if (alarm !== undefined) writeFileSync(join(volt, "in0_lcrit_alarm"), alarm);
  if (model !== undefined) {
    mkdirSync(join(root, "proc/device-tree"), { recursive: true });
    writeFileSync(join(root, "proc/device-tree/model"), `${model}\0`);
  }
  const clock = new VirtualClock();
  const signals = createPiSignals(clock, { root, vcgencmd: tool, toolLimitMs });
  return {
    clock,
    signals,
    setAlarm: (text: string) => writeFileSync(join(volt, "in0_lcrit_alarm"), text),
    dropAlarm: () => rmSync(volt, { recursive: true }),
    calls: () =>
      readFileSync(calls, "utf8")
        .split("\n")
        .filter((line) => line !== ""),
  };
}

const ext5v = "     EXT5V_V volt(24)=5.08530000V";

describe("words", () => {
  it.each([
    ["throttled=0x50005", 0x50005],
    ["throttled=0x0\n", 0],
    ["0x1", 1],
    ["error=1", null],
    ["", null],
  ])("get_throttled %j is %s", (text, word) => {
    expect(parseThrottled(text)).toBe(word);
  });
});

describe("a Pi 5", () => {
  it("tells its rail and the kernel's alarm", async () => {
    const { signals, setAlarm } = machine({ vcgencmd: { pmic_read_adc: ext5v }, alarm: "0\n" });
    expect(await signals.read()).toEqual({
      railMv: { ok: true, value: 5085 },
      underVoltage: { ok: true, value: false },
    });
    setAlarm("1\n");
    expect((await signals.read()).underVoltage).toEqual({ ok: true, value: true });
  });

  it("is asked for its rail every five seconds at most", async () => {
    // The two quotes end the shell's name.
    const vcgencmd = { pmic_read_adc: 'EXT5V_V volt(24)=4.$n""V' };
    const { signals, clock, calls } = machine({ vcgencmd, alarm: "0" });
    for (let second = 0; second < 11; second += 1) {
      // The call that found the chip is the first answer; the next ones are at 5 and 10 s.
      const call = 1 + Math.floor(second / 5);
      await expect
        .poll(async () => (await signals.read()).railMv, { timeout: 30_000 })
        .toEqual({ ok: true, value: 4_000 + 100 * call });
      expect(calls()).toHaveLength(call);
      await clock.advance(1000);
    }
  });

  it("reports its model, its rails by the last answer, and whether the supply was ever too low", async () => {
    const pmic_read_adc = `  VDD_CORE_A current(7)=0.5A\n  VDD_CORE_V volt(15)=0.8V\n${ext5v}`;
    const model = "Raspberry Pi 5 Model B Rev 1.0";
    const { signals, setAlarm } = machine({ vcgencmd: { pmic_read_adc }, alarm: "0", model });
    expect(signals.report()).toEqual({ model: null, rails: [], underVoltageSeen: null });
    await signals.read();
    const rails = [{ name: "vdd_core", mv: 800, ma: 500 }];
    expect(signals.report()).toEqual({ model, rails, underVoltageSeen: false });
    setAlarm("1");
    await signals.read();
    setAlarm("0");
    await signals.read();
    expect(signals.report()).toEqual({ model, rails, underVoltageSeen: true });
  });

  it.each([
    // The second answer has to come within the limit, however busy this machine is.
    [1, 5_000, { ok: true, value: 5085 }],
    [2, 500, undefined],
  ])("that is late %i times at the start is asked twice", async (late, toolLimitMs, railMv) => {
    // The quotes end the shell's echo: so many calls hang until they are ended.
    const hangs = `"; [ $n -gt ${late} ] || exec sleep 600; echo "${ext5v}`;
    const { signals } = machine({ vcgencmd: { pmic_read_adc: hangs }, alarm: "0", toolLimitMs });
    expect((await signals.read()).railMv).toEqual(railMv);
  });

  it("says what failed when the alarm's file is gone or strange", async () => {
    const { signals, setAlarm, dropAlarm } = machine({ vcgencmd: { pmic_read_adc: ext5v }, alarm: "0" });
    await signals.read();
    setAlarm("maybe");
    expect((await signals.read()).underVoltage).toMatchObject({ ok: false, code: "PI_UPS_PI_SIGNAL" });
    dropAlarm();
    expect((await signals.read()).underVoltage).toMatchObject({ ok: false });
  });
});

describe("other machines", () => {
  it("an older Pi without the alarm tells by get_throttled, bit 0", async () => {
    const now = machine({ vcgencmd: { get_throttled: "throttled=0x50005" } });
    expect(await now.signals.read()).toEqual({ underVoltage: { ok: true, value: true } });
    const earlier = machine({ vcgencmd: { get_throttled: "throttled=0x50000" } });
    expect(await earlier.signals.read()).toEqual({ underVoltage: { ok: true, value: false } });
  });

  it("a dip between two looks, which only bit 16 tells, counts as under-voltage for ten seconds", async () => {
    // One call finds no power chip. The one that finds the flag is the first answer; the dip comes before the third.
    const get_throttled = "throttled=$( [ $n -lt 4 ] && echo 0x0 || echo 0x10000 )";
    const { signals, clock, calls } = machine({ vcgencmd: { get_throttled } });
    for (let call = 1; call <= 10; call += 1) {
      const low = call >= 3 && call < 8;
      await expect
        .poll(async () => [(await signals.read()).underVoltage, calls().length], { timeout: 30_000 })
        .toEqual([{ ok: true, value: low }, 1 + call]);
      await clock.advance(2000);
    }
    expect(signals.report().underVoltageSeen).toBe(true);
  });

  it("an under-voltage before the agent began is reported, and is no under-voltage now", async () => {
    const { signals } = machine({ vcgencmd: { get_throttled: "throttled=0x50000" } });
    expect(await signals.read()).toEqual({ underVoltage: { ok: true, value: false } });
    expect(signals.report().underVoltageSeen).toBe(true);
  });

  it("a machine without any of it has nothing, which is not a failure", async () => {
    const { signals } = machine({});
    expect(await signals.read()).toEqual({});
    expect(signals.report()).toEqual({ model: null, rails: [], underVoltageSeen: null });
  });
});
