// A board's pins on simulated lines, with a log of what was driven and pins that refuse on request: for the tests of the pins.
import type { BoardLines } from "../../agent/src/boards/board.ts";
import type { ButtonAction, ReadFailure, Result } from "../../agent/src/core/model.ts";
import { createLineParts } from "../../agent/src/drivers/line-controls.ts";
import type { Gpio, GpioOutput } from "../../agent/src/ports/ports.ts";
import { createSimGpio } from "../../agent/src/sim/sim-gpio.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

export const lines: BoardLines = {
  chargeAllowed: { bcm: 16, trueWhen: "low" },
  button: { bcm: 5, trueWhen: "high", bias: "pull_down", rebootFromMs: 200, powerOffFromMs: 600 },
  powerCut: { bcm: 26, trueWhen: "high", pulseMs: 3000 },
  bootOk: { bcm: 12, trueWhen: "high" },
  buzzer: { bcm: 20, trueWhen: "high" },
};
export const refused: ReadFailure = { ok: false, code: "PI_UPS_GPIO_IO", message: "the pin refused" };

/** Changes of a driven line: `12+` high, `12-` low, `12.` given back. */
export function bench(around: (gpio: Gpio) => Gpio = (gpio) => gpio, boardLines = lines) {
  const clock = new VirtualClock();
  const sim = createSimGpio();
  const log: string[] = [];
  const gpio = around(noting(sim, log));
  const presses: ButtonAction[] = [];
  const make = () => createLineParts(boardLines, gpio, clock, (action) => presses.push(action));
  return { clock, sim, log, presses, make, parts: make() };
}

function noting(gpio: Gpio, log: string[]): Gpio {
  return {
    input: (bcm, bias) => gpio.input(bcm, bias),
    close: () => gpio.close(),
    output: async (bcm, high) => {
      const opened = await gpio.output(bcm, high);
      if (!opened.ok) return opened;
      log.push(`${bcm}${high ? "+" : "-"}`);
      return { ok: true, value: notingOutput(bcm, opened.value, log) };
    },
  };
}

function notingOutput(bcm: number, output: GpioOutput, log: string[]): GpioOutput {
  return {
    read: () => output.read(),
    write: (high) => {
      log.push(`${bcm}${high ? "+" : "-"}`);
      return output.write(high);
    },
    close: () => {
      log.push(`${bcm}.`);
      return output.close();
    },
    leave: () => {
      log.push(`${bcm}=`);
      return output.leave();
    },
  };
}

/** Outputs whose writes fail as long as `fails` says so. */
export function refusing(fails: (bcm: number, high: boolean) => boolean): (gpio: Gpio) => Gpio {
  return (gpio) => ({
    input: (bcm, bias) => gpio.input(bcm, bias),
    close: () => gpio.close(),
    output: async (bcm, initialHigh) => {
      const opened = await gpio.output(bcm, initialHigh);
      if (!opened.ok) return opened;
      const output = opened.value;
      const write = (high: boolean): Promise<Result<void>> =>
        fails(bcm, high) ? Promise.resolve(refused) : output.write(high);
      return {
        ok: true,
        value: { read: () => output.read(), write, close: () => output.close(), leave: () => output.leave() },
      };
    },
  });
}
