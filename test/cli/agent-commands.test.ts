// Every command against a real agent process on the simulated board.

import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { StatusReport } from "../../agent/src/ports/control.ts";
import type { UpsEvent } from "../../agent/src/protocol/events.ts";
import {
  type Ended,
  entry,
  piUps,
  type Running,
  simConfig,
  start,
  temporaryFolder,
  until,
} from "./support.ts";

const folder = temporaryFolder();
const config = simConfig(
  folder,
  "debounce: {ac_lost_s: 0.1, ac_restored_s: 0.2}\nsample_interval_s: 0.1\nlog: {status_interval_s: 0}\n",
);
const cli = (...args: readonly string[]): Promise<Ended> => piUps([...args, "--config", config]);
const status = async (): Promise<StatusReport> =>
  JSON.parse((await cli("status", "--json")).out) as StatusReport;
const events = async (...args: readonly string[]): Promise<readonly UpsEvent[]> =>
  (await cli("events", "--json", ...args)).out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as UpsEvent);
const onBattery = () => until("on battery", async () => (await status()).power === "on_battery");
const onMains = () => until("on mains", async () => (await status()).power === "on_mains");

let agent: Running;
async function startAgent(): Promise<void> {
  agent = start(["run", "--config", config]);
  await until("the agent answers", async () => (await cli("status")).code === 0, 20_000);
}
beforeAll(startAgent);

describe("status", () => {
  it("--json has the promised keys", async () => {
    await until("a first sample", async () => (await status()).battery_percent !== null);
    expect(await status()).toMatchObject({
      agent: { id: "test-pi", name: "Test Pi", pid: agent.pid },
      board: { id: "x1201", simulated: true },
      ac_present: true,
      battery_percent: expect.any(Number),
      battery_voltage_v: expect.any(Number),
      temperature_c: 48,
      health: "unknown",
      stale: false,
      home_assistant: { connected: false },
      events: { unsent: 0 },
    });
    expect(Object.keys(await status())).toEqual(expect.arrayContaining(["charging", "runtime_min"]));
  });
  it("for people is a table without colour on a pipe", async () => {
    const { out, err, code } = await cli("status");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^Test Pi \(test-pi\)\n {2}Board +Geekworm X1201, simulated\n/);
    expect(out).not.toContain("\u001B");
  });
  it("is found by --socket and by PI_UPS_CONFIG, too", async () => {
    const socket = join(folder, "a.sock");
    expect((await piUps(["status", "--socket", socket])).code).toBe(0);
    expect((await piUps(["status", "--socket", "a.sock"], { cwd: folder })).code).toBe(0);
    expect((await piUps(["status"], { env: { PI_UPS_CONFIG: config } })).code).toBe(0);
  });
});

describe("a second agent", () => {
  it("is refused and leaves the first one alone", async () => {
    const second = await cli("run");
    expect(second).toMatchObject({ code: 1 });
    expect(second.err).toContain("(PI_UPS_ALREADY_RUNNING)");
    expect((await status()).agent.pid).toBe(agent.pid);
  });
});

describe("sim, events and shutdown", () => {
  it("pull the plug, schedule, cancel, plug in again; the journal tells it", async () => {
    expect((await cli("sim", "ac", "off")).out).toContain("mains off");
    await onBattery();
    expect(await cli("shutdown", "--in", "5 min", "--reason", "storm")).toMatchObject({ code: 0, err: "" });
    expect((await status()).shutdown).toMatchObject({
      state: "counting_down",
      reason: "requested",
      text: "storm",
      by: "cli",
    });
    expect(await cli("shutdown", "cancel")).toMatchObject({ code: 0, err: "" });
    const again = await cli("shutdown", "cancel");
    expect(again).toMatchObject({ code: 1, out: "" });
    expect(again.err).toMatch(/^pi-ups: .+ \(PI_UPS_\w+\)\n$/);
    await cli("sim", "ac", "on");
    await onMains();

    const all = await events();
    const types = all.map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining([
        "agent_started",
        "ac_power_loss",
        "shutdown_scheduled",
        "shutdown_cancelled",
        "ac_power_restored",
      ]),
    );
    expect(all.map(({ seq }) => seq)).toEqual(all.map(({ seq }) => seq).toSorted((a, b) => a - b));
    expect(Object.keys(all[0] ?? {})).toEqual([
      "seq",
      "id",
      "time",
      "type",
      "value",
      "threshold",
      "unit",
      "message",
      "detail",
    ]);
    expect(
      (await events("--type", "ac_power_loss", "--type", "ac_power_restored")).map(({ type }) => type),
    ).toEqual(["ac_power_loss", "ac_power_restored"]);
    expect(await events("--limit", "1")).toEqual([all.at(-1)]);
    expect(await events("--since", "1h")).toEqual(all);
    expect(await events("--since", "2099-01-01")).toEqual([]);
    expect((await cli("events", "--since", "2099-01-01")).out).toBe("No events.\n");
    expect((await cli("events", "--type", "ac_power_loss")).out).toMatch(
      /^\d+ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}ac_power_loss {2}\S.*\n$/,
    );
  });

  it("every word of sim", async () => {
    for (const [args, says] of [
      [["load", "9.5", "W"], "taking 9.5 W"],
      [["battery", "55%"], "battery 55.0 %"],
      [["temp", "-5"], "-5 °C"],
      [["speed", "2"], "time x2"],
      [["fault", "gauge-stuck", "--for", "1 min"], "faults: gauge-stuck for 6"],
      [["show"], "gauge-stuck"],
      [["clear"], "no faults"],
    ] as const) {
      const ended = await cli("sim", ...args);
      expect(ended, args.join(" ")).toMatchObject({ code: 0, err: "" });
      expect(ended.out).toContain(says);
    }
  });

  it("plays a scenario, and says where a bad one is wrong", async () => {
    const file = join(folder, "scenario.yaml");
    writeFileSync(file, "name: blink\nsteps:\n  - {at: 0s, ac: off, load: 7W}\n  - {at: 0.5s, ac: on}\n");
    const played = await cli("sim", "scenario", file);
    expect(played).toMatchObject({ code: 0, err: "" });
    expect(played.out.split("\n").map((line) => line.slice(0, 20))).toEqual([
      "    0.0 s  mains off",
      "    0.0 s  mains off",
      "    0.5 s  mains on;",
      "",
    ]);
    for (const [text, sentence] of [
      ["steps: [{at: 1s, acc: off}]", 'steps[0]: the key "acc" is not known.'],
      ["steps: [", "scenario.yaml:1:9: this is not YAML"],
    ] as const) {
      writeFileSync(file, text);
      const ended = await cli("sim", "scenario", file);
      expect(ended).toMatchObject({ code: 1, out: "" });
      expect(ended.err).toContain(sentence);
    }
    expect((await cli("sim", "scenario", join(folder, "none.yaml"))).err).toContain("found no such file");
  });
});

