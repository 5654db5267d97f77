// Orders that come at once: on every board whose chips switch anything, what is written is what one after the other writes.
import { describe, expect, it } from "vitest";
import type { Board } from "../../agent/src/boards/board.ts";
import { boards } from "../../agent/src/boards/registry.ts";
import type { Result } from "../../agent/src/core/model.ts";
import { type Controls, ordersInTurn } from "../../agent/src/drivers/controls.ts";
import { createUpsDevice } from "../../agent/src/drivers/ups-device.ts";
import type { I2cBus, KernelPower } from "../../agent/src/ports/ports.ts";
import { benchFor, portsOf } from "./board-bench.ts";

type Order = () => Promise<Result<void>> | undefined;

/** Each switch on, and then each of them off. */
function ordersOf(controls: Controls, wallMs: number): readonly Order[] {
  const { allowCharge, powerCut, restartOnMains, wakeOnCharge, wakeAt, watchdog, led, buzzer } = controls;
  return [
    () => restartOnMains?.(true),
    () => allowCharge?.(false),
    () => wakeOnCharge?.(50),
    () => wakeAt?.(wallMs + 3_600_000),
    () => watchdog?.(5),
    () => led?.(1, { red: 1, green: 2, blue: 3 }),
    () => buzzer?.(true),
    () => powerCut?.(30),
    () => powerCut?.(60),
    () => powerCut?.(null),
    () => buzzer?.(false),
    () => watchdog?.(0),
    () => wakeAt?.(null),
    () => wakeOnCharge?.(null),
    () => allowCharge?.(true),
    () => restartOnMains?.(false),
  ];
}

/** A board whose device notes what it writes, with the bytes. */
async function noting(board: Board) {
  const bench = benchFor(board, { chargePct: 60 });
  const { clock, i2c, kernel, sim } = bench;
  const writes: string[] = [];
  const notingBus: I2cBus = {
    ...i2c,
    write(address, register, data) {
      writes.push(`${address}:${register}=${[...data].join(",")}`);
      return i2c.write(address, register, data);
    },
  };
  const notingKernel: KernelPower = {
    ...kernel,
    setPowerSupply(name, attribute, value) {
      writes.push(`${name}/${attribute}=${value}`);
      return kernel.setPowerSupply(name, attribute, value);
    },
  };
  const device = createUpsDevice(board, { ...portsOf(sim), i2c: notingBus, kernel: notingKernel, clock });
  await clock.until(device.start());
  writes.length = 0;
  return { clock, writes, orders: ordersOf(device.controls(), clock.now().wallMs) };
}

/** Boards whose switches are their chips'; a pin has turns of its own, and may take seconds for a pulse. */
const switching = boards.filter(
  ({ switches, lines: { chargeAllowed, powerCut, buzzer } }) =>
    switches.length > 0 && [chargeAllowed, powerCut, buzzer].every((line) => line === undefined),
);

describe.each(switching)("$id", (board) => {
  it("does one whole order after the other", async () => {
    const oneByOne = await noting(board);
    const answers: unknown[] = [];
    for (const order of oneByOne.orders) {
      answers.push(...(await oneByOne.clock.until(Promise.all([order()]))));
    }
    expect(oneByOne.writes).not.toEqual([]);
    const atOnce = await noting(board);
    const found = await atOnce.clock.until(Promise.all(atOnce.orders.map((order) => order())));
    expect(found).toEqual(answers);
    expect(atOnce.writes).toEqual(oneByOne.writes);
  });
});

describe("a power cut", () => {
  it.each(["ups_plus", "pijuice", "pisugar3"])(
    "of the %s that is called off while it is ordered does not stand",
    async (id) => {
      const board = switching.find((one) => one.id === id);
      if (board === undefined) throw new Error(`${id} is gone`);
      const bench = benchFor(board, { chargePct: 60 });
      await bench.start();
      const { powerCut } = bench.device.controls();
      const answers = await bench.clock.until(Promise.all([powerCut?.(60), powerCut?.(null)]));
      expect(answers).toMatchObject([{ ok: true }, { ok: true }]);
      await bench.clock.advance(300_000);
      expect(bench.blackouts()).toBe(0);
    },
  );
});

describe("an order", () => {
  it("that breaks does not keep the next one from its turn, and what a chip lacks stays absent", async () => {
    const controls = ordersInTurn({
      powerCut: () => Promise.reject(new Error("broken")),
      buzzer: () => Promise.resolve({ ok: true, value: undefined }),
    });
    const broken = controls.powerCut?.(0);
    const next = controls.buzzer?.(true);
    await expect(broken).rejects.toThrow("broken");
    expect(await next).toEqual({ ok: true, value: undefined });
    expect(Object.keys(controls)).toEqual(["powerCut", "buzzer"]);
  });
});
