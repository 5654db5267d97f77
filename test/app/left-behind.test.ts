// What a run leaves on the board's pins and registers: nothing when it ends, and what a kill has left is mended by the next.
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findBoard } from "../../agent/src/boards/registry.ts";
import type { CoreConfig } from "../../agent/src/core/engine.ts";
import { createUpsDevice } from "../../agent/src/drivers/ups-device.ts";
import { createSqliteRunStore } from "../../agent/src/platform/sqlite-run-store.ts";
import { openStateDb } from "../../agent/src/platform/state-db.ts";
import type { Gpio, Host, RunStore } from "../../agent/src/ports/ports.ts";
import { createSimulator } from "../../agent/src/sim/world.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { startAgent } from "./support/agent-rig.ts";
import { testFolder, testLog } from "./support/events.ts";

const powerCutPin = 26;
const chargePin = 16;

/** A pin may refuse: to be opened, or to take a level. */
type Refuses = (act: "open" | "high" | "low", bcm: number) => boolean;

/** Pins that tell each opening before it happens, and refuse what they are told to. */
function watched(
  gpio: Gpio,
  onOpen: (bcm: number) => void,
  refuses: Refuses,
  beforeLow: () => Promise<void>,
): Gpio {
  const refused = { ok: false, code: "PI_UPS_GPIO_IO", message: "the pin refused" } as const;
  return {
    input: (bcm, bias) => gpio.input(bcm, bias),
    close: () => gpio.close(),
    output: async (bcm, high) => {
      onOpen(bcm);
      if (refuses("open", bcm)) return refused;
      const opened = await gpio.output(bcm, high);
      if (!opened.ok) return opened;
      const output = opened.value;
      const write = async (to: boolean) => {
        if (!to) await beforeLow();
        return refuses(to ? "high" : "low", bcm) ? refused : output.write(to);
      };
      return {
        ok: true,
        value: { read: () => output.read(), write, close: () => output.close(), leave: () => output.leave() },
      };
    },
  };
}

/** A book that outlives the agents of a test, as the disk does. */
function book(): RunStore {
  const log = testLog();
  const db = openStateDb(join(testFolder(), "agent.db"), log, 0);
  onTestFinished(() => db.close());
  return createSqliteRunStore(db, log);
}

interface Life {
  readonly runStore: RunStore;
  readonly refuses?: Refuses;
  readonly onOpen?: (bcm: number) => void;
  readonly core?: Partial<CoreConfig>;
  readonly host?: Partial<Host>;
  /** So long takes a pin that is told to be low. */
  readonly lowTakesMs?: number;
  /** Done to the board before the agent starts. */
  readonly before?: (gpio: Gpio) => Promise<unknown>;
}

async function live(id: string, life: Life) {
  const { runStore, refuses = () => false, onOpen = () => {}, core, host, lowTakesMs = 0, before } = life;
  const board = findBoard(id);
  if (board === null) throw new Error(`no board ${id}`);
  const clock = new VirtualClock();
  const sim = createSimulator({ board, clock, options: { chargePct: 50 } });
  await before?.(sim.gpio);
  const gpio = watched(sim.gpio, onOpen, refuses, () =>
    lowTakesMs === 0 ? Promise.resolve() : clock.sleep(lowTakesMs),
  );
  const device = createUpsDevice(board, { ...sim, gpio, clock });
  const rig = startAgent({
    board: id,
    clock,
    parts: { device, runStore },
    ...(core === undefined ? {} : { core }),
    ...(host === undefined ? {} : { host }),
  });
  onTestFinished(() => sim.stop());
  return { ...rig, sim };
}

/** As a killed agent leaves a pin on a kernel that keeps outputs. */
const leftHigh = (bcm: number) => async (gpio: Gpio) => {
  const opened = await gpio.output(bcm, true);
  if (!opened.ok) throw new Error(opened.message);
  await opened.value.leave();
};

const codes = ({ agent }: Awaited<ReturnType<typeof live>>) =>
  agent.snapshot().faults.map(({ code }) => code);
const forbid = { kind: "allow_charge", on: false } as const;
const cut = { kind: "power_cut", delayS: 0 } as const;

