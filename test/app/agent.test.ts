// The loop with everything real but the power switch and the far end, hours in milliseconds: what is written, said and
// switched, and in which order.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRecording, recordingHead, replay } from "../../agent/src/app/recording.ts";
import { createSqliteRunStore } from "../../agent/src/platform/sqlite-run-store.ts";
import { openStateDb } from "../../agent/src/platform/state-db.ts";
import { startAgent } from "./support/agent-rig.ts";
import { testLog } from "./support/events.ts";

const shortGrace = { shutdown: { graceMs: 3000, allowRemote: true } };

describe("an outage", () => {
  it("is recorded, copied and told, and ends with the mains", async () => {
    const rig = startAgent();
    await rig.clock.advance(3000);
    rig.simulator.apply({ kind: "ac", present: false });
    await rig.clock.advance(60_000);
    expect(rig.agent.status()).toMatchObject({ power: "on_battery", ac_present: false });
    rig.simulator.apply({ kind: "ac", present: true });
    await rig.clock.advance(10_000);
    expect(rig.events().slice(0, 3)).toEqual(["agent_started", "ac_power_loss", "ac_power_restored"]);
    expect(rig.copied).toEqual(rig.journal.list({}));
    expect(rig.agent.status()).toMatchObject({
      power: "on_mains",
      events: { last_seq: rig.journal.lastSeq() },
    });
  });

  it("is acted on at the edge, not at the next sample", async () => {
    const rig = startAgent({ core: { sampleIntervalMs: 60_000 } });
    await rig.clock.advance(3000);
    rig.simulator.apply({ kind: "ac", present: false });
    const edgeMs = rig.clock.now().monoMs;
    await rig.clock.advance(1500);
    const lost = rig.inputs
      .filter(({ type }) => type !== "sample")
      .map(({ type, at }) => [type, at.monoMs - edgeMs]);
    expect(lost.slice(-2)).toEqual([
      ["ac_edge", 0],
      ["tick", 1000],
    ]);
    expect(rig.events()).toContain("ac_power_loss");
  });

  it("that an earlier run saw begin is remembered", async () => {
    const first = startAgent();
    await first.clock.advance(3000);
    first.simulator.apply({ kind: "ac", present: false });
    await first.clock.advance(5000);
    await first.stop();
    const next = startAgent({ folder: first.folder, clock: first.clock });
    await next.clock.advance(10_000);
    expect(next.inputs[0]).toMatchObject({ type: "started", openOutageSinceMs: expect.any(Number) });
    expect(next.events()).toContain("ac_power_restored");
  });
});

