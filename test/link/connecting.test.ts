// How a link comes about over real sockets: a Home Assistant that boots, lacks the integration, waits for a person, or refuses.
import { describe, expect, it } from "vitest";
import { ManualClock } from "./support/clocks.ts";
import { FarEnd } from "./support/far-end.ts";
import { cleanUpAfterEach, made, online, pause } from "./support/harness.ts";
import { fullValues } from "./support/rig.ts";
import { testJournal } from "./support/test-journal.ts";

cleanUpAfterEach();

describe("connecting", () => {
  it("logs in, says hello, sends the full state and then the unsent events", async () => {
    const journal = testJournal();
    journal.fill(3);
    const { far } = await online({ journal });
    await far.until("events", () => far.stored.length === 3);
    expect(far.received.map(({ type }) => type)).toEqual([
      "supported_features",
      "pi_ups/agent/connect",
      "pi_ups/agent/state",
      "pi_ups/agent/events",
    ]);
    expect(far.of("connect")[0]?.data["last_seq"]).toBe(3);
    const state = far.of("state")[0]?.data;
    expect(state).toMatchObject({ full: true, values: fullValues });
    expect(far.of("events")[0]?.data["session"]).toBe(state?.["session"]);
    await far.until("acknowledged", () => journal.unsentCount() === 0);
  });

  it("waits while Home Assistant boots: unknown_command is not the end", async () => {
    const far = new FarEnd();
    far.mood = "absent";
    far.haState = "STARTING";
    await far.start();
    const one = await made({ far });
    one.link.start();
    await far.until("three hellos", () => far.of("connect").length >= 3);
    expect(one.link.status()).toMatchObject({ kind: "waiting", code: "PI_UPS_INTEGRATION_LOADING" });
    far.mood = "accept";
    await one.connected();
    expect(far.connections).toBe(1);
    expect(one.lines.filter(({ level }) => level === "warning" || level === "error")).toEqual([]);
  });

  it.each([
    [false, [], "PI_UPS_INTEGRATION_MISSING", "HACS"],
    [true, [], "PI_UPS_INTEGRATION_NOT_ADDED", "Add integration"],
    [true, ["pi_ups"], "PI_UPS_INTEGRATION_TOO_OLD", "Update the integration"],
  ])("says what to install (installed: %s, loaded: %s)", async (installed, components, code, cure) => {
    const far = new FarEnd();
    Object.assign(far, { mood: "absent", installed, components });
    await far.start();
    const one = await made({ far });
    one.link.start();
    await far.until("status", () => {
      const status = one.link.status();
      return status.kind === "waiting" && status.code === code && status.message.includes(cure);
    });
    expect(one.lines.filter((line) => line.fields["code"] === code)).toHaveLength(1);
  });

  it("stays connected while a person must confirm it, and begins when that happened", async () => {
    const far = new FarEnd();
    far.mood = "pending";
    await far.start();
    const one = await made({ far });
    one.link.publish(fullValues);
    one.link.start();
    await far.until("pending", () => one.link.status().kind === "waiting");
    expect(one.link.status()).toMatchObject({
      code: "PI_UPS_PENDING",
      message: expect.stringContaining("Confirm this agent"),
    });
    await far.until("pings keep the link known", () => far.received.some(({ type }) => type === "ping"));
    far.accept();
    await one.connected();
    await far.until("full state", () => far.of("state").length > 0);
    expect(far.connections).toBe(1);
    expect(far.of("connect")).toHaveLength(1);
  });

  it("notices a dead link while it waits for confirmation, too", async () => {
    const far = new FarEnd();
    far.mood = "pending";
    await far.start();
    const clock = new ManualClock();
    const one = await made({ far, clock });
    one.link.start();
    await far.until("pending", () => one.link.status().kind === "waiting");
    far.freeze();
    // The ping of an idle link, the time for its answer, and the first wait between two attempts.
    for (const ms of [200, 20_000, 20]) clock.advance(ms);
    await far.until("a new socket", () => far.connections === 2);
    expect(one.logged()).toContain("PI_UPS_HA_SILENT");
  });

  it.each([
    ["PI_UPS_PROTOCOL_MISMATCH", "Update the agent to 0.2 or newer."],
    ["PI_UPS_WRONG_USER", "This agent belongs to another user."],
  ])("shows the sentence of %s and tries again slowly on the same socket", async (code, message) => {
    const far = new FarEnd();
    far.mood = { code, message };
    await far.start();
    const one = await made({ far });
    one.link.start();
    await far.until("status", () => one.link.status().kind === "waiting");
    expect(one.link.status()).toEqual({ kind: "waiting", code, message });
    await pause(300);
    expect(far.of("connect")).toHaveLength(1);
    far.mood = "accept";
    await one.connected();
    expect(far.connections).toBe(1);
    expect(one.lines.filter((line) => line.fields["code"] === code)).toHaveLength(1);
  });
});

describe("a token that Home Assistant refuses", () => {
  it("is told once, with the cure and without the token, and tried again slowly", async () => {
    const far = new FarEnd();
    await far.start();
    const tokens = ["wrong-token-1"];
    const clock = new ManualClock();
    const one = await made({ far, clock, token: { reveal: () => tokens[0] ?? "" } });
    one.link.start();
    await far.until("refused", () => one.link.status().kind === "connecting" && one.lines.length > 0);
    clock.advance(599);
    await pause(50);
    expect(far.logins).toBe(1);
    clock.advance(1);
    await far.until("second try", () => far.logins === 2);
    await far.until("refused again", () => clock.pendingTimers === 1);
    const errors = one.lines.filter(({ level }) => level === "error");
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain("Make a new long-lived access token");
    expect(one.logged()).not.toContain("wrong-token-1");
    tokens[0] = far.token;
    clock.advance(600);
    await one.connected();
  });

  it("is told apart from one that cannot be read", async () => {
    const token = {
      reveal(): string {
        throw Object.assign(new Error("EACCES: permission denied, open 'x'"), { code: "EACCES" });
      },
    };
    const one = await made({ token });
    one.link.start();
    await one.far.until("logged", () => one.logged().includes("PI_UPS_HA_TOKEN_UNREADABLE"));
  });
});
