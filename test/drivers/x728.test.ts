// The X728 with its device, from the button to the cut of the power; and the pins of the family's boards.
import { describe, expect, it } from "vitest";
import { boardIds, findBoard } from "../../agent/src/boards/registry.ts";
import type { ButtonAction } from "../../agent/src/core/model.ts";
import { createUpsDevice } from "../../agent/src/drivers/ups-device.ts";
import { createSimulator } from "../../agent/src/sim/world.ts";
import { benchFor, portsOf } from "./board-bench.ts";

function board(id: string) {
  const found = findBoard(id);
  if (found === null) throw new Error(`no board ${id}`);
  return found;
}

const family = ["x728_v1_3", "x728_v2_0", "x728_v2_1", "x728_v2_5", "x708", "x729"] as const;

function started(id: string) {
  const bench = benchFor(board(id));
  const presses: ButtonAction[] = [];
  bench.device.onButton((action) => presses.push(action));
  return { ...bench, presses };
}

describe("pins", () => {
  it.each([
    ["x728_v1_3", 13, undefined, undefined],
    ["x728_v2_0", 26, undefined, undefined],
    ["x728_v2_1", 26, 20, undefined],
    ["x728_v2_5", 26, 20, 16],
    ["x708", 13, undefined, undefined],
    ["x729", 26, undefined, undefined],
  ])("of %s: power off GPIO%d, buzzer %s, charge line %s", (id, powerCut, buzzer, charge) => {
    const { lines } = board(id);
    expect(lines.acPresent).toEqual({ bcm: 6, trueWhen: "low", bias: "pull_up" });
    expect(lines.bootOk).toEqual({ bcm: 12, trueWhen: "high" });
    expect(lines.button).toMatchObject({ bcm: 5, trueWhen: "high", rebootFromMs: 200, powerOffFromMs: 600 });
    expect(lines.powerCut).toMatchObject({ bcm: powerCut, trueWhen: "high" });
    expect(lines.powerCut?.pulseMs).toBeGreaterThanOrEqual(2000);
    expect(lines.powerCut?.pulseMs).toBeLessThanOrEqual(4000);
    expect([lines.buzzer?.bcm, lines.chargeAllowed?.bcm]).toEqual([buzzer, charge]);
  });

  it("need the revision: there is no plain x728", () => {
    expect(boardIds()).not.toContain("x728");
    expect(boardIds().filter((id) => id.startsWith("x728"))).toHaveLength(4);
  });

  it.each(family)("%s has GPIO6 high while mains is lost, the opposite of the X120x", async (id) => {
    const { sim, clock } = started(id);
    const opened = await sim.gpio.input(6, "none");
    if (!opened.ok) throw new Error(opened.message);
    expect(await opened.value.read()).toEqual({ ok: true, value: false });
    sim.apply({ kind: "ac", present: false });
    expect(await opened.value.read()).toEqual({ ok: true, value: true });
    await clock.advance(1);
  });
});

describe.each(family)("%s", (id) => {
  it.each(["reboot", "power_off"] as const)("tells a press for %s once", async (action) => {
    const { start, clock, sim, presses, device } = started(id);
    await start();
    await clock.advance(1000);
    expect(sim.apply({ kind: "button", action })).toMatchObject({ accepted: true });
    await clock.advance(10_000);
    expect(presses).toEqual([action]);
    await device.stop();
  });

  it("cuts the power after a press and the shutdown that it asks for, not before", async () => {
    const { start, clock, sim, presses, device, blackouts } = started(id);
    await start();
    await clock.advance(1000);
    const cut = device.controls().powerCut?.(0);
    await clock.advance(10_000);
    expect(await cut).toMatchObject({ ok: true });
    expect(presses).toEqual(["power_off"]);
    await device.stop();
    await clock.advance(60_000);
    expect(sim.truth().pi).toBe("on");
    sim.powerOff();
    await clock.advance(60_000);
    expect(sim.truth().pi).toBe("off");
    expect(blackouts()).toBe(0);
  });

  it("survives a restart of the agent on an armed board: boot-OK does not fall", async () => {
    const { start, clock, sim, device, blackouts } = started(id);
    await start();
    await clock.advance(1000);
    sim.apply({ kind: "button", action: "power_off" });
    await clock.advance(2000);
    await device.stop();
    const again = createUpsDevice(board(id), { ...portsOf(sim), clock });
    expect(await clock.until(again.start())).toMatchObject({ ok: true });
    await clock.advance(60_000);
    expect([sim.truth().pi, blackouts()]).toEqual(["on", 0]);
    await again.stop();
  });
});

describe("charge line of the V2.5", () => {
  it("stops charging in the simulated world, and a stopped agent lets it charge", async () => {
    const { start, clock, sim, device } = benchFor(board("x728_v2_5"), { chargePct: 50 });
    await start();
    await clock.advance(1000);
    expect(sim.truth().currentMa).toBeGreaterThan(0);
    await device.controls().allowCharge?.(false);
    await clock.advance(1000);
    expect(sim.truth().currentMa).toBe(0);
    await device.stop();
    await clock.advance(1000);
    expect(sim.truth().currentMa).toBeGreaterThan(0);
  });
});

describe("boards without a button", () => {
  it("hear nothing of a press", async () => {
    const { start, clock, sim, presses } = started("x1201");
    await start();
    sim.apply({ kind: "button", action: "power_off" });
    await clock.advance(5000);
    expect(presses).toEqual([]);
  });
});

it("a simulated X728 that loses its power drives nothing any more", async () => {
  const clock = benchFor(board("x728_v2_5")).clock;
  const sim = createSimulator({
    board: board("x728_v2_5"),
    clock,
    options: { chargePct: 1, capacityMah: 200 },
  });
  const device = createUpsDevice(board("x728_v2_5"), { ...portsOf(sim), clock });
  await clock.until(device.start());
  sim.apply({ kind: "ac", present: false });
  await clock.advance(3_600_000);
  expect(sim.truth().pi).toBe("off");
  expect(await sim.gpio.output(12, false)).toMatchObject({ ok: true });
});
