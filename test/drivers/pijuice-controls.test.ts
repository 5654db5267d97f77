// What can be switched on a PiJuice: bytes with checksums, read back, and honest where the board takes nothing.
import { describe, expect, it } from "vitest";
import { pijuice } from "../../agent/src/drivers/pijuice.ts";
import { pijuiceAlarm } from "../../agent/src/drivers/pijuice-controls.ts";
import { withPijuiceChecksum } from "../../agent/src/drivers/pijuice-wire.ts";
import { createPijuiceRegisters } from "../../agent/src/sim/pijuice-registers.ts";
import { stillWorld } from "../sim/still-world.ts";
import { chipBench, expectRefusal, expectValue } from "./chip-bench.ts";
import { boardBench, use } from "./pijuice-bench.ts";

const colour = { red: 1, green: 2, blue: 3 } as const;
const bcd = (value: number) => (Math.floor(value / 10) << 4) | (value % 10);

/** The nine bytes that set the board's clock to this time. */
function clockBytes(wallMs: number): readonly number[] {
  const at = new Date(wallMs);
  const time = [at.getUTCSeconds(), at.getUTCMinutes(), at.getUTCHours(), 1, at.getUTCDate()];
  return [...[...time, at.getUTCMonth() + 1, at.getUTCFullYear() % 100].map(bcd), 0, 0];
}