describe("the book", () => {
  it("says that a pin leaves its rest before it does", async () => {
    const runStore = book();
    const seen: unknown[] = [];
    const onOpen = (bcm: number) => {
      if (bcm === chargePin) seen.push(["charge forbidden", runStore.chargeForbidden()]);
      if (bcm === powerCutPin) seen.push(["press begun", runStore.pressBegun()]);
    };
    const rig = await live("x728_v2_5", { runStore, onOpen });
    await rig.clock.advance(2000);
    await rig.clock.until(rig.agent.switchBoard(forbid));
    await rig.clock.until(rig.agent.switchBoard(cut));
    expect(seen).toEqual([
      ["charge forbidden", true],
      ["press begun", true],
    ]);
    expect(runStore.pressBegun()).toBe(false);
  });

  it("has nothing of a press that was refused, and keeps that of one that goes on", async () => {
    const runStore = book();
    const rig = await live("x728_v2_5", { runStore });
    await rig.clock.advance(2000);
    const later = { kind: "power_cut", delayS: 60 } as const;
    expect(await rig.clock.until(rig.agent.switchBoard(later))).toMatchObject({ accepted: false });
    expect(runStore.pressBegun()).toBe(false);
    const pressing = rig.agent.switchBoard(cut);
    await rig.clock.advance(1000);
    await rig.clock.until(rig.agent.switchBoard(later));
    await rig.clock.until(rig.agent.switchBoard({ kind: "power_cut", delayS: null }));
    expect(runStore.pressBegun()).toBe(true);
    const answer = await rig.clock.until(pressing);
    expect(answer).toMatchObject({ accepted: true, message: expect.stringContaining("once it is down") });
    expect(runStore.pressBegun()).toBe(false);
  });
});

describe("a press of the board's button", () => {
  it("that a killed run has left held is ended by the next one at once, long before the board's 8 s", async () => {
    const runStore = book();
    runStore.setPressBegun(true);
    const rig = await live("x728_v2_5", { runStore, before: leftHigh(powerCutPin) });
    await rig.clock.advance(100);
    expect(runStore.pressBegun()).toBe(false);
    await rig.clock.advance(20_000);
    expect(rig.sim.truth().pi).toBe("on");
    expect(rig.log.lines.map(({ fields }) => fields?.["code"])).toContain("PI_UPS_PRESS_LEFT");
    expect(await rig.sim.gpio.output(powerCutPin, false)).toMatchObject({ ok: true });
  });

  it("whose pin stuck is ended by the next run", async () => {
    const runStore = book();
    const rig = await live("x728_v2_5", {
      runStore,
      refuses: (act, bcm) => bcm === powerCutPin && act === "low",
    });
    await rig.clock.advance(2000);
    const answer = await rig.clock.until(rig.agent.switchBoard(cut));
    expect(answer).toMatchObject({ code: "PI_UPS_POWER_CUT_STUCK" });
    await rig.stop();
    expect(runStore.pressBegun()).toBe(true);
    const next = await live("x728_v2_5", { runStore, before: leftHigh(powerCutPin) });
    await next.clock.advance(20_000);
    expect([next.sim.truth().pi, runStore.pressBegun()]).toEqual(["on", false]);
  });

  it("is ended in full by a stop in its middle, and nothing is asked of a board that is being left", async () => {
    const runStore = book();
    const written: string[] = [];
    const refuses: Refuses = (act, bcm) => {
      if (bcm === powerCutPin) written.push(act);
      return false;
    };
    const rig = await live("x728_v2_5", { runStore, refuses });
    await rig.clock.advance(2000);
    void rig.agent.switchBoard(cut);
    await rig.clock.advance(1000);
    const begunMs = rig.clock.now().monoMs;
    rig.agent.stop("SIGTERM");
    expect(await rig.agent.switchBoard(cut)).toMatchObject({ code: "PI_UPS_STOPPING" });
    await rig.stop();
    expect(rig.clock.now().monoMs - begunMs).toBe(2000);
    expect(written).toEqual(["open", "high", "low"]);
    expect(runStore.pressBegun()).toBe(false);
  });

  it.each(["x1201", "pijuice"])(
    "on another board than %s, which is fitted now, drives no pin and calls off no power cut of a register",
    async (id) => {
      const runStore = book();
      runStore.setPressBegun(true);
      const opened: number[] = [];
      const rig = await live(id, { runStore, onOpen: (bcm) => opened.push(bcm) });
      await rig.clock.advance(3000);
      expect(opened).toEqual([]);
      expect(rig.log.lines.map(({ fields }) => fields?.["switch"])).not.toContain("power_cut");
      expect(rig.log.lines.map(({ fields }) => fields?.["code"])).not.toContain("PI_UPS_PRESS_LEFT");
      expect(runStore.pressBegun()).toBe(true);
    },
  );

  it("is refused where presses are ignored: the board would cut the power at the next reboot", async () => {
    const runStore = book();
    const opened: number[] = [];
    const onOpen = (bcm: number) => opened.push(bcm);
    const rig = await live("x728_v2_5", { runStore, onOpen, core: { buttonsEnabled: false } });
    await rig.clock.advance(2000);
    expect(await rig.agent.switchBoard(cut)).toMatchObject({ code: "PI_UPS_BUTTONS_IGNORED" });
    expect(opened).not.toContain(powerCutPin);
    const calledOff = rig.agent.switchBoard({ kind: "power_cut", delayS: null });
    expect(await rig.clock.until(calledOff)).toMatchObject({ accepted: true });
    const pijuice = await live("pijuice", { runStore: book(), core: { buttonsEnabled: false } });
    await pijuice.clock.advance(2000);
    const answer = pijuice.agent.switchBoard({ kind: "power_cut", delayS: 60 });
    expect(await pijuice.clock.until(answer)).toMatchObject({ accepted: true });
  });
});

