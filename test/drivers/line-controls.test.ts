// The pins that a board is driven by: what is driven when, what is left behind, and what happens when a pin refuses.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LineParts } from "../../agent/src/drivers/line-controls.ts";
import type { Gpio } from "../../agent/src/ports/ports.ts";
import { bench, refused, refusing } from "./line-bench.ts";

describe("pins that nobody asked for", () => {
  it("are not touched by a start but for boot-OK, and not by a stop", async () => {
    const { parts, log } = bench();
    expect(await parts.start()).toMatchObject({ ok: true });
    await parts.stop();
    expect(log).toEqual(["12+", "12="]);
  });
});

describe("boot-OK", () => {
  it("stays high through stop and a new start: its fall would cut the power", async () => {
    const { parts, make, sim } = bench();
    const levels: boolean[] = [];
    sim.onDriven((bcm) => bcm === 12 && levels.push(sim.level(12)));
    await parts.start();
    await parts.start();
    await parts.stop();
    await parts.stop();
    expect(sim.level(12)).toBe(true);
    const again = make();
    expect(await again.start()).toMatchObject({ ok: true });
    await again.stop();
    expect(levels).toEqual([true, true]);
  });

  it("held by another program is a fault of the board, and taken over when it can be", async () => {
    const { parts, sim, clock, log } = bench();
    const other = await sim.output(12, true);
    await parts.start();
    const faults = () => parts.sample().boardFaults;
    expect(faults()).toMatchObject({
      value: [{ kind: "boot_ok_not_driven", message: expect.stringContaining("GPIO12 is in use") }],
    });
    if (other.ok) await other.value.leave();
    await clock.advance(29_999);
    faults();
    await clock.advance(0);
    expect(log).toEqual([]);
    await clock.advance(1);
    faults();
    await clock.advance(0);
    expect(faults()).toEqual({ ok: true, value: [] });
    expect(log).toEqual(["12+"]);
    await parts.stop();
    expect(sim.level(12)).toBe(true);
  });

  it("held by another program leaves button and switches working", async () => {
    const { parts, sim, clock, presses } = bench();
    await sim.output(12, true);
    expect(await parts.start()).toMatchObject({ ok: false, code: "PI_UPS_GPIO_BUSY" });
    await clock.advance(1000);
    sim.setLevel(5, true);
    await clock.advance(400);
    sim.setLevel(5, false);
    await clock.advance(100);
    expect(presses).toEqual(["reboot"]);
  });
});

