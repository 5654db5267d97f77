// What can be switched on a PiSugar 3: the key around each write, nothing that cuts by accident, the delayed cut, the alarm.
import { describe, expect, it } from "vitest";
import { pisugar3 } from "../../agent/src/drivers/pisugar3.ts";
import { pisugar3Time } from "../../agent/src/drivers/pisugar3-controls.ts";
import { createPiSugar3Registers } from "../../agent/src/sim/pisugar-registers.ts";
import { stillWorld } from "../sim/still-world.ts";
import { bytesDevice, chipBench, disturbable, expectRefusal } from "./chip-bench.ts";
import { bench3, use3 } from "./pisugar3-bench.ts";

describe("switches", () => {
  it("are written behind the key, which is taken away again, and keep the other bits", async () => {
    const bench = bench3();
    expect((await bench.set(bench.driver.controls?.allowCharge?.(false))).ok).toBe(true);
    expect((await bench.set(bench.driver.controls?.restartOnMains?.(false))).ok).toBe(true);
    expect(bench.writes).toEqual([
      [0x0b, 0x29],
      [0x02, 0xbc],
      [0x0b, 0x00],
      [0x0b, 0x29],
      [0x02, 0xac],
      [0x0b, 0x00],
    ]);
    expect(bench.device.power).toBe(0x2c);
    await bench.set(bench.driver.controls?.restartOnMains?.(true));
    expect(bench.device.power).toBe(0x3c);
    expect(bench.world.asked.filter((asked) => asked.startsWith("cut"))).toEqual([]);
  });

  it("that are asked for at once do not undo each other", async () => {
    const bench = bench3();
    const { allowCharge, powerCut } = bench.driver.controls ?? {};
    const asked = [powerCut?.(60), allowCharge?.(false), bench.driver.read()];
    const [cut, charge] = await bench.set(Promise.all(asked));
    expect([cut, charge]).toEqual([
      { ok: true, value: undefined },
      { ok: true, value: undefined },
    ]);
    // Both of their bits are gone, the others stand.
    expect(bench.device.power).toBe(0x1c);
    const keys = bench.writes.filter(([register]) => register === 0x0b).map(([, key]) => key);
    expect(keys.every((key, index) => key === (index % 2 === 0 ? 0x29 : 0x00))).toBe(true);
  });

  it("take the key away when the write itself failed", async () => {
    const bench = bench3({ nacks: (transfer) => transfer === "write 2" });
    expect(expectRefusal(await bench.set(bench.driver.controls?.allowCharge?.(false))).code).toBe(
      "PI_UPS_I2C_NACK",
    );
    expect(bench.writes.at(-1)).toEqual([0x0b, 0x00]);
    expect(bench.device.key).toBe(0);
  });

  it.each([
    ["neither output bit", 0x40],
    ["the output off", 0x78],
    ["a cut that counts down", 0x5c],
  ])("write nothing that could cut the power: %s", async (_what, power) => {
    const bench = bench3();
    bench.device.power = power;
    for (const asked of [
      bench.driver.controls?.restartOnMains?.(true),
      bench.driver.controls?.allowCharge?.(false),
    ]) {
      expect(expectRefusal(await bench.set(asked)).code).toBe("PI_UPS_NOT_POSSIBLE");
    }
    expect(bench.writes).toEqual([]);
  });

  it("never write a bit that was misread", async () => {
    const board = createPiSugar3Registers(stillWorld().around);
    const device = disturbable(board, 0x02, (byte) => byte ^ 0x50);
    const bench = chipBench(pisugar3, use3, device);
    device.disturb(1);
    const answer = bench.driver.controls?.restartOnMains?.(false) ?? Promise.reject(new Error("none"));
    expect((await bench.clock.until(answer)).ok).toBe(true);
    expect(board.power).toBe(0x6c);
  });

  it("are written again when the board takes the second write only", async () => {
    const device = createPiSugar3Registers(stillWorld().around);
    let deaf = 1;
    const bench = chipBench(pisugar3, use3, {
      read: device.read.bind(device),
      write(register, bytes) {
        if (register !== 0x02 || deaf === 0) device.write(register, bytes);
        else deaf -= 1;
      },
    });
    const answer = bench.driver.controls?.restartOnMains?.(false) ?? Promise.reject(new Error("none"));
    expect((await bench.clock.until(answer)).ok).toBe(true);
    expect(device.power).toBe(0x6c);
  });

  it("say so when the board takes nothing", async () => {
    const device = createPiSugar3Registers(stillWorld().around);
    const deaf = { read: device.read.bind(device), write: () => undefined };
    const bench = chipBench(pisugar3, use3, deaf);
    const answer = bench.driver.controls?.allowCharge?.(false) ?? Promise.reject(new Error("none"));
    expect(expectRefusal(await bench.clock.until(answer)).code).toBe("PI_UPS_NOT_TAKEN");
  });
});