describe("a board that is kept from charging", () => {
  it.each(["x1201", "x728_v2_5", "pijuice", "pisugar3"])("%s charges again after a stop", async (id) => {
    const runStore = book();
    const rig = await live(id, { runStore });
    await rig.clock.advance(3000);
    expect(await rig.clock.until(rig.agent.switchBoard(forbid))).toMatchObject({ accepted: true });
    expect([rig.sim.truth().currentMa, runStore.chargeForbidden()]).toEqual([0, true]);
    await rig.stop();
    expect(rig.sim.truth().currentMa).toBeGreaterThan(0);
    expect(runStore.chargeForbidden()).toBe(false);
  });

  it("by the window charges again after a stop, also where the book could not be written", async () => {
    const runStore = book();
    runStore.setChargeForbidden = () => {};
    const rig = await live("pijuice", { runStore, core: { chargeWindow: { stopPct: 45, startPct: 40 } } });
    await rig.clock.advance(5000);
    expect(rig.sim.truth().currentMa).toBe(0);
    await rig.stop();
    expect(rig.sim.truth().currentMa).toBeGreaterThan(0);
  });

  it.each(["x1201", "pijuice", "pisugar3"])(
    "%s by the window charges again before the Pi goes down",
    async (id) => {
      const runStore = book();
      const atOrder: unknown[] = [];
      const host: Partial<Host> = {
        powerOff: () => {
          atOrder.push([rig.sim.truth().currentMa > 0, runStore.chargeForbidden()]);
          return new Promise(() => {});
        },
      };
      const core = { chargeWindow: { stopPct: 45, startPct: 40 } };
      const rig = await live(id, { runStore, core, host });
      await rig.clock.advance(5000);
      expect([rig.sim.truth().currentMa, runStore.chargeForbidden()]).toEqual([0, true]);
      await rig.clock.until(rig.agent.requestShutdown(0, null));
      await rig.clock.advance(5000);
      expect(atOrder).toEqual([[true, false]]);
      expect(rig.sim.truth().currentMa).toBeGreaterThan(0);
    },
  );

  it("and does not answer that it may charge holds no power-off up for longer than a goodbye", async () => {
    const runStore = book();
    const ordered: number[] = [];
    const host: Partial<Host> = {
      powerOff: () => {
        ordered.push(rig.clock.now().monoMs - begunMs);
        return Promise.resolve();
      },
    };
    const core = { chargeWindow: { stopPct: 45, startPct: 40 } };
    const rig = await live("x1201", { runStore, core, host, lowTakesMs: 20_000 });
    await rig.clock.advance(5000);
    expect(rig.sim.truth().currentMa).toBe(0);
    const begunMs = rig.clock.now().monoMs;
    await rig.clock.until(rig.agent.requestShutdown(0, null));
    await rig.clock.advance(2100);
    expect(ordered).toEqual([2000]);
    expect(rig.log.lines.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^The board has not taken its last order about charging: /),
    );
  });

  it("stays in the book when its pin did not obey at the end, and the next run mends it", async () => {
    const runStore = book();
    const rig = await live("x1201", { runStore, refuses: (act, bcm) => bcm === chargePin && act === "low" });
    await rig.clock.advance(2000);
    await rig.clock.until(rig.agent.switchBoard(forbid));
    await rig.stop();
    expect(runStore.chargeForbidden()).toBe(true);
    const next = await live("x1201", { runStore, before: leftHigh(chargePin) });
    await next.clock.advance(2000);
    expect(next.sim.truth().currentMa).toBeGreaterThan(0);
    expect(runStore.chargeForbidden()).toBe(false);
  });

  it("by a killed run is allowed as soon as its pin can be had, without a window; a fault says so until then", async () => {
    const runStore = book();
    runStore.setChargeForbidden(true);
    let busy = true;
    const rig = await live("x1201", {
      runStore,
      refuses: (act, bcm) => bcm === chargePin && act === "open" && busy,
      before: leftHigh(chargePin),
    });
    await rig.clock.advance(90_000);
    expect(codes(rig)).toEqual(["PI_UPS_CHARGE_CONTROL_FAILED"]);
    expect(rig.sim.truth().currentMa).toBe(0);
    busy = false;
    await rig.clock.advance(61_000);
    expect(codes(rig)).toEqual([]);
    expect(rig.sim.truth().currentMa).toBeGreaterThan(0);
    expect(runStore.chargeForbidden()).toBe(false);
  });

  it("is no business of a board that is fitted now and cannot be told: no fault, and the book keeps it", async () => {
    const runStore = book();
    runStore.setChargeForbidden(true);
    const rig = await live("x728_v1_3", { runStore });
    await rig.clock.advance(5000);
    expect(codes(rig)).toEqual([]);
    await rig.stop();
    expect(runStore.chargeForbidden()).toBe(true);
  });
});
