// The simulated CW2015, LC709203F and DFRobot HAT byte by byte: order, increment, what a write does, what freezing stops.
import { describe, expect, it } from "vitest";
import { createCw2015Registers } from "../../agent/src/sim/cw2015-registers.ts";
import { createDfrobotRegisters } from "../../agent/src/sim/dfrobot-registers.ts";
import { createLc709203fRegisters } from "../../agent/src/sim/lc709203f-registers.ts";
import { stillWorld } from "./still-world.ts";

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");

describe("CW2015", () => {
  it("gives voltage and percent big-endian, and increments", () => {
    const chip = createCw2015Registers(stillWorld({ cellMv: 3600, chargePct: 50.5 }).around);
    expect(hex(chip.read(0x02, 4))).toBe("2e 1b 32 80");
    expect(hex(chip.read(0x00, 1))).toBe("6f");
    expect(hex(chip.read(0x0a, 1))).toBe("00");
  });

  it("measures nothing while it sleeps, and goes on when it is woken", () => {
    const world = stillWorld({ cellMv: 3600 });
    const chip = createCw2015Registers(world.around, { asleep: true });
    expect(hex(chip.read(0x0a, 1))).toBe("c0");
    expect(hex(chip.read(0x02, 2))).toBe("00 00");
    chip.write(0x0a, Uint8Array.of(0x00));
    expect(hex(chip.read(0x02, 2))).toBe("2e 1b");
    chip.write(0x0a, Uint8Array.of(0xc0));
    world.becomes({ cellMv: 3000 });
    expect(hex(chip.read(0x02, 2))).toBe("2e 1b");
  });

  it("quick-starts on both bits only", () => {
    const world = stillWorld();
    const chip = createCw2015Registers(world.around);
    chip.write(0x0a, Uint8Array.of(0x10));
    expect(world.asked).toEqual([]);
    chip.write(0x0a, Uint8Array.of(0x30));
    expect(world.asked).toEqual(["quick start"]);
    expect(hex(chip.read(0x0a, 1))).toBe("00");
  });

  it("holds its figures while it hangs", () => {
    const world = stillWorld({ cellMv: 3600 });
    const chip = createCw2015Registers(world.around);
    chip.read(0x02, 2);
    world.freeze(true);
    world.becomes({ cellMv: 3000 });
    expect(hex(chip.read(0x02, 2))).toBe("2e 1b");
    world.freeze(false);
    expect(hex(chip.read(0x02, 2))).toBe("26 6c");
  });
});

describe("LC709203F", () => {
  it("ends each word with the datasheet's checksum: 3778 mV", () => {
    const gauge = createLc709203fRegisters(stillWorld({ cellMv: 3778 }).around);
    expect(hex(gauge.read(0x09, 3))).toBe("c2 0e 86");
  });

  it.each([
    [0x0d, 87, "57 00 54"],
    [0x0f, 87, "66 03"],
  ])("register %d at %d %%", (register, chargePct, bytes) => {
    const gauge = createLc709203fRegisters(stillWorld({ chargePct }).around);
    expect(hex(gauge.read(register, 3))).toContain(bytes);
  });

  it("drops a write whose checksum is wrong, and takes the right one", () => {
    const gauge = createLc709203fRegisters(stillWorld().around);
    gauge.write(0x15, Uint8Array.of(0x02, 0x00, 0x00));
    expect(hex(gauge.read(0x15, 2))).toBe("01 00");
    gauge.write(0x15, Uint8Array.of(0x02, 0x00, 0x5b));
    expect(hex(gauge.read(0x15, 2))).toBe("02 00");
    gauge.write(0x15, Uint8Array.of(0x01, 0x00, 0x64));
    expect(hex(gauge.read(0x15, 2))).toBe("01 00");
  });

  it("asks for a new estimate on the initial RSOC command", () => {
    const world = stillWorld();
    const gauge = createLc709203fRegisters(world.around);
    gauge.write(0x07, Uint8Array.of(0x55, 0xaa, 0x00));
    expect(world.asked).toEqual([]);
    gauge.write(0x07, Uint8Array.of(0x55, 0xaa, 0x17));
    expect(world.asked).toEqual(["quick start"]);
  });

  it("is wrong about the percent until its profile is set", () => {
    const gauge = createLc709203fRegisters(stillWorld({ chargePct: 80 }).around, { unconfigured: true });
    expect(hex(gauge.read(0x0d, 1))).not.toBe("50");
  });
});

describe("DFRobot UPS HAT", () => {
  it("repeats the byte on a longer read", () => {
    const hat = createDfrobotRegisters(stillWorld({ cellMv: 3900, chargePct: 87.5 }).around);
    expect(hex(hat.read(0x01, 1))).toBe("df");
    expect([3, 4, 5, 6].map((register) => hex(hat.read(register, 1)))).toEqual(["0c", "30", "57", "80"]);
    expect(hex(hat.read(0x03, 2))).toBe("0c 0c");
  });

  it("keeps a new address for the next power-on", () => {
    const hat = createDfrobotRegisters(stillWorld().around);
    hat.write(0x05, Uint8Array.of(0x33));
    expect(hat.nextAddress).toBeNull();
    hat.write(0x00, Uint8Array.of(0x12));
    expect(hat.nextAddress).toBe(0x12);
  });
});
