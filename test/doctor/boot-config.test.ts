// config.txt: filters, the last word, lists of pins.
import { describe, expect, it } from "vitest";
import {
  i2cInForce,
  linesInForce,
  overlaysNaming,
  pullInForce,
  settingInForce,
} from "../../agent/src/doctor/boot-config.ts";

const pi5 = "Raspberry Pi 5 Model B Rev 1.0";
const pi4 = "Raspberry Pi 4 Model B Rev 1.5";
const zero = "Raspberry Pi Zero 2 W Rev 1.0";

describe("filters", () => {
  const text =
    "a=1\n[pi4]\nb=1\n[pi5]\nc=1 # why\n#d=1\n[cm4]\ne=1\n[none]\nf=1\n[0x12345678]\ng=1\n[all]\nh=1\n[pi0]\ni=1";

  it.each([
    [pi5, ["a=1", "c=1", "g=1", "h=1"]],
    [pi4, ["a=1", "b=1", "g=1", "h=1"]],
    ["Raspberry Pi 400 Rev 1.0", ["a=1", "b=1", "g=1", "h=1"]],
    ["Raspberry Pi 500 Rev 1.0", ["a=1", "c=1", "g=1", "h=1"]],
    ["Raspberry Pi Compute Module 4 Rev 1.0", ["a=1", "b=1", "e=1", "g=1", "h=1"]],
    [zero, ["a=1", "g=1", "h=1", "i=1"]],
    [null, ["a=1", "g=1", "h=1"]],
  ])("on %s", (model, lines) => {
    expect(linesInForce(text, model)).toEqual(lines);
  });

  it("takes Windows line ends", () => {
    expect(linesInForce("a=1\r\n[all]\r\nb=2\r\n", pi5)).toEqual(["a=1", "b=2"]);
  });
});

describe("I2C", () => {
  it.each([
    [["dtparam=i2c_arm=on"], true],
    [["dtparam=i2c=on"], true],
    [["dtparam=i2c_arm"], true],
    [["dtparam=audio=on,i2c_arm=on,spi=on"], true],
    [["dtparam=i2c_arm=on", "dtparam=i2c_arm=off"], false],
    [["dtparam=i2c_arm_baudrate=50000"], false],
    [["dtparam=audio=on"], false],
    [[], false],
  ])("%j is %s", (lines, on) => {
    expect(i2cInForce(lines)).toBe(on);
  });
});

describe("pulls", () => {
  it.each([
    [["gpio=6=pu"], "pu"],
    [["gpio=5,6=ip,pu"], "pu"],
    [["gpio=0-7=ip,pd"], "pd"],
    [["gpio=6=pu", "gpio=6=pn"], "pn"],
    [["gpio=16=pu"], null],
    [["gpio=60=pu"], null],
    [["gpio=6=op,dh"], null],
    [["gpio=six=pu"], null],
  ])("%j gives %s", (lines, pull) => {
    expect(pullInForce(lines, 6)).toBe(pull);
  });
});

it("overlays are named by driver or address, settings by their last value", () => {
  const lines = ["dtoverlay=max17040,addr=0x36", "dtoverlay=vc4-kms-v3d", "max17040=1"];
  expect(overlaysNaming(lines, ["max17040"])).toEqual(["dtoverlay=max17040,addr=0x36"]);
  expect(overlaysNaming(lines, ["0x36"])).toEqual(["dtoverlay=max17040,addr=0x36"]);
  expect(overlaysNaming(lines, ["ina219"])).toEqual([]);
  const usb = ["usb_max_current_enable=0", "usb_max_current_enable=1"];
  expect(settingInForce(usb, "usb_max_current_enable")).toBe("1");
  expect(settingInForce([], "usb_max_current_enable")).toBeNull();
});
