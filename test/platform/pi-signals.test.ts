// What the Pi tells about its supply, from files and from a program that answers like vcgencmd.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createPiSignals, parseExt5vMv, parseThrottled } from "../../agent/src/platform/pi-signals.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

// Programs are started, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Machine {
  /** What `vcgencmd WORD` prints, `$n` being the number of the call; a missing word fails as an old firmware does. */
  readonly vcgencmd?: Readonly<Record<string, string>>;
  readonly alarm?: string;
}

/** A root with these files, and a vcgencmd that counts its calls. */
function machine({ vcgencmd, alarm }: Machine) {
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
  const clock = new VirtualClock();
  const signals = createPiSignals(clock, { root, vcgencmd: tool, toolLimitMs: 30_000 });
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

  it.each([
    [ext5v, 5085],
    ["VDD_CORE_V volt(15)=0.87V\n  EXT5V_V volt(24)=4.70000000V\n", 4700],
    ["EXT5V_V volt(24)=V", null],
    ["no such thing", null],
  ])("pmic_read_adc %j is %s mV", (text, mv) => {
    expect(parseExt5vMv(text)).toBe(mv);
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
      // One call found that there is such a chip; from then on one at 0, 5 and 10 s.
      const call = 2 + Math.floor(second / 5);
      await expect
        .poll(async () => (await signals.read()).railMv, { timeout: 30_000 })
        .toEqual({ ok: true, value: 4_000 + 100 * call });
      expect(calls()).toHaveLength(call);
      await clock.advance(1000);
    }
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

  it("a machine without any of it has nothing, which is not a failure", async () => {
    expect(await machine({}).signals.read()).toEqual({});
  });
});
