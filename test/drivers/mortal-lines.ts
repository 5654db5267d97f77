// Lines whose open inputs can die, as when somebody unexports a pin: reads fail, and no edge comes any more.
import type { Gpio, GpioInput } from "../../agent/src/ports/ports.ts";

/** Every input that is open dies with `die`; one that is opened later lives, unless it is for good. `revive` brings all back. */
export function mortal(inner: Gpio) {
  const died = { ok: false, code: "PI_UPS_GPIO_IO", message: "ENODEV: no such device, read" } as const;
  let opened = 0;
  let closed = 0;
  /** Inputs up to this one are dead. */
  let deadTo = 0;
  const gpio: Gpio = {
    output: (bcm, high) => inner.output(bcm, high),
    close: () => inner.close(),
    input: async (bcm, bias) => {
      const input = await inner.input(bcm, bias);
      if (!input.ok) return input;
      opened += 1;
      const number = opened;
      const value: GpioInput = {
        read: () => (number <= deadTo ? Promise.resolve(died) : input.value.read()),
        watch: (onEdge) => input.value.watch((high) => number > deadTo && onEdge(high)),
        close: () => {
          closed += 1;
          return input.value.close();
        },
      };
      return { ok: true, value };
    },
  };
  const die = (forGood = false) => {
    deadTo = forGood ? Number.POSITIVE_INFINITY : opened;
  };
  const revive = () => {
    deadTo = 0;
  };
  return { gpio, died, die, revive, counts: () => ({ opened, closed }) };
}