describe("power cut", () => {
  it("knows no later: a person who asks for time is refused, and no pin moves", async () => {
    const { parts, log } = bench();
    expect(await parts.controls.powerCut?.(60)).toMatchObject({ ok: false, code: "PI_UPS_NOT_POSSIBLE" });
    expect(log).toEqual([]);
  });

  it("is a pulse of its length from rest to rest, after which the pin is given back", async () => {
    const { parts, sim, clock, log } = bench();
    const cut = parts.controls.powerCut?.(0);
    await clock.advance(2999);
    expect(sim.level(26)).toBe(true);
    await clock.advance(1);
    expect(await cut).toEqual({ ok: true, value: undefined });
    expect(log).toEqual(["26-", "26+", "26-", "26."]);
    expect(sim.level(26)).toBe(false);
  });

  it("asked for twice at once is one pulse; asked for later it is another", async () => {
    const { parts, clock, log } = bench();
    const both = [parts.controls.powerCut?.(0), parts.controls.powerCut?.(0)];
    await clock.advance(3000);
    expect(await Promise.all(both)).toMatchObject([{ ok: true }, { ok: true }]);
    expect(log).toHaveLength(4);
    const later = parts.controls.powerCut?.(0);
    await clock.advance(3000);
    expect(await later).toMatchObject({ ok: true });
    expect(log).toHaveLength(8);
  });

  it("is ended in full by a stop in its middle: a shorter press would be another request", async () => {
    const { parts, sim, clock } = bench();
    void parts.controls.powerCut?.(0);
    await clock.advance(1500);
    const stopped = parts.stop();
    await clock.advance(1499);
    expect(sim.level(26)).toBe(true);
    await clock.advance(1);
    await stopped;
    expect(sim.level(26)).toBe(false);
  });

  it("cannot be taken back once given, and says so; before, there is nothing to take back", async () => {
    const { parts, clock } = bench();
    expect(await parts.controls.powerCut?.(null)).toMatchObject({ ok: true });
    const cut = parts.controls.powerCut?.(0);
    await clock.advance(1000);
    expect(await parts.controls.powerCut?.(null)).toMatchObject({ code: "PI_UPS_POWER_CUT_GIVEN" });
    await clock.advance(2000);
    expect(await cut).toMatchObject({ ok: true });
  });

  it("called off before it was given ends what a killed agent has left, and gives the pin back", async () => {
    const { parts, sim, log } = bench();
    const left = await sim.output(26, true);
    if (left.ok) await left.value.leave();
    expect(await parts.controls.powerCut?.(null)).toEqual({ ok: true, value: undefined });
    expect(sim.level(26)).toBe(false);
    expect(log).toEqual(["26-", "26-", "26."]);
  });

  it("cannot be called off while its pin is being opened, and waits for one that is brought to rest", async () => {
    const { parts, clock, log } = bench();
    const cut = parts.controls.powerCut?.(0);
    expect(await parts.controls.powerCut?.(null)).toMatchObject({ code: "PI_UPS_POWER_CUT_GIVEN" });
    await clock.advance(3000);
    expect(await cut).toMatchObject({ ok: true });
    const other = bench();
    const rests = other.parts.controls.powerCut?.(null);
    const after = other.parts.controls.powerCut?.(0);
    await other.clock.advance(3000);
    expect(await Promise.all([rests, after])).toMatchObject([{ ok: true }, { ok: true }]);
    expect(log).toHaveLength(4);
    expect(other.log).toHaveLength(3 + 4);
  });

  it("is refused while nobody would hear what the board answers", async () => {
    const { parts, sim, log, clock } = bench();
    const other = await sim.output(5, false);
    await parts.start();
    const refusal = await parts.controls.powerCut?.(0);
    expect(refusal).toMatchObject({ code: "PI_UPS_NOT_POSSIBLE" });
    expect(refusal?.ok === false && refusal.message).toContain("GPIO5");
    expect(await parts.controls.powerCut?.(null)).toMatchObject({ ok: true });
    expect(log).not.toContain("26+");
    if (other.ok) await other.value.close();
    await clock.advance(30_000);
    parts.sample();
    await clock.advance(0);
    const cut = parts.controls.powerCut?.(0);
    await clock.advance(3000);
    expect(await cut).toMatchObject({ ok: true });
  });

  it("whose fall is refused tries again, and succeeds", async () => {
    let refusals = 3;
    const { parts, sim, clock } = bench(refusing((bcm, high) => bcm === 26 && !high && refusals-- > 0));
    const cut = parts.controls.powerCut?.(0);
    await clock.advance(3300);
    expect(await cut).toMatchObject({ ok: true });
    expect(sim.level(26)).toBe(false);
  });

  it("whose fall is refused for good gives the pin back, which ends the pulse, and says what to do", async () => {
    const { parts, sim, clock } = bench(refusing((bcm, high) => bcm === 26 && !high));
    const cut = parts.controls.powerCut?.(0);
    await clock.advance(5000);
    expect(await cut).toMatchObject({ ok: false, code: "PI_UPS_POWER_CUT_STUCK" });
    expect(sim.level(26)).toBe(false);
  });

  it("whose rise is refused gives no pulse", async () => {
    const { parts, sim, clock } = bench(refusing((bcm, high) => bcm === 26 && high));
    expect(await clock.until(parts.controls.powerCut?.(0) ?? Promise.resolve(null))).toEqual(refused);
    expect(await parts.controls.powerCut?.(null)).toMatchObject({ ok: true });
    expect(sim.level(26)).toBe(false);
  });

  it("on a pin that another program holds fails with the reason", async () => {
    const { parts, sim } = bench();
    await sim.output(26, false);
    expect(await parts.controls.powerCut?.(0)).toMatchObject({ code: "PI_UPS_GPIO_BUSY" });
  });
});

