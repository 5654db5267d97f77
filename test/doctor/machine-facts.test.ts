// The facts, from a machine made of real files and small programs that answer like the real ones.
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import {
  createTool,
  gpioFacts,
  i2cFacts,
  piFacts,
  placeFacts,
  systemFacts,
  timeFacts,
  userOfProcess,
} from "../../agent/src/platform/machine-facts.ts";
import { parseGpiodetect, parseGpioinfo } from "../../agent/src/platform/machine-facts-buses.ts";
import { userFacts } from "../../agent/src/platform/machine-facts-users.ts";
import { temporaryFolder } from "../cli/support.ts";

vi.setConfig({ testTimeout: 60_000 });

interface Machine {
  readonly root: string;
  file(path: string, text: string): void;
  link(path: string, target: string): void;
  /** A program for `tool`, as a shell script. */
  program(name: string, script: string): void;
  readonly tool: ReturnType<typeof createTool>;
}

function machine(): Machine {
  const root = temporaryFolder();
  const bin = join(root, "bin");
  mkdirSync(bin);
  const place = (path: string) => {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    return full;
  };
  return {
    root,
    file: (path, text) => writeFileSync(place(path), text),
    link: (path, target) => symlinkSync(target, place(path)),
    program(name, script) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    },
    // Long, because a busy machine starts programs late.
    tool: createTool({ path: bin, limitMs: 30_000 }),
  };
}

describe("tools", () => {
  it("gives what was printed, and why not", async () => {
    const { program, tool } = machine();
    program("good", 'echo "$1:$LC_ALL"');
    program("bad", "echo first >&2; echo no such bus >&2; exit 3");
    expect(await tool("good", ["a b"])).toEqual({ ok: true, value: "a b:C\n" });
    expect(await tool("bad", [])).toEqual({ ok: false, why: "bad ended with 3: no such bus" });
    expect(await tool("absent", [])).toEqual({ ok: false, why: "absent is not installed" });
  });

  it("ends a program that hangs, and no shell reads the words", async () => {
    const { program, root } = machine();
    const tool = createTool({ path: join(root, "bin"), limitMs: 200 });
    program("hangs", "while :; do :; done");
    expect(await tool("hangs", [])).toEqual({
      ok: false,
      late: true,
      why: "hangs did not end within 0.2 s",
    });
    program("says", 'echo "$1"');
    expect(await createTool({ path: join(root, "bin") })("says", ["$(id); a"])).toEqual({
      ok: true,
      value: "$(id); a\n",
    });
  });
});

describe("the Pi", () => {
  it("is read from the device tree, config.txt, EEPROM and firmware", async () => {
    const { root, file, program, tool } = machine();
    file("proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\0");
    file("boot/config.txt", "old=1\n");
    file("boot/firmware/config.txt", "gpio=6=pu\n");
    program("rpi-eeprom-config", "echo POWER_OFF_ON_HALT=1");
    program("vcgencmd", '[ "$1" = get_throttled ] && echo throttled=0x50005');
    expect(await piFacts(root, tool)).toEqual({
      model: "Raspberry Pi 5 Model B Rev 1.0",
      bootConfig: { ok: true, value: { path: "/boot/firmware/config.txt", text: "gpio=6=pu\n" } },
      eeprom: { ok: true, value: "POWER_OFF_ON_HALT=1\n" },
      throttled: { ok: true, value: 0x50005 },
      voltageAlarm: null,
    });
  });

  it("the kernel's file goes before vcgencmd, and the old boot folder will do", async () => {
    const { root, file, tool } = machine();
    file("proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.5\0");
    file("boot/config.txt", "old=1\n");
    file("sys/devices/platform/soc/soc:firmware/get_throttled", "10000\n");
    file("sys/class/hwmon/hwmon0/name", "cpu_thermal\n");
    file("sys/class/hwmon/hwmon1/name", "rpi_volt\n");
    file("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n");
    const facts = await piFacts(root, tool);
    expect(facts.voltageAlarm).toBe(true);
    expect(facts.throttled).toEqual({ ok: true, value: 0x10000 });
    expect(facts.bootConfig).toMatchObject({ ok: true, value: { path: "/boot/config.txt" } });
    expect(facts.eeprom).toEqual({ ok: false, why: "rpi-eeprom-config is not installed" });
  });

  it("says what is not there", async () => {
    const { root, program, tool } = machine();
    expect(await piFacts(root, tool)).toMatchObject({ model: null, bootConfig: { ok: false } });
    const pi = machine();
    pi.file("proc/device-tree/model", "Raspberry Pi 5\0");
    pi.program("vcgencmd", "echo VCHI initialization failed; exit 255");
    program("x", "");
    expect((await piFacts(pi.root, pi.tool)).throttled).toEqual({
      ok: false,
      why: "vcgencmd ended with 255: VCHI initialization failed",
    });
  });
});

