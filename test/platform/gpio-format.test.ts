// What libgpiod's tools print, read as strictly as a level deserves; and errno names behind their words.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errnoInWords, gpioErrno } from "../../agent/src/platform/gpio-failures.ts";
import {
  gpiogetArgs,
  gpiomonArgs,
  gpiosetArgs,
  parseLevel,
  parseMonitorLine,
  parseVersion,
} from "../../agent/src/platform/gpio-gpiod-format.ts";

const line = { chip: "gpiochip0", offset: 6 };

describe("arguments", () => {
  it("are those of version 1", () => {
    expect(gpiogetArgs(1, line, "pull_up").join(" ")).toBe("--bias=pull-up gpiochip0 6");
    expect(gpiomonArgs(1, line, "none", 50).join(" ")).toBe("--line-buffered --format=%e %o gpiochip0 6");
    expect(gpiosetArgs(1, line, true).join(" ")).toBe("--mode=wait gpiochip0 6=1");
  });

  it("are those of version 2", () => {
    expect(gpiogetArgs(2, line, "none").join(" ")).toBe("--numeric --consumer pi-ups --chip gpiochip0 6");
    expect(gpiomonArgs(2, line, "pull_down", 50).join(" ")).toBe(
      "--banner --edges both --format %e %o --consumer pi-ups --debounce-period 50ms --bias pull-down --chip gpiochip0 6",
    );
    expect(gpiosetArgs(2, line, false).join(" ")).toBe("--banner --consumer pi-ups --chip gpiochip0 6=0");
  });
});

describe("output", () => {
  it.each([
    [1, "1 6", true],
    [1, "0 6", false],
    [2, "1 6", true],
    [2, "2 6", false],
  ] as const)("version %i, %j", (major, text, high) => {
    expect(parseMonitorLine(major, 6, text)).toEqual({ kind: "edge", high });
  });

  it("takes the other version's falling edge, another line's edge and noise for garbage", () => {
    for (const [major, text] of [
      [1, "2 6"],
      [2, "0 6"],
      [1, "1 7"],
      [2, "1 66"],
      [2, "1 6 "],
      [2, ""],
    ] as const) {
      expect(parseMonitorLine(major, 6, text)).toEqual({ kind: "garbage" });
    }
  });

  it("makes an edge of nothing but an edge", () => {
    fc.assert(
      fc.property(fc.constantFrom(1 as const, 2 as const), fc.string(), (major, text) => {
        const heard = parseMonitorLine(major, 6, text);
        const exact = major === 1 ? ["0 6", "1 6"] : ["1 6", "2 6"];
        expect(heard.kind).toBe(exact.includes(text) ? "edge" : "garbage");
      }),
    );
  });

  it("makes a level of nothing but a level", () => {
    expect([parseLevel("1\n"), parseLevel("0\n")]).toEqual([true, false]);
    for (const text of ["", "2", "01", '"6"=active', "1 0"]) expect(parseLevel(text)).toBeNull();
  });

  it("finds the version", () => {
    expect(parseVersion("gpiodetect (libgpiod) v1.6.3\nCopyright (C) 2017-2018")).toEqual({
      version: "1.6.3",
      major: 1,
    });
    expect(parseVersion("gpiodetect (libgpiod) v2.2.1")).toEqual({ version: "2.2.1", major: 2 });
    expect(parseVersion("gpiodetect (libgpiod) v2.3")).toEqual({ version: "2.3", major: 2 });
    expect(parseVersion("gpiodetect")).toBeNull();
  });
});

describe("failures", () => {
  it.each([
    ["gpiomon: error waiting for events: Device or resource busy", "EBUSY"],
    ["gpioget: unable to open chip '/dev/gpiochip0': Permission denied", "EACCES"],
    ["gpioset: error setting the GPIO line values: Operation not permitted", "EPERM"],
    ["gpioget: offset 77 is out of range on chip 'gpiochip0'", "EINVAL"],
    ["gpioget: cannot find GPIO chip character device 'gpiochip9'", "ENOENT"],
    ["gpiomon: error polling for events: No such device", "ENODEV"],
    ["gpiomon: No such device or address", "ENXIO"],
    ["File exists", "EEXIST"],
    ["gpiomon was ended by SIGKILL", ""],
  ])("%s", (text, errno) => {
    expect(errnoInWords(text)).toBe(errno);
  });

  it.each([
    ["EINVAL", "sysfs", "PI_UPS_GPIO_BAD_LINE", "gpiochip*/{label,base,ngpio}"],
    ["EINVAL", "gpiod", "PI_UPS_GPIO_BAD_LINE", "gpiodetect"],
    ["EBUSY", "sysfs", "PI_UPS_GPIO_BUSY", "gpioinfo"],
    ["EEXIST", "sysfs", "PI_UPS_GPIO_BUSY", "gpioinfo"],
    ["EPERM", "gpiod", "PI_UPS_GPIO_NO_PERMISSION", "usermod -aG gpio"],
    ["ENOENT", "sysfs", "PI_UPS_GPIO_NO_SYSFS", "apt install gpiod"],
    ["ENOENT", "gpiod", "PI_UPS_GPIO_NO_CHIP", "--device /dev/gpiochip0"],
    ["ENODEV", "sysfs", "PI_UPS_GPIO_NO_CHIP", "another number"],
    ["EIO", "gpiod", "PI_UPS_GPIO_IO", "dmesg"],
  ] as const)("%s over %s is %s", (errno, backend, code, cure) => {
    const failure = gpioErrno("GPIO6", errno, backend, "so it is.");
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(cure);
    expect(failure.message).toMatch(/^GPIO6 .*The system says: so it is\.$/);
  });
});