describe("whatever is asked, in whatever order, while pins refuse now and then", () => {
  const steps = fc.array(
    fc.oneof(
      fc
        .constantFrom("cut", "cancel", "stop", "start", "forbid", "allow", "buzz")
        .map((act) => ({ act, ms: 0 })),
      fc.integer({ min: 1, max: 4000 }).map((ms) => ({ act: "wait", ms })),
    ),
    { maxLength: 25 },
  );
  const act = (parts: LineParts, name: string): Promise<unknown> | undefined => {
    const { powerCut, allowCharge, buzzer } = parts.controls;
    if (name === "cut") return powerCut?.(0);
    if (name === "cancel") return powerCut?.(null);
    if (name === "stop") return parts.stop();
    if (name === "start") return parts.start();
    if (name === "buzz") return buzzer?.(true);
    return allowCharge?.(name === "allow");
  };

  it("a stopped agent leaves no pulse, no forbidden charge and no sound, and boot-OK as it was", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.infiniteStream(fc.nat(9)), async (plan, dice) => {
        const { parts, sim, clock } = bench(refusing(() => dice.next().value === 0));
        await parts.start();
        const asked: (Promise<unknown> | undefined)[] = [];
        for (const step of plan) {
          if (step.act === "wait") await clock.advance(step.ms);
          else asked.push(act(parts, step.act));
        }
        await clock.until(Promise.all(asked));
        await clock.until(parts.stop());
        expect([sim.level(26), sim.level(16), sim.level(20), sim.level(12)]).toEqual([
          false,
          false,
          false,
          true,
        ]);
        expect(clock.waiting).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});

describe("charge line", () => {
  it("is held from the first request on, and allows again before it is given back", async () => {
    const { parts, sim, log } = bench();
    expect(parts.sample().chargeAllowed).toEqual({ ok: true, value: true });
    expect(await parts.controls.allowCharge?.(false)).toMatchObject({ ok: true });
    expect(parts.sample().chargeAllowed).toEqual({ ok: true, value: false });
    expect(sim.level(16)).toBe(true);
    await parts.stop();
    await parts.stop();
    expect(log).toEqual(["16+", "16-", "16."]);
    expect(parts.sample().chargeAllowed).toEqual({ ok: true, value: true });
  });

  it("is driven to allow as well: a dead agent may have left it forbidding", async () => {
    const { parts, sim } = bench();
    const left = await sim.output(16, true);
    if (left.ok) await left.value.leave();
    expect(await parts.controls.allowCharge?.(true)).toMatchObject({ ok: true });
    expect(sim.level(16)).toBe(false);
  });

  it("keeps two requests at once in their order", async () => {
    const { parts, sim } = bench();
    await Promise.all([parts.controls.allowCharge?.(false), parts.controls.allowCharge?.(true)]);
    expect(sim.level(16)).toBe(false);
    expect(parts.sample().chargeAllowed).toEqual({ ok: true, value: true });
  });

  it("reports a level that it could not make", async () => {
    const pulled = (gpio: Gpio): Gpio => ({
      ...gpio,
      input: (bcm, bias) => gpio.input(bcm, bias),
      close: () => gpio.close(),
      output: async (bcm, high) => {
        const opened = await gpio.output(bcm, high);
        if (!opened.ok) return opened;
        const { value: output } = opened;
        const read = () => Promise.resolve({ ok: true as const, value: false });
        return {
          ok: true,
          value: {
            read,
            write: (to: boolean) => output.write(to),
            close: () => output.close(),
            leave: () => output.leave(),
          },
        };
      },
    });
    const { parts } = bench(pulled);
    expect(await parts.controls.allowCharge?.(false)).toMatchObject({ code: "PI_UPS_LINE_NOT_TAKEN" });
    expect(parts.sample().chargeAllowed).toEqual({ ok: true, value: true });
  });
});

describe("buzzer", () => {
  it("sounds on request and is silent after stop", async () => {
    const { parts, sim, log } = bench();
    expect(await parts.controls.buzzer?.(true)).toMatchObject({ ok: true });
    expect(sim.level(20)).toBe(true);
    await parts.stop();
    expect(sim.level(20)).toBe(false);
    expect(log).toEqual(["20+", "20-", "20."]);
  });
});

describe("a board without such pins", () => {
  it("has no switches, gives nothing to a sample and touches nothing", async () => {
    const { parts, log } = bench((gpio) => gpio, {});
    expect(await parts.start()).toMatchObject({ ok: true });
    expect(parts.controls).toEqual({});
    expect(parts.sample()).toEqual({});
    await parts.stop();
    expect(log).toEqual([]);
  });
});
