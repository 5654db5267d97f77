// PiJuice byte by byte: checksums both ways, the lost bit 7, states of inputs and battery, button and faults.
import { describe, expect, it } from "vitest";
import { pijuice } from "../../agent/src/drivers/pijuice.ts";
import { pijuiceAction, pijuiceEvents } from "../../agent/src/drivers/pijuice-buttons.ts";
import { pijuiceAlarm, pijuiceWatchdog } from "../../agent/src/drivers/pijuice-controls.ts";
import { pijuiceBatteryMa, pijuiceCelsius, pijuiceFaults } from "../../agent/src/drivers/pijuice-look.ts";
import { checkedPijuice, withPijuiceChecksum } from "../../agent/src/drivers/pijuice-wire.ts";
import { bytesDevice, chipBench, expectRefusal, expectValue } from "./chip-bench.ts";
import { boardBench, use } from "./pijuice-bench.ts";

/** Bytes on the wire including checksum (facts), with the data that they carry. */
const vectors: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ["0x40 charging from IN, IN present", [0x34], [0x34, 0xcb]],
  ["0x41 87 %", [0x57], [0x57, 0xa8]],
  ["0x42 87.3 %", [0x69, 0x03], [0x69, 0x03, 0x95]],
  ["0x49 4012 mV", [0xac, 0x0f], [0xac, 0x0f, 0x5c]],
  ["0x4B +350 mA", [0x5e, 0x01], [0x5e, 0x01, 0xa0]],
  ["0x4B -420 mA", [0x5c, 0xfe], [0x5c, 0xfe, 0x5d]],
  ["0x47 31 °C", [0x1f, 0xff], [0x1f, 0xff, 0x1f]],
  ["0x4D 5081 mV", [0xd9, 0x13], [0xd9, 0x13, 0x35]],
  ["0x62 60 s", [0x3c], [0x3c, 0xc3]],
  ["0x62 cancel", [0xff], [0xff, 0x00]],
  ["0x63 50 % NV", [0xb2], [0xb2, 0x4d]],
  ["0x61 5 min NV", [0x05, 0x80], [0x05, 0x80, 0x7a]],
  ["0xFD 1.6", [0x16, 0x00], [0x16, 0x00, 0xe9]],
];