describe("pipes", () => {
  it("a reader that went away is no error", async () => {
    const script = `exec 3> >(true); sleep 0.3; "$1" "$2" events --json --config "$3" >&3; echo "code $?"`;
    const child = spawn("bash", ["-c", script, "bash", process.execPath, entry, config], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let heard = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (heard += chunk));
    await new Promise((resolve) => child.once("close", resolve));
    expect(heard).toBe("code 0\n");
  });
  it("a closed reader from the start is no error either, and no stack trace", async () => {
    const child = spawn(process.execPath, [entry, "help"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString();
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });
});

describe("while the simulated Pi is off", () => {
  it("sim changes the saved world; a running Pi without an agent is no such case", async () => {
    await cli("shutdown", "--in", "0s");
    expect(await agent.ended).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, "a.sock"))).toBe(false);
    const off = await cli("status");
    expect(off).toMatchObject({ code: 3, out: "" });
    expect(off.err).toMatch(
      /^pi-ups: No agent is running: the simulated Pi is off, its world is saved in \S+\. `pi-ups run` [^\n]+ \(PI_UPS_NO_AGENT\)\n$/,
    );
    const elsewhere = await cli("status", "--socket", join(folder, "other.sock"));
    expect(elsewhere.err, "another socket is another agent's").toContain("there is no socket");

    const shown = await cli("sim", "show");
    expect(shown).toMatchObject({ code: 0, err: "" });
    expect(shown.out).toMatch(/Pi off.*\nThe simulated Pi is off; its saved world \S+ was read\.\n$/);
    expect((await cli("sim", "battery", "42%")).out).toMatch(/battery 42\.0 %.*\n.* was changed\.\n$/);
    expect((await cli("sim", "battery", "142%")).code).toBe(2);
    expect((await cli("sim", "show")).out).toContain("battery 42");

    await startAgent();
    await until("the changed battery", async () => Math.round((await status()).battery_percent ?? 0) === 42);
    agent.kill("SIGKILL");
    await agent.ended;
    expect((await cli("status")).err, "its Pi is on").toContain("is left over from one that ended");
    const noAgent = await cli("sim", "ac", "on");
    expect(noAgent).toMatchObject({ code: 3, out: "" });
    expect(noAgent.err).toContain("is left over from one that ended without a goodbye");
    await startAgent();
    agent.kill("SIGTERM");
    expect(await agent.ended).toMatchObject({ code: 0, signal: null });
  });
});

describe("run without anything", () => {
  it("needs no file: --sim, --socket and --state-dir are enough", async () => {
    const alone = start(["run", "--sim", "--speed", "60", "--socket", "b.sock", "--state-dir", "alone"], {
      cwd: folder,
    });
    const socket = ["--socket", join(folder, "b.sock")];
    await until("the agent answers", async () => (await piUps(["status", ...socket])).code === 0, 20_000);
    expect((await piUps(["sim", "show", ...socket])).out).toContain("time x60");
    alone.kill("SIGINT");
    const ended = await alone.ended;
    expect(ended.code).toBe(0);
    expect(existsSync(join(folder, "alone", "sim.json"))).toBe(true);
  });
});
