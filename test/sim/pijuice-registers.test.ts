// The simulated PiJuice by itself: what it ignores without a word, and what happens on it while nobody looks.
import { describe, expect, it } from "vitest";
import { createPijuiceRegisters } from "../../agent/src/sim/pijuice-registers.ts";
import { stillWorld } from "./still-world.ts";

function board() {
  const world = stillWorld({ cellMv: 4012, chargePct: 87.3, charger: "constant_current" });
  return { world, device: createPijuiceRegisters(world.around) };
}

describe("transfers", () => {
  it("end with a checksum over the data and not the command", () => {
    const { device } = board();
    expect([...device.read(0x40, 2)]).toEqual([0x34, 0xcb]);
    expect([...device.read(0x42, 3)]).toEqual([0x69, 0x03, 0x95]);
    expect([...device.read(0x49, 3)]).toEqual([0xac, 0x0f, 0x5c]);
    expect([...device.read(0xfd, 3)]).toEqual([0x16, 0x00, 0xe9]);
  });

  it("of an unknown command give one byte without a checksum", () => {
    expect([...board().device.read(0x10, 3)]).toEqual([0x00, 0xff, 0xff]);
  });

  it("that write with a wrong checksum, a wrong length or to a measured value are ignored", () => {
    const { device, world } = board();
    device.write(0x51, Uint8Array.of(0x00, 0xfe));
    device.write(0x51, Uint8Array.of(0x00));
    device.write(0x51, Uint8Array.of(0x00, 0x00, 0xff));
    device.write(0x49, Uint8Array.of(0x00, 0x00, 0xff));
    expect([...device.read(0x51, 2)]).toEqual([0x01, 0xfe]);
    expect(world.asked).toEqual([]);
    device.write(0x51, Uint8Array.of(0x00, 0xff));
    expect([...device.read(0x51, 2)]).toEqual([0x00, 0xff]);
  });
});

describe("the delayed power-off", () => {
  const left = (device: { read(command: number, length: number): Uint8Array }) => device.read(0x62, 2)[0];

  it("counts down in units of 1.024 s", () => {
    const { device, world } = board();
    device.write(0x62, Uint8Array.of(0x3c, 0xc3));
    expect(world.asked).toEqual(["cut 61440"]);
    world.becomes({}, 10_240);
    expect(left(device)).toBe(50);
  });

  it("ends as 0xFF, and is ended so", () => {
    const { device, world } = board();
    device.write(0x62, Uint8Array.of(0x3c, 0xc3));
    device.write(0x62, Uint8Array.of(0xfb, 0x04));
    expect(left(device)).toBe(60);
    device.write(0x62, Uint8Array.of(0xff, 0x00));
    expect(left(device)).toBe(0xff);
    device.write(0x62, Uint8Array.of(0x02, 0xfd));
    world.becomes({}, 2048);
    expect(left(device)).toBe(0xff);
    expect(world.asked).toEqual(["cut 61440", "cut null", "cut 2048"]);
  });

  it("counts on and cuts nothing while the Pi's own input is fed", () => {
    const { device, world } = board();
    device.input = "pi";
    device.write(0x62, Uint8Array.of(0x3c, 0xc3));
    expect(left(device)).toBe(60);
    world.becomes({ acPresent: false }, 1024);
    expect(left(device)).toBe(59);
    world.becomes({ acPresent: true }, 1024);
    expect(left(device)).toBe(58);
    expect(world.asked).toEqual(["cut null", "cut 60416", "cut null"]);
  });
});

describe("settings", () => {
  it("that are stored for good stay what is read", () => {
    const { device } = board();
    device.stored.set(0x63, [0xb2]);
    device.write(0x63, Uint8Array.of(0x46, 0xb9));
    expect([...device.read(0x63, 2)]).toEqual([0xb2, 0x4d]);
    device.stored.set(0x61, [0x05, 0x80]);
    device.write(0x61, Uint8Array.of(0x00, 0x00, 0xff));
    expect([...device.read(0x61, 3)]).toEqual([0x05, 0x80, 0x7a]);
  });

  it("of an LED with another function take no colour", () => {
    const { device } = board();
    for (const command of [0x66, 0x67]) device.write(command, Uint8Array.of(1, 2, 3, 0xff));
    expect([...device.read(0x66, 3)]).toEqual([0, 0, 0]);
    expect([...device.read(0x67, 3)]).toEqual([1, 2, 3]);
  });
});

describe("the button", () => {
  it("stands for 30 s or until it is cleared, and shows in the status", () => {
    const { device, world } = board();
    world.press("power_off");
    expect([...device.read(0x45, 3)]).toEqual([0x05, 0x00, 0xfa]);
    expect((device.read(0x40, 2)[0] ?? 0) & 0x02).toBe(0x02);
    world.becomes({}, 30_000);
    expect([...device.read(0x45, 3)]).toEqual([0x00, 0x00, 0xff]);
    world.press("reboot");
    expect(device.read(0x45, 3)[0]).toBe(0x04);
    device.write(0x45, Uint8Array.of(0xf0, 0xff, 0xf0));
    expect(device.read(0x45, 3)[0]).toBe(0x00);
  });
});
