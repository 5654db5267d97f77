// Commands from Home Assistant and their answers, the last words, and stopping.
import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ManualClock } from "./support/clocks.ts";
import { example } from "./support/examples.ts";
import { FarEnd } from "./support/far-end.ts";
import { atEnd, cleanUpAfterEach, made, online, pause, storedSeqs, upTo } from "./support/harness.ts";
import { fullValues } from "./support/rig.ts";
import { testJournal } from "./support/test-journal.ts";

cleanUpAfterEach();

describe("commands", () => {
  it("reach the app with delay, reason and user, and are answered in the session", async () => {
    const one = await online();
    one.far.downstream(example("downstream", "shutdown with delay and reason"));
    await one.far.until("command", () => one.commands.length === 1);
    expect(one.commands[0]).toEqual({
      command: "shutdown",
      commandId: "c1",
      delayMs: 60_000,
      text: "maintenance",
      user: "Ada",
    });
    one.link.answer("c1", { accepted: true, code: null, message: "The Pi powers off in 60 s." });
    const ack = await one.far.until("ack", () => one.far.of("ack")[0]);
    expect(ack.data).toEqual({
      ...example("ack", "accepted"),
      session: one.far.of("state")[0]?.data["session"],
    });
  });

  it("keep the agent's grace when no delay is given, and can cancel", async () => {
    const one = await online();
    one.far.downstream(example("downstream", "shutdown with the agent's grace"));
    one.far.downstream(example("downstream", "cancel"));
    await one.far.until("commands", () => one.commands.length === 2);
    expect(one.commands).toEqual([
      { command: "shutdown", commandId: "c2", delayMs: null, text: null, user: null },
      { command: "cancel_shutdown", commandId: "c3", user: "Ada" },
    ]);
  });

  it.each(["unknown command", "a delay below zero"])(
    "are refused with a sentence when not understood: %s",
    async (name) => {
      const one = await online();
      one.far.downstream(example("downstream", name));
      const ack = await one.far.until("ack", () => one.far.of("ack")[0]);
      expect(ack.data).toMatchObject({ accepted: false, code: "PI_UPS_UNKNOWN_COMMAND" });
      expect(one.commands).toEqual([]);
    },
  );

  it("of a newer integration that are no commands are ignored", async () => {
    const one = await online();
    one.far.downstream({ event: "motd", text: "hi" });
    one.far.downstream(example("downstream", "command without id"));
    await pause(50);
    expect(one.link.status().kind).toBe("connected");
    expect(one.far.of("ack")).toEqual([]);
  });

  it("are not answered into the void", async () => {
    const one = await made();
    one.link.answer("c1", { accepted: true, code: null, message: "?" });
    expect(one.logged()).toContain("dropped");
  });
});

describe("goodbye", () => {
  const goodbye = {
    reason: "shutdown",
    detail: "battery_percent_critical",
    message: "Battery at 10 %, limit 10 %.",
  } as const;

  it("comes after every unsent event, and then nothing comes", async () => {
    const journal = testJournal();
    const one = await online({ journal });
    journal.fill(250);
    await one.link.bye(goodbye, 2000);
    expect(storedSeqs(one)).toEqual(upTo(250));
    const ours = () => one.far.received.filter(({ type }) => type.startsWith("pi_ups/"));
    const last = ours().at(-1);
    expect(last).toMatchObject({ type: "pi_ups/agent/bye", data: goodbye });
    one.link.publish({ ...fullValues, ac_present: false });
    await pause(1200);
    expect(ours().at(-1)).toBe(last);
    await one.link.stop();
    await one.far.until("closed", () => one.far.openSockets === 0);
  });

  it("is said in time although Home Assistant does not store the events", async () => {
    const clock = new ManualClock();
    const one = await online({ clock });
    one.far.intercept = ({ type }) => (type === "pi_ups/agent/events" ? { silence: true } : undefined);
    one.journal.record("the last");
    const said = one.link.bye(goodbye, 600);
    // Half of the time is for the events; the answer to the goodbye ends the rest.
    clock.advance(300);
    await said;
    expect(one.far.of("bye")).toHaveLength(1);
    expect(one.journal.unsentCount()).toBe(1);
  });

  it("does not wait longer than it may when nobody answers", async () => {
    const clock = new ManualClock();
    const one = await online({ clock });
    one.far.freeze();
    one.journal.record("the last");
    let over = false;
    const said = one.link.bye(goodbye, 300).then(() => (over = true));
    clock.advance(299);
    await pause(20);
    expect(over).toBe(false);
    clock.advance(1);
    await said;
    await one.far.kill();
  });

  it("returns at once without a connection", async () => {
    // A clock that never moves: whatever waits would wait for ever.
    const one = await made({ clock: new ManualClock() });
    await one.link.bye(goodbye, 5000);
    expect(one.far.connections).toBe(0);
  });

  it("is taken back by start: the power-off failed", async () => {
    const one = await online();
    await one.link.bye(goodbye, 1000);
    one.link.start();
    await one.connected();
    await one.far.until(
      "full state again",
      () => one.far.of("state").filter(({ data }) => data["full"]).length === 2,
    );
    expect(one.far.connections).toBe(1);
  });
});

describe("stop and start", () => {
  it("leave nothing behind: a process that lost its socket twice ends by itself after stop", async () => {
    const far = new FarEnd();
    await far.start();
    atEnd(() => far.kill());
    const script = new URL("./support/short-life.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, [script, far.url, far.token], { stdio: "inherit" });
    const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
    atEnd(async () => {
      child.kill("SIGKILL");
      await exit;
    });
    for (const round of [1, 2]) {
      await far.until(`state ${round}`, () => far.of("state").length >= round);
      far.dropSockets();
    }
    await far.until("goodbye", () => far.of("bye").length === 1);
    expect(await exit).toBe(0);
  });

  it("are idempotent, and start after stop connects again", async () => {
    const one = await online();
    one.link.start();
    await Promise.all([one.link.stop(), one.link.stop()]);
    await one.link.stop();
    await one.far.until("closed", () => one.far.openSockets === 0);
    expect(one.link.status()).toEqual({ kind: "off" });
    one.link.start();
    await one.connected();
    expect(one.far.connections).toBe(2);
  });

  it("stop is bounded when the other side is dead", async () => {
    const clock = new ManualClock();
    const one = await online({ clock });
    one.far.freeze();
    const stopped = one.link.stop();
    clock.advance(200);
    await stopped;
    expect(clock.pendingTimers).toBe(0);
  });

  it("stop ends an attempt under way and one that waits", async () => {
    const one = await online();
    await one.link.stop();
    await one.far.kill();
    one.link.start();
    await one.link.stop();
    one.link.start();
    await pause(50);
    await one.link.stop();
    const after = one.far.connections;
    await pause(200);
    expect(one.far.connections).toBe(after);
  });
});
