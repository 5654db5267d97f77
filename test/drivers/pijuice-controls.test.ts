// What can be switched on a PiJuice: bytes with checksums, read back, and honest where the board takes nothing.
import { describe, expect, it } from "vitest";
import { pijuice } from "../../agent/src/drivers/pijuice.ts";
import { pijuiceAlarm } from "../../agent/src/drivers/pijuice-controls.ts";
import { withPijuiceChecksum } from "../../agent/src/drivers/pijuice-wire.ts";
import { createPijuiceRegisters } from "../../agent/src/sim/pijuice-registers.ts";
import { stillWorld } from "../sim/still-world.ts";
import { chipBench, expectRefusal, expectValue } from "./chip-bench.ts";
import { boardBench, use } from "./pijuice-bench.ts";

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
    const refusal = expectRefusal(await bench.set(powerCut?.(300)));
    expect(refusal).toMatchObject({ code: "PI_UPS_NOT_POSSIBLE", message: expect.stringContaining("256 s") });
  });

  it("say so when the Pi's own supply calls the power-off off", async () => {
    const bench = boardBench();
    bench.device.input = "pi";
    expect((await bench.set(bench.driver.controls?.powerCut?.(60))).ok).toBe(false);
    expect(bench.world.asked).toEqual(["cut null", "cut null", "cut null"]);
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