describe("the bus", () => {
  it("finds the device, drivers by address on this bus, and the machine's own supplies", async () => {
    const { root, file, link } = machine();
    file("dev/i2c-1", "");
    link("sys/bus/i2c/devices/1-0036/driver", "../../../../bus/i2c/drivers/max17040");
    file("sys/bus/i2c/devices/1-0068/name", "ds1307");
    link("sys/bus/i2c/devices/2-0040/driver", "../../drivers/ina2xx");
    file("sys/class/power_supply/hid-mouse/scope", "Device\n");
    file("sys/class/power_supply/x120x-ac/type", "Mains\n");
    const facts = await i2cFacts(root, 1);
    expect(facts).toMatchObject({ bus: 1, present: true, mayOpen: true, powerSupplies: ["x120x-ac"] });
    expect([...facts.drivers]).toEqual([[0x36, "max17040"]]);
    expect(await i2cFacts(root, 3)).toMatchObject({ present: false, mayOpen: false });
  });
});

const info1 = `gpiochip0 - 54 lines:
	line   0:     "ID_SDA"       unused   input  active-high 
	line   6:      "GPIO6"      "sysfs"   input  active-high [used]
	line   7:      "GPIO7"   "spi0 CS1"  output   active-low [used]
	line   8:      unnamed       kernel   input  active-high [used]
	line   9:      unnamed       unused   input  active-high [used open-drain]
	line  10:     "GPIO10"       unused  output  active-high 
`;
const info2 = `gpiochip0 - 54 lines:
	line   0:	"ID_SDA"        	input
	line   6:	"GPIO6"         	input consumer="sysfs"
	line   7:	"GPIO7"         	output active-low consumer="spi0 CS1"
	line   8:	unnamed         	input consumer="kernel"
	line   9:	unnamed         	output drive=open-drain consumer=x120x
	line  10:	"GPIO10"        	output
`;

describe("the pins", () => {
  it("both kinds of gpioinfo say who holds a line", () => {
    const holders = (text: string) => parseGpioinfo(text).map(({ bcm, holder }) => [bcm, holder]);
    const same = [
      [0, null],
      [6, "sysfs"],
      [7, "spi0 CS1"],
      [8, "kernel"],
    ];
    expect(holders(info1)).toEqual([...same, [9, "kernel"], [10, null]]);
    expect(holders(info2)).toEqual([...same, [9, "x120x"], [10, null]]);
  });

  it("gpiodetect names chips by label", () => {
    const text = "gpiochip0 [pinctrl-rp1] (54 lines)\ngpiochip10 [gpio-brcmstb@107d508500] (32 lines)\n";
    expect(parseGpiodetect(text)).toEqual([
      { label: "pinctrl-rp1", lines: 54, seenAt: "gpiochip0" },
      { label: "gpio-brcmstb@107d508500", lines: 32, seenAt: "gpiochip10" },
    ]);
  });

  it.each([
    ["1.6.3", '[ "$1" = gpiochip0 ]', info1],
    ["2.2.1", '[ "$1 $2" = "--chip gpiochip0" ]', info2],
  ])("libgpiod %s is asked in its own way", async (version, wanted, text) => {
    const { root, file, program, tool } = machine();
    file("dev/gpiochip0", "");
    file("info", text);
    program(
      "gpiodetect",
      `[ "$1" = --version ] && echo "gpiodetect (libgpiod) v${version}" || echo "gpiochip0 [pinctrl-bcm2711] (58 lines)"`,
    );
    program("gpioinfo", `${wanted} || exit 9\nwhile IFS= read -r line; do echo "$line"; done < ${root}/info`);
    const facts = await gpioFacts(root, tool);
    expect(facts.libgpiod).toEqual({ ok: true, value: version });
    expect(facts.chips).toEqual({
      ok: true,
      value: [{ label: "pinctrl-bcm2711", lines: 58, seenAt: "gpiochip0" }],
    });
    expect(facts.holders).toMatchObject({ ok: true });
    expect(facts).toMatchObject({ sysfs: false, mayOpen: { ok: true, value: true } });
  });

  it("sysfs alone shows chips by label, and says that holders cannot be known", async () => {
    const { root, file, tool } = machine();
    file("sys/class/gpio/export", "");
    file("sys/class/gpio/gpiochip512/label", "pinctrl-bcm2711\n");
    file("sys/class/gpio/gpiochip512/ngpio", "58\n");
    const facts = await gpioFacts(root, tool);
    expect(facts).toMatchObject({
      sysfs: true,
      chips: { ok: true, value: [{ label: "pinctrl-bcm2711", lines: 58 }] },
      holders: { ok: false, why: "gpiodetect is not installed" },
      mayOpen: { ok: true, value: true },
    });
  });

  it("chips that this user may not see are not called missing", async () => {
    const { root, file, program, tool } = machine();
    file("dev/gpiochip0", "");
    program(
      "gpiodetect",
      '[ "$1" = --version ] && echo v2.1 && exit 0\necho "Permission denied" >&2; exit 1',
    );
    expect((await gpioFacts(root, tool)).chips).toEqual({
      ok: false,
      why: "gpiodetect ended with 1: Permission denied",
    });
  });

  it("nothing at all", async () => {
    const { root, tool } = machine();
    expect(await gpioFacts(root, tool)).toMatchObject({
      chips: { ok: true, value: [] },
      sysfs: false,
      libgpiod: { ok: false },
      mayOpen: { ok: false },
    });
  });
});