describe("checksum", () => {
  it.each(vectors)("%s", (_what, data, wire) => {
    expect([...withPijuiceChecksum(data)]).toEqual(wire);
    expect([...(checkedPijuice(Uint8Array.from(wire)) ?? [])]).toEqual(data);
  });

  it("gives a lost bit 7 of the first byte back", () => {
    expect([...(checkedPijuice(Uint8Array.of(0x2c, 0x0f, 0x5c)) ?? [])]).toEqual([0xac, 0x0f]);
  });

  it("refuses every other flipped bit, zeros, and ones after one byte", () => {
    for (let bit = 0; bit < 24; bit += 1) {
      const wire = Uint8Array.of(0xac, 0x0f, 0x5c);
      wire[bit >> 3] = (wire[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if (bit !== 7) expect(checkedPijuice(wire), `bit ${bit}`).toBeNull();
    }
    for (const wire of [[0, 0], [0, 0, 0], [0xff, 0xff], [0x57], []]) {
      expect(checkedPijuice(Uint8Array.from(wire))).toBeNull();
    }
  });
});

describe("conversion", () => {
  it("turns the current's sign: positive on the wire is discharging", () => {
    expect(pijuiceBatteryMa(Uint8Array.of(0x5e, 0x01))).toBe(-350);
    expect(pijuiceBatteryMa(Uint8Array.of(0x5c, 0xfe))).toBe(420);
    expect(pijuiceBatteryMa(Uint8Array.of(0, 0))).toBe(0);
  });

  it("takes the temperature's sign from its first byte", () => {
    expect(pijuiceCelsius(Uint8Array.of(0x1f, 0xff))).toBe(31);
    expect(pijuiceCelsius(Uint8Array.of(0xf6, 0x00))).toBe(-10);
  });

  it("names every fault", () => {
    expect(pijuiceFaults(0x2f, true).map(({ kind }) => kind)).toEqual([
      "button_power_off",
      "forced_power_off",
      "forced_sys_power_off",
      "watchdog_reset",
      "battery_profile_invalid",
    ]);
    expect(pijuiceFaults(0x40, false).map(({ kind }) => kind)).toEqual([
      "charge_temperature",
      "battery_missing",
    ]);
    for (const slower of [0x80, 0xc0]) expect(pijuiceFaults(slower, true)).toEqual([]);
  });

  it("writes an alarm in UTC, and long watchdogs in steps of four minutes", () => {
    expect(pijuiceAlarm(Date.UTC(2026, 10, 23, 9, 41, 58))).toEqual([
      0x58, 0x41, 0x09, 0x23, 255, 255, 255, 0, 255,
    ]);
    expect(pijuiceWatchdog(5)).toEqual([0x05, 0x00]);
    expect(pijuiceWatchdog(0)).toEqual([0x00, 0x00]);
    expect(pijuiceWatchdog(16_384)).toEqual([0x00, 0x50]);
    expect(pijuiceWatchdog(1e9)).toEqual([0xff, 0x7f]);
  });
});

describe("probe", () => {
  it("names the firmware without a write", async () => {
    const bench = boardBench();
    expect(expectValue(await bench.probe())).toEqual({ chip: "pijuice", version: "1.6", notes: [] });
    expect(bench.writes).toEqual([]);
  });

  it("notes firmware before 1.4", async () => {
    const bench = boardBench();
    bench.device.firmware = 0x13;
    const { notes, version } = expectValue(await bench.probe());
    expect(version).toBe("1.3");
    expect(notes).toEqual([expect.stringContaining("1.4")]);
  });

  it("refuses what has no checksums, such as a touch controller", async () => {
    const bench = chipBench(pijuice, use, bytesDevice({ 253: 0x12, 254: 0x34, 255: 0x56 }));
    const refusal = expectRefusal(await bench.probe());
    expect(refusal.code).toBe("PI_UPS_GAUGE_CHECKSUM");
    expect(refusal.message).toContain("0x14");
  });
});

describe("read", () => {
  it("gives what the simulated board measures", async () => {
    const bench = boardBench();
    await bench.probe();
    const sample = await bench.sample();
    expect(expectValue(sample.gauge)).toEqual({ cellMv: 4012, chargePct: 87.3, currentMa: 420 });
    expect(sample).toMatchObject({
      acPresent: { ok: true, value: true },
      charging: { ok: true, value: true },
      chargeAllowed: { ok: true, value: true },
      temperatureC: { ok: true, value: 25 },
      railMv: { ok: true, value: 5100 },
      outputMa: { ok: true, value: 900 },
      boardFaults: { ok: true, value: [] },
    });
    expect(sample.button).toBeUndefined();
    expect(bench.writes).toEqual([]);
  });

  it.each([
    ["hat", "present"],
    ["hat", "weak"],
    ["pi", "present"],
    ["pi", "weak"],
  ] as const)("mains at the input of the %s, %s, is mains", async (input, state) => {
    const bench = boardBench();
    Object.assign(bench.device, { input, inputState: state });
    await bench.probe();
    expect(expectValue((await bench.sample()).acPresent)).toBe(true);
    bench.world.becomes({ acPresent: false });
    expect(expectValue((await bench.sample()).acPresent)).toBe(false);
    expect(expectValue((await bench.sample()).charging)).toBe(false);
  });

  it("says that the battery is missing, and still tells mains", async () => {
    const bench = boardBench();
    bench.device.batteryPlugged = false;
    expect((await bench.probe()).ok).toBe(true);
    const sample = await bench.sample();
    expect(expectRefusal(sample.gauge).code).toBe("PI_UPS_NO_BATTERY");
    expect(expectValue(sample.acPresent)).toBe(true);
    expect(expectValue(sample.boardFaults)).toMatchObject([{ kind: "battery_missing" }]);
  });

  it("says that the temperature cannot be, and keeps the battery's figures", async () => {
    const bench = boardBench();
    bench.world.becomes({ temperatureC: 120 });
    await bench.probe();
    const sample = await bench.sample();
    expect(expectRefusal(sample.temperatureC).code).toBe("PI_UPS_TEMPERATURE_IMPOSSIBLE");
    expect(expectValue(sample.gauge).cellMv).toBe(4012);
    bench.world.becomes({ temperatureC: 31 });
    await bench.clock.advance(1000);
    expect(expectValue((await bench.sample()).temperatureC)).toBe(31);
  });

  it("does not believe 0 % at a healthy voltage", async () => {
    const bench = boardBench();
    await bench.probe();
    bench.world.becomes({ chargePct: 0 });
    await bench.clock.advance(1000);
    const sample = await bench.sample();
    expect(expectRefusal(sample.gauge).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
    expect(expectValue(sample.acPresent)).toBe(true);
    bench.world.becomes({ acPresent: false });
    expect(expectValue((await bench.sample()).acPresent)).toBe(false);
    bench.world.becomes({ chargePct: 87.3 });
    await bench.clock.advance(1000);
    expect(expectValue((await bench.sample()).gauge).chargePct).toBe(87.3);
  });

  it("turns none of 2000 disturbed readings into another battery or an outage", async () => {
    const bench = boardBench({ disturbed: 0.1 });
    await bench.probe();
    bench.disturb();
    for (let read = 0; read < 2000; read += 1) {
      const { acPresent, gauge, button } = await bench.sample();
      if (gauge?.ok) expect(Math.abs((gauge.value.chargePct ?? 0) - 87.3)).toBeLessThan(2.1);
      if (acPresent?.ok) expect(acPresent.value).toBe(true);
      expect(button).toBeUndefined();
    }
  });
});

describe("button", () => {
  it.each(["power_off", "reboot"] as const)("%s is heard once, and taken from the board", async (action) => {
    const bench = boardBench();
    await bench.probe();
    bench.world.press(action);
    expect((await bench.sample()).button).toBe(action);
    expect(bench.device.buttons).toBe(0);
    expect((await bench.sample()).button).toBeUndefined();
    bench.world.press(action);
    expect((await bench.sample()).button).toBe(action);
  });

  it("means what its owner chose for it in pijuice_config", () => {
    const functions = (event: number, what: number) =>
      Uint8Array.from({ length: 12 }, (_, index) => (index === 2 * (event - 1) ? what : 0));
    for (const event of [1, 2, 3, 4, 5, 6]) {
      expect(pijuiceAction(event, functions(event, 0x11))).toBe("power_off");
      expect(pijuiceAction(event, functions(event, 0x12))).toBe("power_off");
      expect(pijuiceAction(event, functions(event, 0x13))).toBe("power_off");
      expect(pijuiceAction(event, functions(event, 0x14))).toBe("reboot");
      for (const other of [0x00, 0x01, 0x02, 0x03, 0x10, 0x15, 0x20, 0x21, 0x2f, 0x94, 0xff]) {
        expect(pijuiceAction(event, functions(event, other)), `function ${other}`).toBeNull();
      }
      expect(pijuiceAction(event, functions((event % 6) + 1, 0x14))).toBeNull();
    }
  });

  it("has three nibbles of events, and none that the board does not know", () => {
    expect(expectValue(pijuiceEvents(Uint8Array.of(0x65, 0x01)))).toEqual([5, 6, 1]);
    for (const bytes of [
      [0x07, 0x00],
      [0x70, 0x00],
      [0x00, 0x07],
      [0x00, 0x10],
      [0xff, 0xff],
    ]) {
      expect(expectRefusal(pijuiceEvents(Uint8Array.from(bytes))).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
    }
  });

  it("leaves a user's function to the user's program, whatever the press", async () => {
    const bench = boardBench();
    await bench.probe();
    // SW2 as it is delivered: a double press is USER_FUNC2; SW3: a press is USER_FUNC3.
    bench.device.buttons = 0x0140;
    for (let look = 0; look < 5; look += 1) expect((await bench.sample()).button).toBeUndefined();
    expect(bench.device.buttons).toBe(0x0140);
    expect(bench.writes).toEqual([]);
  });

  it("is acted on once, however often the board refuses to forget it", async () => {
    const bench = boardBench({ nacks: (transfer) => transfer === "write 69" });
    await bench.probe();
    bench.world.press("power_off");
    const heard: unknown[] = [];
    for (let look = 0; look < 5; look += 1) heard.push((await bench.sample()).button);
    expect(heard).toEqual(["power_off", undefined, undefined, undefined, undefined]);
    expect(bench.device.buttons).toBe(0x0005);
  });

  it("hears the third button, and leaves the events of the others", async () => {
    const bench = boardBench();
    await bench.probe();
    bench.device.stored.set(0x70, [0, 0, 0, 0, 0, 0, 0, 0, 0x11, 50, 0, 0]);
    bench.device.buttons = 0x0530;
    expect((await bench.sample()).button).toBe("power_off");
    expect(bench.device.buttons).toBe(0x0030);
    expect(bench.writes).toEqual([[0x45, 0xff, 0xf0, 0xf0]]);
  });

  it("is not acted on when it was pressed before the agent came", async () => {
    const bench = boardBench();
    bench.world.press("power_off");
    await bench.probe();
    expect((await bench.sample()).button).toBeUndefined();
    expect(bench.device.buttons).toBe(0);
  });
});

describe("faults of the past", () => {
  it("are cleared on the board, and shown for a minute", async () => {
    const bench = boardBench();
    await bench.probe();
    bench.device.faultBits = 0x28;
    const kinds = async () => expectValue((await bench.sample()).boardFaults).map(({ kind }) => kind);
    expect(await kinds()).toEqual(["watchdog_reset", "battery_profile_invalid"]);
    expect(bench.device.faultBits).toBe(0x20);
    expect(await kinds()).toEqual(["watchdog_reset", "battery_profile_invalid"]);
    await bench.clock.advance(61_000);
    expect(await kinds()).toEqual(["battery_profile_invalid"]);
  });
});
