// Agents that are told to end, or that must not begin: signals with a Home Assistant that hangs, a second agent, and a
// copy of the events that an interruption left torn.
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FarEnd } from "../link/support/far-end.ts";
import { AgentHome, type Running } from "../support/agent-process.ts";

async function farEnd(): Promise<FarEnd> {
  const far = new FarEnd();
  await far.start();
  onTestFinished(() => far.kill());
  return far;
}

const linkedTo = (url: string, token = "token") =>
  new AgentHome({ yaml: `home_assistant: {url: "${url}", token: ${token}}\n` });

/** Sends a signal and measures how long the agent takes to end. */
async function endsBy(agent: Running, signal: NodeJS.Signals) {
  const begunMs = performance.now();
  agent.kill(signal);
  const ended = await agent.ended;
  return { ...ended, tookMs: performance.now() - begunMs };
}

describe("a signal", () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "%s ends the agent with exit code 0, its socket goes away",
    async (name) => {
      const home = new AgentHome();
      const agent = await home.up();
      const { code, signal, err, tookMs } = await endsBy(agent, name);
      expect([code, signal, err]).toEqual([0, null, ""]);
      expect(tookMs).toBeLessThan(2000);
      expect(home.copiedEvents().at(-1)).toMatchObject({ type: "agent_stopping", detail: { reason: name } });
      expect(existsSync(join(home.folder, "a.sock"))).toBe(false);
    },
  );

  it("during the start ends it too", async () => {
    const home = new AgentHome();
    const agent = home.start();
    await agent.says(/./);
    const { code } = await endsBy(agent, "SIGTERM");
    expect(code).toBe(0);
  });

  it("says goodbye to Home Assistant, after the last event", async () => {
    const far = await farEnd();
    const home = linkedTo(far.url, far.token);
    const agent = await home.up();
    await home.status(({ home_assistant }) => home_assistant.connected);
    const { code } = await endsBy(agent, "SIGTERM");
    expect(code).toBe(0);
    expect(far.violations).toEqual([]);
    expect(far.stored.map(({ type }) => type)).toEqual(["agent_started", "agent_stopping"]);
    expect(far.received.at(-1)).toMatchObject({ type: "pi_ups/agent/bye", data: { reason: "stop" } });
  });

  it("is obeyed within 5 s while Home Assistant answers nothing any more; the event is kept for later", async () => {
    const far = await farEnd();
    const home = linkedTo(far.url, far.token);
    const agent = await home.up();
    await home.status(({ home_assistant, events }) => home_assistant.connected && events.unsent === 0);
    far.intercept = () => ({ silence: true });
    const { code, tookMs } = await endsBy(agent, "SIGTERM");
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(5000);
    far.intercept = () => undefined;
    const next = await home.up();
    await home.status(({ events }) => events.unsent === 0);
    expect(far.stored.map(({ type }) => type)).toEqual(["agent_started", "agent_stopping", "agent_started"]);
    next.kill("SIGTERM");
    await next.ended;
  });

  it("is obeyed within 5 s while Home Assistant takes the connection and says nothing", async () => {
    const mute = createServer(() => {});
    await new Promise<void>((done) => mute.listen(0, "127.0.0.1", done));
    onTestFinished(() => {
      mute.close();
    });
    const address = mute.address();
    const port = typeof address === "object" ? address?.port : 0;
    const home = linkedTo(`http://127.0.0.1:${port}`);
    const agent = await home.up();
    const { code, tookMs } = await endsBy(agent, "SIGTERM");
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(5000);
  });
});

describe("a shutdown", () => {
  it("tells Home Assistant why, as its last words", async () => {
    const far = await farEnd();
    const home = linkedTo(far.url, far.token);
    const agent = await home.up();
    await home.status(({ home_assistant }) => home_assistant.connected);
    expect((await home.cli("shutdown", "--in", "0s", "--reason", "Moving house")).code).toBe(0);
    expect((await agent.ended).code).toBe(0);
    expect(far.received.at(-1)).toMatchObject({
      type: "pi_ups/agent/bye",
      data: { reason: "shutdown", detail: "requested", message: "Moving house" },
    });
    expect(far.stored.at(-1)?.type).toBe("shutdown_started");
    expect(home.savedWorld().pi).toBe("off");
  });
});