describe("power-off and clock", () => {
  it("systemd, logind and timedatectl are asked", async () => {
    const { root, file, program, tool } = machine();
    file("run/systemd/system/x", "");
    program("systemctl", "echo 'systemd 257 (257.8-1)'; echo +PAM");
    program("busctl", 'for last; do :; done; [ "$last" = CanPowerOff ] && echo \'s "challenge"\'');
    program("timedatectl", "echo yes");
    expect(await systemFacts(root, tool)).toEqual({
      systemdRuns: true,
      systemdVersion: { ok: true, value: 257 },
      canPowerOff: { ok: true, value: "challenge" },
    });
    file("sys/class/rtc/rtc0/name", "rpi_rtc soc:rpi_rtc\n");
    file("sys/class/rtc/rtc0/since_epoch", "1795424400\n");
    file("sys/class/rtc/rtc0/battery_voltage", "3023672\n");
    file("sys/class/rtc/rtc1/name", "rtc-ds1307 1-0068\n");
    expect(await timeFacts(root, tool, () => 7, null)).toEqual({
      wallMs: 7,
      synchronised: { ok: true, value: true },
      rtcs: [
        { device: "rtc0", name: "rpi_rtc", epochS: 1_795_424_400, cellMv: 3024 },
        { device: "rtc1", name: "rtc-ds1307", epochS: null, cellMv: null },
      ],
      boardClock: null,
    });
  });

  it("without them, each says why", async () => {
    const { root, tool } = machine();
    expect(await systemFacts(root, tool)).toEqual({
      systemdRuns: false,
      systemdVersion: { ok: false, why: "systemctl is not installed" },
      canPowerOff: { ok: false, why: "systemd does not run" },
    });
    expect((await timeFacts(root, tool, () => 0, null)).synchronised).toMatchObject({ ok: false });
  });
});

describe("users and folders", () => {
  it("groups have names, of now and of the next login", () => {
    const { root, file } = machine();
    file("etc/passwd", "root:x:0:0::/root:/bin/sh\npi:x:1000:1000::/home/pi:/bin/bash\n");
    file("etc/group", "root:x:0:\npi:x:1000:\ni2c:x:994:pi,anna\ngpio:x:993:pi\nvideo:x:44:\n");
    expect(userFacts(root, 1000, [1000, 994])).toEqual({
      name: "pi",
      uid: 1000,
      groups: ["pi", "i2c"],
      listedGroups: ["pi", "i2c", "gpio"],
    });
    expect(userFacts(root, 4711, []).name).toBe("user 4711");
    file(
      "proc/99/status",
      "Name:\tnode\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\nGroups:\t44 993 \n",
    );
    expect(userOfProcess(root, 99)).toMatchObject({ name: "pi", groups: ["pi", "gpio", "video"] });
    expect(userOfProcess(root, 100)).toBeNull();
  });

  it("a folder that is not there stands on the nearest one that is", () => {
    const { root } = machine();
    const facts = placeFacts(join(root, "a/b"));
    expect(facts).toMatchObject({ exists: false, nearest: root, writable: true });
    expect(facts.freeBytes).toBeGreaterThan(0);
    rmSync(join(root, "bin"), { recursive: true });
    expect(placeFacts(root)).toMatchObject({ exists: true, nearest: root });
  });
});