describe("switches", () => {
  it("forbid and allow charging, and the sample shows it", async () => {
    const bench = boardBench();
    await bench.probe();
    expect((await bench.set(bench.driver.controls?.allowCharge?.(false))).ok).toBe(true);
    expect(bench.writes).toEqual([[0x51, 0x00, 0xff]]);
    expect(bench.world.asked).toEqual(["charge false"]);
    expect(expectValue((await bench.sample()).chargeAllowed)).toBe(false);
  });

  it("cut the power after a delay, and call it off", async () => {
    const bench = boardBench();
    const { powerCut } = bench.driver.controls ?? {};
    expect((await bench.set(powerCut?.(60))).ok).toBe(true);
    expect((await bench.set(powerCut?.(null))).ok).toBe(true);
    expect(bench.writes).toEqual([
      [0x62, 0x3c, 0xc3],
      [0x62, 0xff, 0x00],
    ]);
    expect(bench.world.asked).toEqual(["cut 61440", "cut null"]);
  });

  it("cut the power at once, or as late as the board can and not later", async () => {
    const bench = boardBench();
    const { powerCut } = bench.driver.controls ?? {};
    expect((await bench.set(powerCut?.(0))).ok).toBe(true);
    expect((await bench.set(powerCut?.(249.2))).ok).toBe(true);
    expect(bench.writes).toEqual([
      [0x62, 0x00, 0xff],
      [0x62, 0xfa, 0x05],
    ]);
    const refusal = expectRefusal(await bench.set(powerCut?.(251)));
    expect(refusal).toMatchObject({ code: "PI_UPS_NOT_POSSIBLE", message: expect.stringContaining("250 s") });
    expect(bench.writes).toHaveLength(2);
  });

  it.each(["present", "weak"] as const)(
    "arm no cut that the Pi's own supply (%s) would hold up",
    async (inputState) => {
      const bench = boardBench();
      Object.assign(bench.device, { input: "pi", inputState });
      const refusal = expectRefusal(await bench.set(bench.driver.controls?.powerCut?.(60)));
      expect(refusal.code).toBe("PI_UPS_NOT_POSSIBLE");
      expect(refusal.message).toContain(`it is ${inputState}`);
      expect(bench.writes).toEqual([]);
      bench.world.becomes({ acPresent: false });
      expect((await bench.set(bench.driver.controls?.powerCut?.(60))).ok).toBe(true);
    },
  );

  it("leave alone what is stored for good, and say where it is changed", async () => {
    const bench = boardBench();
    const { wakeOnCharge, watchdog } = bench.driver.controls ?? {};
    bench.device.stored.set(0x63, [0xb2]);
    bench.device.stored.set(0x61, [0x05, 0x80]);
    for (const set of [wakeOnCharge?.(70), wakeOnCharge?.(null)]) {
      const refusal = expectRefusal(await bench.set(set));
      expect(refusal).toMatchObject({ code: "PI_UPS_NOT_POSSIBLE" });
      expect(refusal.message).toContain("0x63 reads 0xB2");
    }
    expect(expectRefusal(await bench.set(watchdog?.(0))).message).toContain("0x61 reads 0x05 0x80");
    expect(bench.writes).toEqual([]);
  });

  it("say which LED takes no colour, and what it is set to", async () => {
    const bench = boardBench();
    const refusal = expectRefusal(await bench.set(bench.driver.controls?.led?.(1, colour)));
    expect(refusal.code).toBe("PI_UPS_NOT_TAKEN");
    expect(refusal.message).toContain(
      "LED 1 (it takes one when pijuice_config has set that LED to USER_LED)",
    );
    bench.device.stored.set(0x6a, [3, 0, 0, 0]);
    expect((await bench.set(bench.driver.controls?.led?.(1, colour))).ok).toBe(true);
    expect(bench.device.stored.get(0x66)).toEqual([1, 2, 3]);
  });

  it("know an alarm again on a clock that counts 12 hours", async () => {
    const world = stillWorld();
    const device = createPijuiceRegisters(world.around);
    const bench = chipBench(pijuice, use, {
      read(command, length) {
        const bytes = device.read(command, length);
        if (command !== 0xb9) return bytes;
        // 13:00 of the wall clock below reads as 1 PM.
        const [second = 0, minute = 0, hour = 0, ...rest] = bytes.slice(0, 9);
        return withPijuiceChecksum([second, minute, hour === 0x13 ? 0x61 : hour, ...rest]);
      },
      write: (command, data) => device.write(command, data),
    });
    const { wallMs } = bench.clock.now();
    device.write(0xb0, withPijuiceChecksum(clockBytes(wallMs)));
    const at = new Date(wallMs + 86_400_000).setUTCHours(13, 0, 0, 0);
    const wakeAt = bench.driver.controls?.wakeAt;
    if (wakeAt === undefined) throw new Error("no alarm");
    expect(await bench.clock.until(wakeAt(at))).toEqual({ ok: true, value: undefined });
  });

  it("believe the board and not the bus about a write whose end was lost", async () => {
    const lost = new Set<string>();
    const bench = boardBench({ nacks: (transfer) => lost.has(transfer) });
    const set = bench.set(bench.driver.controls?.allowCharge?.(false));
    expect((await set).ok).toBe(true);
    lost.add("write 81");
    // Nothing to do: charging is off already, and the board says so.
    expect((await bench.set(bench.driver.controls?.allowCharge?.(false))).ok).toBe(true);
    expect(expectRefusal(await bench.set(bench.driver.controls?.allowCharge?.(true))).code).toBe(
      "PI_UPS_I2C_NACK",
    );
  });

  it("set wake on charge, watchdog and LEDs with their checksums", async () => {
    const bench = boardBench();
    const { led, wakeOnCharge, watchdog } = bench.driver.controls ?? {};
    expect((await bench.set(wakeOnCharge?.(50))).ok).toBe(true);
    expect((await bench.set(wakeOnCharge?.(null))).ok).toBe(true);
    expect((await bench.set(watchdog?.(5))).ok).toBe(true);
    expect((await bench.set(led?.(2, { red: 1, green: 2, blue: 300 }))).ok).toBe(true);
    expect(bench.writes).toEqual([
      [0x63, 0x32, 0xcd],
      [0x63, 0x7f, 0x80],
      [0x61, 0x05, 0x00, 0xfa],
      [0x67, 0x01, 0x02, 0xff, 0x03],
    ]);
    expect(expectRefusal(await bench.set(led?.(3, { red: 0, green: 0, blue: 0 }))).code).toBe(
      "PI_UPS_NOT_POSSIBLE",
    );
  });

  it("set an alarm, clear the flag of the last one, and switch it off", async () => {
    const bench = boardBench();
    bench.device.write(0xc2, withPijuiceChecksum([0x00, 0x01]));
    const at = bench.clock.now().wallMs + 3_600_000;
    expect((await bench.set(bench.driver.controls?.wakeAt?.(at))).ok).toBe(true);
    expect(bench.device.stored.get(0xb9)).toEqual(pijuiceAlarm(at));
    expect(bench.device.stored.get(0xc2)).toEqual([0x05, 0x00]);
    expect((await bench.set(bench.driver.controls?.wakeAt?.(null))).ok).toBe(true);
    expect(bench.device.stored.get(0xc2)).toEqual([0x04, 0x00]);
  });

  it("set no alarm that would not come", async () => {
    const bench = boardBench();
    const { wakeAt } = bench.driver.controls ?? {};
    const { wallMs } = bench.clock.now();
    for (const at of [wallMs - 1000, wallMs + 28 * 86_400_000]) {
      expect(expectRefusal(await bench.set(wakeAt?.(at))).code).toBe("PI_UPS_NOT_POSSIBLE");
    }
    bench.device.write(0xb0, withPijuiceChecksum([0, 0, 0, 1, 1, 1, 0, 0, 0]));
    expect(expectRefusal(await bench.set(wakeAt?.(wallMs + 3_600_000))).code).toBe("PI_UPS_RTC_WRONG");
    expect(bench.writes).toEqual([]);
  });

  it("say so when the board does not take a write", async () => {
    const world = stillWorld();
    const device = createPijuiceRegisters(world.around);
    const bench = chipBench(pijuice, use, {
      read: (command, length) => device.read(command, length),
      // As a wire that breaks the checksum of each write.
      write: (command, data) =>
        device.write(
          command,
          data.map((byte) => byte ^ 0x01),
        ),
    });
    const refusal = expectRefusal(
      await bench.clock.until(bench.driver.controls?.wakeOnCharge?.(50) ?? Promise.reject(new Error("none"))),
    );
    expect(refusal.code).toBe("PI_UPS_NOT_TAKEN");
    expect(bench.writes).toHaveLength(3);
  });
});
