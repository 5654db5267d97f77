// The agent on a real board's data without the hardware: a missing gauge is a fault and not the end, and the power-off is
// an order to systemctl, here a small program in the PATH.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { UpsEvent } from "../../agent/src/protocol/events.ts";
import { AgentHome, type Running, type SpawnOptions, until } from "../support/agent-process.ts";

/** A PATH that begins with a systemctl and a sync of ours; `calls` is what they were called with. */
function fakeSystem(home: AgentHome, systemctl: string) {
  const folder = join(home.folder, "bin");
  const calls = join(home.folder, "calls");
  mkdirSync(folder);
  for (const [name, body] of Object.entries({ systemctl, sync: "" })) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name}\${1:+ $*}" >> "${calls}"\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return {
    env: { PATH: `${folder}:${process.env["PATH"] ?? ""}` },
    calls: () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []),
  };
}

/** Root may write everywhere, except without this capability. */
const obeysModes: SpawnOptions =
  process.getuid?.() === 0 ? { prefix: ["setpriv", "--bounding-set", "-dac_override"] } : {};

const realBoard = () => new AgentHome({ board: "x1201" });
const silent = (agent: Running) => agent.says(/No usable battery reading/);

it("runs without its gauge: a fault, no figures, and an end by SIGTERM with exit code 0", async () => {
  const home = realBoard();
  const agent = home.start();
  await silent(agent);
  const status = await home.status(({ faults }) => faults.length > 0);
  expect(status).toMatchObject({
    board: { id: "x1201", simulated: false },
    battery_percent: null,
    battery_voltage_v: null,
    power: "unknown",
    ac_present: null,
    shutdown: { state: "idle" },
  });
  const refused = await home.cli("sim", "ac", "off");
  expect(refused.code).not.toBe(0);
  expect(refused.err).toContain("PI_UPS_NOT_SIMULATED");
  agent.kill("SIGTERM");
  expect((await agent.ended).code).toBe(0);
});

it("powers off with systemctl, after a sync, and waits for systemd to end it", async () => {
  const home = realBoard();
  const system = fakeSystem(home, "exit 0");
  const agent = home.start({ env: system.env });
  await silent(agent);
  expect((await home.cli("shutdown", "--in", "0s")).code).toBe(0);
  await until(
    () => `a power-off among ${system.calls().join(", ")}`,
    () => system.calls().includes("systemctl poweroff"),
  );
  expect(system.calls()).toEqual(["sync", "systemctl poweroff"]);
  await home.status(({ shutdown }) => shutdown.state === "done");
  agent.kill("SIGTERM");
  expect((await agent.ended).code).toBe(0);
  expect(home.copiedTypes().at(-1)).toBe("shutdown_started");
  const next = home.start();
  expect((await home.recorded("agent_started")).detail["last_run"]).toBeDefined();
  await silent(next);
  const started = home.copiedEvents().findLast(({ type }) => type === "agent_started");
  expect(started?.detail).toMatchObject({ last_run: "shutdown", last_run_reason: "requested" });
});

it("says how to mend a refused power-off, and runs on", async () => {
  const home = realBoard();
  const system = fakeSystem(home, "echo 'Access denied' >&2; exit 1");
  const agent = home.start({ env: system.env });
  await silent(agent);
  await home.cli("shutdown", "--in", "0s");
  await agent.says(/event=ups_fault/);
  const status = await home.status(({ faults }) => faults[0]?.code === "PI_UPS_POWEROFF_FAILED");
  expect(status.faults[0]?.message).toMatch(/Access denied.*polkit/);
  expect(status.shutdown.state).toBe("idle");
  agent.kill("SIGTERM");
  expect((await agent.ended).code).toBe(0);
  expect(home.copiedTypes().at(-1)).toBe("agent_stopping");
});

it("on a read-only disk knows its history, goes on with its numbers, and still powers off", async () => {
  const home = realBoard();
  const system = fakeSystem(home, "exit 0");
  const before = home.start();
  await silent(before);
  before.kill("SIGKILL");
  await before.ended;
  const written = home.copiedEvents();
  for (const name of readdirSync(home.stateDir)) chmodSync(join(home.stateDir, name), 0o444);
  chmodSync(home.stateDir, 0o555);

  const agent = home.start({ ...obeysModes, env: system.env });
  await silent(agent);
  await agent.says(/agent\.db cannot be written/);
  await agent.says(/events\.jsonl cannot be written/);
  const { out } = await home.cli("events", "--json", "--limit", "1000");
  const events = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as UpsEvent);
  expect(events.slice(0, written.length)).toEqual(written);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
  expect(events[written.length]).toMatchObject({ type: "agent_started", detail: { last_run: "died" } });
  await home.cli("shutdown", "--in", "0s");
  await until(
    () => `a power-off among ${system.calls().join(", ")}`,
    () => system.calls().includes("systemctl poweroff"),
  );
  agent.kill("SIGTERM");
  expect((await agent.ended).code).toBe(0);
  chmodSync(home.stateDir, 0o755);
});
