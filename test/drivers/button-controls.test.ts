// The board's button as the device hears it: presses, what is no press, and a pin that cannot be had or dies.
import { describe, expect, it } from "vitest";
import type { Gpio } from "../../agent/src/ports/ports.ts";
import { bench } from "./line-bench.ts";
import { mortal } from "./mortal-lines.ts";

describe("button", () => {
  it("tells presses, and nothing after stop", async () => {
    const { parts, sim, clock, presses } = bench();
    await parts.start();
    await clock.advance(1000);
    sim.setLevel(5, true);
    await clock.advance(1000);
    sim.setLevel(5, false);
    await clock.advance(1000);
    expect(presses).toEqual(["power_off"]);
    await parts.stop();
    sim.setLevel(5, true);
    await clock.advance(1000);
    expect(presses).toEqual(["power_off"]);
    expect(clock.waiting).toBe(0);
  });

  it("that is stuck is a fault after a minute, never a press, and the fault ends with it", async () => {
    const { parts, sim, clock, presses } = bench();
    sim.setLevel(5, true);
    await parts.start();
    expect(parts.sample().boardFaults).toEqual({ ok: true, value: [] });
    await clock.advance(60_000);
    expect(parts.sample().boardFaults).toMatchObject({ value: [{ kind: "button_stuck" }] });
    sim.setLevel(5, false);
    expect(parts.sample().boardFaults).toEqual({ ok: true, value: [] });
    expect(presses).toEqual([]);
  });

  it("does not believe an edge whose level is gone when it looks: the fall was lost", async () => {
    const lossy = (gpio: Gpio): Gpio => ({
      output: (bcm, high) => gpio.output(bcm, high),
      close: () => gpio.close(),
      input: async (bcm, bias) => {
        const opened = await gpio.input(bcm, bias);
        if (!opened.ok) return opened;
        const { value: input } = opened;
        return {
          ok: true,
          value: {
            read: () => input.read(),
            watch: (onEdge) => input.watch((high) => high && onEdge(high)),
            close: () => input.close(),
          },
        };
      },
    });
    const { parts, sim, clock, presses } = bench(lossy);
    await parts.start();
    await clock.advance(1000);
    sim.setLevel(5, true);
    await clock.advance(5);
    sim.setLevel(5, false);
    await clock.advance(5000);
    expect(presses).toEqual([]);
  });

  it("that cannot be opened is a fault of the board until it can, and is heard from then on", async () => {
    const { parts, sim, clock, presses } = bench();
    const held = await sim.output(5, false);
    await parts.start();
    expect(parts.sample().boardFaults).toMatchObject({ value: [{ kind: "button_not_watched" }] });
    if (held.ok) await held.value.close();
    await clock.advance(30_000);
    parts.sample();
    await clock.advance(1000);
    expect(parts.sample().boardFaults).toEqual({ ok: true, value: [] });
    sim.setLevel(5, true);
    await clock.advance(400);
    sim.setLevel(5, false);
    await clock.advance(100);
    expect(presses).toEqual(["reboot"]);
  });

  it("that cannot be opened is not tried again after a stop", async () => {
    const { parts, sim, clock } = bench();
    const held = await sim.output(5, false);
    await parts.start();
    await parts.stop();
    if (held.ok) await held.value.close();
    await clock.advance(60_000);
    expect(parts.sample().boardFaults).toEqual({ ok: true, value: [] });
    await clock.advance(0);
    expect(await sim.output(5, false)).toMatchObject({ ok: true });
  });

  it("that dies is a fault of the board and no button to cut by, until it was opened again and is heard", async () => {
    const dying: ReturnType<typeof mortal>[] = [];
    const { parts, sim, clock, presses } = bench((gpio) => {
      dying.push(mortal(gpio));
      return dying[0]?.gpio ?? gpio;
    });
    await parts.start();
    const sample = async () => {
      const { boardFaults } = parts.sample();
      await clock.advance(1000);
      return boardFaults;
    };
    dying[0]?.die();
    for (let read = 0; read < 3; read += 1) expect(await sample()).toEqual({ ok: true, value: [] });
    expect(await sample()).toMatchObject({
      value: [{ kind: "button_not_watched", message: expect.stringContaining("ENODEV") }],
    });
    expect(await parts.controls.powerCut?.(0)).toMatchObject({ code: "PI_UPS_NOT_POSSIBLE" });
    await clock.advance(30_000);
    await sample();
    expect(await sample()).toEqual({ ok: true, value: [] });
    expect(dying[0]?.counts()).toEqual({ opened: 2, closed: 1 });
    sim.setLevel(5, true);
    await clock.advance(400);
    sim.setLevel(5, false);
    await clock.advance(100);
    expect(presses).toEqual(["reboot"]);
    dying[0]?.die();
    for (let read = 0; read < 3; read += 1) await sample();
    await parts.stop();
    expect(await sample()).toEqual({ ok: true, value: [] });
    await clock.advance(60_000);
    await sample();
    expect(dying[0]?.counts()).toEqual({ opened: 2, closed: 2 });
  });

  it("that cannot be opened is opened by a later start", async () => {
    const { parts, sim } = bench();
    const held = await sim.output(5, false);
    expect(await parts.start()).toMatchObject({ ok: false, code: "PI_UPS_GPIO_BUSY" });
    if (held.ok) await held.value.close();
    expect(await parts.start()).toMatchObject({ ok: true });
  });
});
