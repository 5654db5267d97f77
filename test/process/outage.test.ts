// The whole agent as a process on the simulated X1201: the story of an outage up to the power-off, and what the next
// run tells about it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRecording, replay } from "../../agent/src/app/recording.ts";
import { AgentHome } from "../support/agent-process.ts";

/** Keys in one order, because the journal and the core write them in different ones. */
function sorted(json: string): string {
  return JSON.stringify(Object.entries(JSON.parse(json) as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("an outage on the simulated board", () => {
  it("goes from mains to low, critical, countdown and power-off; the next run tells of it", async () => {
    const home = new AgentHome();
    const recording = join(home.folder, "inputs.jsonl");
    const agent = await home.up({ env: { PI_UPS_RECORD_INPUTS: recording } });
    await home.sim("ac", "off");
    await home.recorded("ac_power_loss");
    await home.status(({ power }) => power === "on_battery");
    await home.sim("battery", "15%");
    await home.recorded("battery_voltage_low");
    await home.sim("battery", "5%");
    const scheduled = await home.recorded("shutdown_scheduled");
    expect(scheduled).toMatchObject({ value: 1, unit: "s", detail: { by: "battery" } });
    const { code, signal, out } = await agent.ended;
    expect([code, signal]).toEqual([0, null]);
    expect(home.savedWorld()).toMatchObject({ pi: "off", ac: false });
    const types = home.copiedTypes();
    for (const type of [
      "agent_started",
      "ac_power_loss",
      "battery_voltage_low",
      "battery_voltage_critical",
    ]) {
      expect(types).toContain(type);
      expect(out).toContain(`event=${type}`);
    }
    expect(types.at(-1)).toBe("shutdown_started");
    expect(home.copiedEvents().map(({ seq }) => seq)).toEqual(types.map((_, n) => n + 1));

    const recorded = replay(readRecording(readFileSync(recording, "utf8")))
      .flatMap((effect) => (effect.type === "record" ? [effect.event] : []))
      .map(({ at: _at, ...event }) => JSON.stringify(event));
    const kept = home
      .copiedEvents()
      .map(({ id, type, value, threshold, unit, message, detail }) =>
        JSON.stringify({ id, type, value, threshold, unit, message, detail }),
      );
    expect(recorded.map(sorted)).toEqual(kept.map(sorted));

    await home.sim("ac", "on");
    const next = await home.up();
    const started = await home.recorded("agent_started");
    expect(started.seq).toBe(types.length + 1);
    expect(started.detail).toMatchObject({
      last_run: "shutdown",
      last_run_reason: scheduled.detail["reason"],
    });
    expect(started.message).toContain("Battery critical");
    await home.recorded("ac_power_restored");
    next.kill("SIGTERM");
    expect((await next.ended).code).toBe(0);
  });

  it("can be asked for and cancelled from the command line", async () => {
    const home = new AgentHome();
    const agent = await home.up();
    await home.sim("battery", "5%");
    const asked = await home.cli("shutdown", "--in", "60s", "--reason", "Moving house");
    expect(asked.code).toBe(0);
    await home.status(
      ({ shutdown }) => shutdown.state === "counting_down" && shutdown.text === "Moving house",
    );
    expect((await home.cli("shutdown", "cancel")).code).toBe(0);
    await home.status(({ shutdown }) => shutdown.state === "idle");
    expect(home.copiedTypes()).toContain("shutdown_cancelled");
    agent.kill("SIGTERM");
    expect((await agent.ended).code).toBe(0);
  });
});

describe("a run that ends", () => {
  it("by SIGTERM is stopped, by kill -9 has died, and numbers go on", async () => {
    const home = new AgentHome();
    const first = await home.up();
    first.kill("SIGTERM");
    expect((await first.ended).code).toBe(0);
    expect(home.copiedEvents().at(-1)).toMatchObject({
      type: "agent_stopping",
      detail: { reason: "SIGTERM" },
    });
    const second = await home.up();
    expect((await home.recorded("agent_started")).detail).toMatchObject({
      last_run: "stopped",
      last_run_reason: "SIGTERM",
    });
    second.kill("SIGKILL");
    expect((await second.ended).signal).toBe("SIGKILL");
    const third = await home.up();
    expect((await home.recorded("agent_started")).detail).toMatchObject({ last_run: "died" });
    third.kill("SIGINT");
    expect((await third.ended).code).toBe(0);
    const seqs = home.copiedEvents().map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, n) => n + 1));
  });

  it("in an outage, killed, remembers that the outage goes on", async () => {
    const home = new AgentHome();
    const first = await home.up();
    await home.sim("ac", "off");
    await home.recorded("ac_power_loss");
    first.kill("SIGKILL");
    await first.ended;
    const second = await home.up();
    await home.sim("ac", "on");
    await home.recorded("ac_power_restored");
    second.kill("SIGTERM");
    await second.ended;
  });
});

describe("a power-off of the simulated board", () => {
  it.each(["sim:x1201", "sim:pijuice"])("lets %s charge before the power goes", async (board) => {
    const home = new AgentHome({ board, yaml: "sim: {battery_percent: 50}\n" });
    const agent = await home.up();
    const { code: switched, err } = await home.cli("switch", "allow_charge", "off");
    expect([switched, err]).toEqual([0, ""]);
    await home.cli("shutdown", "--in", "0s");
    const { code, signal, out } = await agent.ended;
    expect([code, signal]).toEqual([0, null]);
    expect(out).toContain("Charging is allowed.");
    expect(out).not.toContain("was not switched");
    expect(home.savedWorld()).toMatchObject({ pi: "off" });
  });
});