describe("a second agent", () => {
  it("on the same socket is refused before it touches anything", async () => {
    const home = new AgentHome();
    const first = await home.up();
    const before = home.copiedTypes();
    const { code, err } = await home.start().ended;
    expect(code).toBe(1);
    expect(err).toMatch(/Another agent is running.*PI_UPS_ALREADY_RUNNING/);
    expect(home.copiedTypes()).toEqual(before);
    await home.status(({ agent }) => agent.pid === first.pid);
    expect((await endsBy(first, "SIGTERM")).code).toBe(0);
  });

  it("with its own socket on the same state folder is refused too", async () => {
    const home = new AgentHome();
    const first = await home.up();
    const other = new AgentHome();
    const yaml = readFileSync(other.configFile, "utf8").replace(
      "state_dir: state",
      `state_dir: ${home.stateDir}`,
    );
    writeFileSync(other.configFile, yaml);
    const { code, err } = await other.start().ended;
    expect(code).toBe(1);
    expect(err).toMatch(/Another process uses .*agent\.db.*PI_UPS_STATE_IN_USE/);
    expect(existsSync(join(other.folder, "a.sock"))).toBe(false);
    expect((await endsBy(first, "SIGTERM")).code).toBe(0);
  });

  it("starts where a killed one left its socket", async () => {
    const home = new AgentHome();
    const first = await home.up();
    await endsBy(first, "SIGKILL");
    expect(existsSync(join(home.folder, "a.sock"))).toBe(true);
    const second = await home.up();
    expect((await endsBy(second, "SIGTERM")).code).toBe(0);
  });
});

describe("events.jsonl after an interruption", () => {
  it("has no torn line, and the events that it missed", async () => {
    const home = new AgentHome();
    const first = await home.up();
    await home.sim("ac", "off");
    await home.recorded("ac_power_loss");
    await endsBy(first, "SIGKILL");
    const file = join(home.stateDir, "events.jsonl");
    const before = home.copiedEvents();
    const firstLine = readFileSync(file, "utf8").split("\n")[0] ?? "";
    // The power was cut when the second line was half on the disk.
    truncateSync(file, firstLine.length + 1);
    appendFileSync(file, '{"id":"b00t-2","seq":2,"time":"2026-11-2');
    const second = await home.up();
    const after = home.copiedEvents();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after[before.length]?.type).toBe("agent_started");
    expect(after.map(({ seq }) => seq)).toEqual(after.map((_, n) => n + 1));
    expect((await endsBy(second, "SIGTERM")).code).toBe(0);
  });

  it("keeps the numbers going when the journal is lost", async () => {
    const home = new AgentHome();
    const first = await home.up();
    await endsBy(first, "SIGTERM");
    const last = home.copiedEvents().at(-1)?.seq ?? 0;
    writeFileSync(join(home.stateDir, "agent.db"), "damaged".repeat(1000));
    const second = await home.up();
    expect(second.out()).toContain("PI_UPS_JOURNAL_DAMAGED");
    expect((await home.recorded("agent_started")).seq).toBe(last + 1);
    expect((await endsBy(second, "SIGTERM")).code).toBe(0);
  });
});

describe("the log", () => {
  it("has priorities when stdout is the systemd journal, and times when it is not", async () => {
    const home = new AgentHome();
    const file = join(home.folder, "log");
    for (const journal of [true, false]) {
      const stdout = openSync(file, "w");
      const { dev, ino } = fstatSync(stdout);
      const agent = home.start({ stdout, env: { JOURNAL_STREAM: journal ? `${dev}:${ino}` : "8:12345" } });
      await home.status(({ battery_percent }) => battery_percent !== null);
      expect((await endsBy(agent, "SIGTERM")).code).toBe(0);
      closeSync(stdout);
      const lines = readFileSync(file, "utf8").trim().split("\n");
      expect(lines.length).toBeGreaterThan(2);
      const pattern = journal
        ? /^<[3-7]>\S/
        : /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (error|warning|notice|info|debug) /;
      expect(lines.filter((line) => !pattern.test(line))).toEqual([]);
    }
  });

  it("never has the token in it, however wrong things go", async () => {
    const far = await farEnd();
    const home = linkedTo(far.url, "the-wrong-secret");
    const agent = await home.up();
    await agent.says(/PI_UPS_HA_/);
    const status = await home.cli("status", "--json");
    expect((await endsBy(agent, "SIGTERM")).code).toBe(0);
    expect(agent.out() + status.out + status.err).not.toContain("the-wrong-secret");
  });
});