describe("power cut", () => {
  const cuts = ({ world }: ReturnType<typeof bench3>) =>
    world.asked.filter((asked) => asked.startsWith("cut"));
  const data = (writes: readonly (readonly number[])[]) => writes.filter(([register]) => register !== 0x0b);

  it("sets the delay first and then clears the bit that counts down", async () => {
    const bench = bench3();
    expect((await bench.set(bench.driver.controls?.powerCut?.(60))).ok).toBe(true);
    expect(data(bench.writes).slice(-2)).toEqual([
      [0x09, 60],
      [0x02, 0xdc],
    ]);
    expect(cuts(bench)).toEqual(["cut 60000"]);
  });

  it("never cuts before the second that was asked for, and knows how far it counts", async () => {
    const bench = bench3();
    await bench.set(bench.driver.controls?.powerCut?.(0.4));
    expect(bench.device.cutDelay).toBe(1);
    await bench.set(bench.driver.controls?.powerCut?.(255));
    expect(bench.world.asked.at(-1)).toBe("cut 255000");
    bench.writes.length = 0;
    const refusal = expectRefusal(await bench.set(bench.driver.controls?.powerCut?.(256)));
    expect(refusal.code).toBe("PI_UPS_NOT_POSSIBLE");
    expect(bench.writes).toEqual([]);
  });

  it("is called off, and a new figure replaces one that counts down", async () => {
    const bench = bench3();
    await bench.set(bench.driver.controls?.powerCut?.(60));
    expect((await bench.set(bench.driver.controls?.powerCut?.(null))).ok).toBe(true);
    expect(bench.world.asked.at(-1)).toBe("cut null");
    expect(bench.device.power).toBe(0x7c);
    await bench.set(bench.driver.controls?.powerCut?.(200));
    await bench.set(bench.driver.controls?.powerCut?.(30));
    expect(cuts(bench).slice(-3)).toEqual(["cut 200000", "cut null", "cut 30000"]);
  });

  it("writes nothing where the output is off already", async () => {
    const bench = bench3();
    bench.device.power = 0x78;
    expect(expectRefusal(await bench.set(bench.driver.controls?.powerCut?.(60))).code).toBe(
      "PI_UPS_NOT_POSSIBLE",
    );
    expect(bench.writes).toEqual([]);
  });

  it("does not begin with a delay that the board did not take", async () => {
    const device = createPiSugar3Registers(stillWorld().around);
    const bench = chipBench(pisugar3, use3, {
      read: device.read.bind(device),
      write(register, bytes) {
        if (register !== 0x09) device.write(register, bytes);
      },
    });
    const answer = bench.driver.controls?.powerCut?.(60) ?? Promise.reject(new Error("none"));
    expect(expectRefusal(await bench.clock.until(answer)).code).toBe("PI_UPS_NOT_TAKEN");
    expect(device.power).toBe(0x7c);
  });
});

describe("alarm", () => {
  function benchAt(aheadMs: number) {
    const bench = bench3();
    bench.device.clockAheadMs = aheadMs;
    const wake = (inMs: number) =>
      bench.set(bench.driver.controls?.wakeAt?.(bench.clock.now().wallMs + inMs));
    return { ...bench, wake };
  }

  it.each([
    [0, [0x00, 0x00, 0x00]],
    [37_230, [0x10, 0x20, 0x30]],
    [86_399, [0x23, 0x59, 0x59]],
  ])("second %i of the day in decimal digits", (second, digits) => {
    expect(pisugar3Time(second)).toEqual(digits);
  });

  it("counts on from what the board's clock says, whatever zone that is, and past midnight", async () => {
    for (const hours of [0, 8, -5]) {
      const bench = benchAt(hours * 3_600_000);
      const wallMs = bench.clock.now().wallMs;
      expect((await bench.wake(20 * 3_600_000)).ok).toBe(true);
      const [control, , , , days, ...time] = bench.device.alarm;
      expect([control, days]).toEqual([0x80, 0x7f]);
      const boardMs = wallMs + (hours + 20) * 3_600_000;
      const expected = pisugar3Time(Math.floor(boardMs / 1000) % 86_400);
      const seconds = (digits: readonly number[]) =>
        digits.reduce((sum, byte) => sum * 60 + (byte >> 4) * 10 + (byte & 0x0f), 0);
      expect(Math.abs(seconds(time) - seconds(expected))).toBeLessThanOrEqual(1);
    }
  });

  it("is on only when all of it is written, and goes off alone", async () => {
    const bench = benchAt(0);
    await bench.wake(3_600_000);
    const written = bench.writes.filter(([register]) => register !== 0x0b).map(([register]) => register);
    expect(written).toEqual([0x40, 0x45, 0x46, 0x47, 0x44, 0x40]);
    bench.writes.length = 0;
    expect((await bench.set(bench.driver.controls?.wakeAt?.(null))).ok).toBe(true);
    expect(bench.device.alarm[0]).toBe(0);
    expect(bench.writes).toHaveLength(3);
  });

  it.each([0, -1, 30_000, 86_400_000])("%i ms ahead is refused", async (inMs) => {
    const bench = benchAt(0);
    const refusal = expectRefusal(await bench.wake(inMs));
    expect(refusal.code).toBe("PI_UPS_NOT_POSSIBLE");
    expect(bench.writes).toEqual([]);
  });

  it("is not set by a clock that stands still or says no time", async () => {
    const bench = benchAt(Number.NaN);
    const refusal = expectRefusal(await bench.wake(3_600_000));
    expect(refusal.code).toBe("PI_UPS_RTC_WRONG");
    expect(refusal.message).toContain("stands still");
    const bytes = bytesDevice({ 53: 0x24, 54: 0x00, 55: 0x00 });
    const other = chipBench(pisugar3, use3, bytes);
    const answer = other.driver.controls?.wakeAt?.(other.clock.now().wallMs + 3_600_000);
    const impossible = await other.clock.until(answer ?? Promise.reject(new Error("none")));
    expect(expectRefusal(impossible).code).toBe("PI_UPS_RTC_IMPOSSIBLE");
    expect([...bench.writes, ...other.writes]).toEqual([]);
  });
});