describe("the way down", () => {
  it("goes in order: recorded, goodbye with the reason, synced, power off", async () => {
    const rig = startAgent({ core: shortGrace });
    await rig.clock.advance(3000);
    rig.link.onBye = () => {
      rig.done.push("bye");
      return Promise.resolve();
    };
    rig.simulator.apply({ kind: "ac", present: false });
    rig.simulator.apply({ kind: "battery", percent: 5 });
    await rig.clock.advance(15_000);
    await rig.running;
    expect(rig.done.slice(-4)).toEqual(["shutdown_started", "bye", "sync", "power off"]);
    expect(rig.link.said).toContain("bye shutdown battery_percent_critical");
    expect(rig.link.said.at(-1)).toBe("stop");
    expect(rig.simulator.truth().pi).toBe("off");
    expect(rig.events()).not.toContain("agent_stopping");
    expect(rig.clock.waiting).toBe(0);
  });

  it("is what the next run tells about this one", async () => {
    const rig = startAgent({ core: shortGrace });
    await rig.clock.advance(3000);
    await rig.agent.requestShutdown(0, "Moving house.");
    await rig.clock.until(rig.running);
    await rig.stop();
    const next = startAgent({ folder: rig.folder, clock: rig.clock });
    await next.clock.advance(1000);
    expect(next.journal.list({ types: ["agent_started"] }).at(-1)).toMatchObject({
      message: expect.stringContaining("Moving house."),
      detail: { last_run: "shutdown", last_run_reason: "requested" },
    });
  });

  it("does not wait for a Home Assistant that hangs", async () => {
    const rig = startAgent({ core: shortGrace });
    await rig.clock.advance(3000);
    rig.link.onBye = () => new Promise(() => {});
    await rig.agent.requestShutdown(0, null);
    const orderedMs = rig.clock.now().monoMs;
    await rig.clock.until(rig.running);
    expect(rig.simulator.truth().pi).toBe("off");
    expect(rig.clock.now().monoMs - orderedMs).toBeLessThanOrEqual(3000);
  });

  it("does not wait for a sync that hangs, nor for a goodbye that breaks", async () => {
    const rig = startAgent({ core: shortGrace, host: { sync: () => new Promise(() => {}) } });
    await rig.clock.advance(3000);
    rig.link.onBye = () => Promise.reject(new Error("broken pipe"));
    await rig.agent.requestShutdown(0, null);
    await rig.clock.until(rig.running);
    expect(rig.simulator.truth().pi).toBe("off");
    expect(rig.log.lines.map(({ message }) => message).join(" ")).toContain("broken pipe");
  });

  it("is a fault when it fails: the agent goes on, and Home Assistant hears of it again", async () => {
    const rig = startAgent({
      core: shortGrace,
      host: { powerOff: () => Promise.reject(new Error("not allowed")) },
    });
    await rig.clock.advance(3000);
    await rig.agent.requestShutdown(0, null);
    await rig.clock.advance(5000);
    expect(rig.agent.status().shutdown.state).toBe("idle");
    expect(rig.agent.status().faults.map(({ code }) => code)).toContain("PI_UPS_POWEROFF_FAILED");
    expect(rig.link.said.filter((word) => word === "start")).toHaveLength(2);
    await rig.stop();
    expect(rig.events().at(-1)).toBe("agent_stopping");
  });

  it("is not cut short by a stop that comes in its middle", async () => {
    const rig = startAgent({ core: shortGrace });
    await rig.clock.advance(3000);
    rig.link.onBye = () => new Promise(() => {});
    await rig.agent.requestShutdown(0, null);
    expect(rig.agent.poweringOff).toBe(true);
    rig.agent.stop("SIGTERM");
    await rig.clock.until(rig.running);
    expect(rig.done.slice(-2)).toEqual(["sync", "power off"]);
    expect(rig.events()).not.toContain("agent_stopping");
  });
});

describe("a stop", () => {
  it("is recorded, told, and remembered; nothing is left running", async () => {
    const rig = startAgent();
    await rig.clock.advance(3000);
    rig.agent.stop("SIGTERM");
    rig.agent.stop("SIGINT");
    await rig.clock.until(rig.running);
    expect(rig.journal.list({}).at(-1)).toMatchObject({
      type: "agent_stopping",
      detail: { reason: "SIGTERM" },
    });
    expect(rig.link.said.slice(-2)).toEqual(["bye stop", "stop"]);
    expect(rig.clock.waiting).toBe(0);
    const folder = rig.folder;
    await rig.stop();
    const next = startAgent({ folder, clock: rig.clock });
    expect(next.inputs[0]).toMatchObject({
      type: "started",
      lastRun: { kind: "stopped", reason: "SIGTERM" },
    });
  });

  it("answers what still waits, and refuses what comes later", async () => {
    const rig = startAgent();
    await rig.clock.advance(3000);
    rig.agent.stop("SIGTERM");
    await rig.clock.until(rig.running);
    expect(await rig.agent.requestShutdown(null, null)).toMatchObject({
      accepted: false,
      code: "PI_UPS_STOPPING",
    });
  });

  it("works before the board has answered", async () => {
    const rig = startAgent();
    rig.agent.stop("SIGTERM");
    await rig.clock.until(rig.running);
    expect(rig.events()).toEqual(["agent_started", "agent_stopping"]);
  });
});

