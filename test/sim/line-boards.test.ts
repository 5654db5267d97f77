// The board's side of its pins: how long a press is what, and when the power goes.
import { describe, expect, it } from "vitest";
import type { BoardLines } from "../../agent/src/boards/board.ts";
import { createLineBoard } from "../../agent/src/sim/line-boards.ts";
import { createSimGpio } from "../../agent/src/sim/sim-gpio.ts";
import { VirtualClock } from "./virtual-clock.ts";

const x728: BoardLines = {
  chargeAllowed: { bcm: 16, trueWhen: "low" },
  button: { bcm: 5, trueWhen: "high", bias: "pull_down", rebootFromMs: 200, powerOffFromMs: 600 },
  powerCut: { bcm: 26, trueWhen: "high", pulseMs: 3000 },
  bootOk: { bcm: 12, trueWhen: "high" },
};

function board(lines: BoardLines = x728) {
  const clock = new VirtualClock();
  const gpio = createSimGpio();
  const told: string[] = [];
  const made = createLineBoard({
    lines,
    gpio,
    clock,
    allowCharge: (allowed) => told.push(allowed ? "allowed" : "forbidden"),
    cutPower: (afterMs) => told.push(`cut in ${afterMs}`),
  });
  const drive = async (bcm: number, high: boolean) => {
    const opened = await gpio.output(bcm, high);
    if (!opened.ok) throw new Error(opened.message);
    return opened.value;
  };
  /** How long the button line is high from now on, ms. */
  const pulse = async () => {
    let lengthMs = 0;
    for (; gpio.level(5); lengthMs += 10) await clock.advance(10);
    return lengthMs;
  };
  return { clock, gpio, told, made, drive, pulse };
}

describe("the button", () => {
  it.each([
    ["reboot", 400],
    ["power_off", 1000],
  ] as const)("%s pulses the line for %d ms", async (action, lengthMs) => {
    const { made, pulse } = board();
    expect(made.press(action)).toBe(true);
    expect(await pulse()).toBe(lengthMs);
  });

  it("is not there on a board without the line", () => {
    expect(board({}).made.press("reboot")).toBe(false);
  });
});

describe("the software's press", () => {
  it.each([
    [500, 0],
    [1500, 400],
    [3000, 1000],
  ])("of %d ms makes a pulse of %d ms", async (heldMs, lengthMs) => {
    const { clock, drive, pulse } = board();
    await drive(12, true);
    const pin = await drive(26, true);
    await clock.advance(heldMs);
    await pin.write(false);
    expect(await pulse()).toBe(lengthMs);
  });

  it("cuts at once when it is held for eight seconds", async () => {
    const { clock, drive, told } = board();
    await drive(12, true);
    await drive(26, true);
    await clock.advance(7999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(["cut in 0"]);
  });
});

describe("the power cut", () => {
  it("waits until the system is down", async () => {
    const { made, drive, told, clock, gpio } = board();
    await drive(12, true);
    made.press("power_off");
    await clock.advance(60_000);
    expect(told).toEqual([]);
    gpio.powerDown();
    expect(told).toEqual(["cut in 3000"]);
  });

  it("does not come without the request, nor after a reboot", async () => {
    const { made, drive, told, clock, gpio } = board();
    await drive(12, true);
    made.press("reboot");
    await clock.advance(1000);
    gpio.powerDown();
    expect(told).toEqual([]);
  });

  it("does not wait for a system that never said that it is up", () => {
    const { made, told } = board();
    made.press("power_off");
    expect(told).toEqual(["cut in 3000"]);
  });

  it("is not made by a line that is left driven", async () => {
    const { made, drive, told } = board();
    const bootOk = await drive(12, true);
    made.press("power_off");
    await bootOk.leave();
    expect(told).toEqual([]);
  });
});

describe("the charge line", () => {
  it("rests at allowed and follows the pin", async () => {
    const { drive, told, gpio } = board();
    expect(gpio.level(16)).toBe(false);
    const pin = await drive(16, true);
    await pin.close();
    expect(told).toEqual(["forbidden", "allowed"]);
  });
});

it("leaves no timer behind", async () => {
  const { made, drive, clock } = board();
  await drive(26, true);
  made.press("power_off");
  made.stop();
  expect(clock.waiting).toBe(0);
});