describe("requests", () => {
  it("by Home Assistant are answered with their id, once", async () => {
    const rig = startAgent();
    await rig.clock.advance(3000);
    const user = "anna";
    rig.link.command({ command: "shutdown", commandId: "c1", delayMs: 60_000, text: "Bye.", user });
    rig.link.command({ command: "cancel_shutdown", commandId: "c2", user });
    rig.link.command({ command: "cancel_shutdown", commandId: "c3", user });
    await rig.clock.advance(1000);
    expect(rig.link.answers).toEqual([
      ["c1", true, null],
      ["c2", true, null],
      ["c3", false, "PI_UPS_NOTHING_TO_CANCEL"],
    ]);
    expect(rig.events().slice(-2)).toEqual(["shutdown_scheduled", "shutdown_cancelled"]);
  });

  it("on the simulated world reach it", async () => {
    const rig = startAgent();
    expect(await rig.agent.simulate({ kind: "ac", present: false })).toMatchObject({ accepted: true });
    expect(rig.simulator.truth().acPresent).toBe(false);
    const real = startAgent({ parts: { simulate: null } });
    expect(await real.agent.simulate({ kind: "show" })).toMatchObject({ code: "PI_UPS_NOT_SIMULATED" });
  });
});

describe("trouble", () => {
  it("with the board is a fault, not the end, and is over when the board answers", async () => {
    const rig = startAgent();
    rig.simulator.apply({ kind: "fault", fault: "i2c-nack", forMs: 30_000 });
    await rig.clock.advance(20_000);
    expect(rig.agent.status()).toMatchObject({
      battery_percent: null,
      faults: [{ code: "PI_UPS_GAUGE_SILENT" }],
    });
    await rig.clock.advance(20_000);
    expect(rig.agent.status()).toMatchObject({ faults: [], stale: false });
    expect(rig.events()).toEqual(["agent_started", "ups_fault", "ups_fault_cleared"]);
  });

  it("in one output does not keep the others from working", async () => {
    const rig = startAgent({
      core: shortGrace,
      parts: {
        eventCopy: () => {
          throw new Error("the copy is broken");
        },
      },
    });
    rig.link.publish = () => {
      throw new Error("the link is broken");
    };
    await rig.clock.advance(3000);
    await rig.agent.requestShutdown(1000, null);
    await rig.clock.until(rig.running);
    expect(rig.events()).toEqual(["agent_started", "shutdown_scheduled", "shutdown_started"]);
    expect(rig.simulator.truth().pi).toBe("off");
  });

  it("that the journal tells becomes a fault and its end", async () => {
    const rig = startAgent();
    await rig.clock.advance(3000);
    rig.agent.journalTrouble("The disk is full.");
    expect(rig.agent.status().faults).toMatchObject([
      { code: "PI_UPS_JOURNAL_UNWRITABLE", message: "The disk is full." },
    ]);
    rig.agent.journalTrouble(null);
    expect(rig.agent.status().faults).toEqual([]);
  });
});

describe("the first state", () => {
  it("that Home Assistant gets has figures in it", async () => {
    const rig = startAgent();
    const publishedAtStart: number[] = [];
    rig.link.start = () => publishedAtStart.push(rig.link.published.length);
    await rig.clock.advance(500);
    const before = publishedAtStart[0] ?? 0;
    expect(rig.link.published[before - 1]).toMatchObject({ battery_percent: expect.any(Number) });
  });
});

describe("a recording", () => {
  it("replays to the same effects, byte for byte", async () => {
    const rig = startAgent({ core: shortGrace });
    await rig.clock.advance(5000);
    rig.simulator.apply({ kind: "ac", present: false });
    await rig.clock.advance(40_000);
    rig.simulator.apply({ kind: "fault", fault: "i2c-garbage", forMs: 10_000 });
    await rig.clock.advance(20_000);
    rig.simulator.apply({ kind: "battery", percent: 4 });
    await rig.clock.until(rig.running);
    const lines = [recordingHead(rig.core), ...rig.inputs.map((input) => JSON.stringify(input))];
    const recording = readRecording(`${lines.join("\n")}\n{"type":"tick","at":{"mo`);
    expect(recording.inputs).toHaveLength(rig.inputs.length);
    const recorded = replay(recording).flatMap((effect) => (effect.type === "record" ? [effect.event] : []));
    expect(recorded.map(({ id, message }) => `${id} ${message}`)).toEqual(
      rig.journal.list({}).map(({ id, message }) => `${id} ${message}`),
    );
    expect(JSON.stringify(replay(recording))).toBe(JSON.stringify(replay(recording)));
    expect(recorded.length).toBeGreaterThan(4);
  });
});

describe("a recording of a board that is switched", () => {
  it("has the button and what the charge line did in it", async () => {
    const core = { ...shortGrace, chargeWindow: { stopPct: 80, startPct: 75 } };
    const rig = startAgent({ board: "x728_v2_5", core, sim: { chargePct: 90 } });
    await rig.clock.advance(5000);
    rig.simulator.apply({ kind: "button", action: "reboot" });
    await rig.clock.until(rig.running);
    const lines = [recordingHead(rig.core), ...rig.inputs.map((input) => JSON.stringify(input)), ""];
    const effects = replay(readRecording(lines.join("\n")));
    expect(effects.filter(({ type }) => type === "allow_charge" || type === "power_off")).toEqual([
      // Before mains is known, and after.
      { type: "allow_charge", allowed: true },
      { type: "allow_charge", allowed: false },
      // Nobody looks at the battery while the Pi is off.
      { type: "allow_charge", allowed: true },
      expect.objectContaining({ type: "power_off", mode: "reboot" }),
    ]);
    const recorded = effects.flatMap((effect) => (effect.type === "record" ? [effect.event.type] : []));
    expect(recorded).toEqual(rig.events());
  });
});

describe("charging", () => {
  const forbid = (rig: ReturnType<typeof startAgent>) =>
    rig.agent.switchBoard({ kind: "allow_charge", on: false });
  const said = (rig: ReturnType<typeof startAgent>) =>
    rig.log.lines.map(({ message }) => message).filter((line) => line.includes("Charging is"));

  /** What a kill in the middle leaves on the disk. */
  function leftForbidden(folder: string, wallMs: number): void {
    const log = testLog();
    const db = openStateDb(join(folder, "agent.db"), log, wallMs);
    createSqliteRunStore(db, log).setChargeForbidden(true);
    db.close();
  }

  it("is kept in the window, and the simulated charger obeys", async () => {
    const rig = startAgent({ core: { chargeWindow: { stopPct: 80, startPct: 75 } }, sim: { chargePct: 90 } });
    await rig.clock.advance(10_000);
    expect(rig.simulator.truth().currentMa).toBe(0);
    rig.simulator.apply({ kind: "battery", percent: 60 });
    await rig.clock.advance(10_000);
    expect(rig.simulator.truth().currentMa).toBeGreaterThan(0);
    await rig.stop();
  });

  it("is allowed again by the next run when this one was killed while it kept the board from it", async () => {
    const first = startAgent({ sim: { chargePct: 50 } });
    await first.clock.advance(3000);
    await first.stop();
    leftForbidden(first.folder, first.clock.now().wallMs);
    const next = startAgent({ folder: first.folder });
    await next.clock.advance(3000);
    expect(said(next)).toEqual(["Charging is allowed."]);
    await next.stop();
    const third = startAgent({ folder: first.folder });
    await third.clock.advance(3000);
    expect(said(third)).toEqual([]);
  });

  it("is allowed by a stop, and the run after it has nothing to mend", async () => {
    const rig = startAgent({ sim: { chargePct: 50 } });
    await rig.clock.advance(3000);
    await rig.clock.until(forbid(rig));
    expect(rig.simulator.truth().currentMa).toBe(0);
    await rig.stop();
    expect(rig.simulator.truth().currentMa).toBeGreaterThan(0);
    const next = startAgent({ folder: rig.folder });
    await next.clock.advance(3000);
    expect(said(next)).toEqual([]);
  });
});

describe("the board's button", () => {
  it("orders a reboot of the machine", async () => {
    const rig = startAgent({ board: "x728_v2_5" });
    await rig.clock.advance(3000);
    rig.simulator.apply({ kind: "button", action: "reboot" });
    await rig.clock.advance(3000);
    expect(rig.done).toContain("reboot");
    expect(rig.done).not.toContain("power off");
  });
});
