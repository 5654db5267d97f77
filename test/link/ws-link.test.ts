// The link over real sockets: every way in which Home Assistant, the network or a token can be, and what then arrives there.
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ValueMap } from "../../agent/src/protocol/values.ts";
import { example } from "./support/examples.ts";
import { FarEnd } from "./support/far-end.ts";
import { MemoryJournal } from "./support/memory-journal.ts";
import type { Rig, RigOptions } from "./support/rig.ts";
import { fullValues, rig } from "./support/rig.ts";

let ends: (() => Promise<void>)[] = [];
const rejections: unknown[] = [];
const noteRejection = (reason: unknown) => rejections.push(reason);

beforeEach(() => {
  process.on("unhandledRejection", noteRejection);
});

afterEach(async () => {
  const due = ends;
  ends = [];
  for (const end of due) await end();
  process.off("unhandledRejection", noteRejection);
  expect(rejections.splice(0)).toEqual([]);
});

async function made(options?: RigOptions): Promise<Rig> {
  const one = await rig(options);
  ends.push(async () => {
    await one.end();
    expect(one.far.violations).toEqual([]);
    expect(one.logged()).not.toContain(one.far.token);
    expect(one.sockets.most, "sockets at the same time").toBeLessThanOrEqual(1);
  });
  return one;
}

async function online(options?: RigOptions): Promise<Rig> {
  const one = await made(options);
  one.link.publish(fullValues);
  one.link.start();
  await one.connected();
  await one.far.until("full state", () => one.far.of("state").length > 0);
  return one;
}

const seqs = (one: Rig) => one.far.stored.map((event) => event.seq);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("connecting", () => {
  it("logs in, says hello, sends the full state and then the unsent events", async () => {
    const journal = new MemoryJournal();
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
    await far.until("acknowledged", () => journal.ackedSeq === 3);
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
    const one = await made({ far });
    one.link.start();
    await far.until("pending", () => one.link.status().kind === "waiting");
    far.freeze();
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
    const one = await made({ far, token: { reveal: () => tokens[0] ?? "" } });
    one.link.start();
    await far.until("refused", () => one.link.status().kind === "connecting" && one.lines.length > 0);
    await pause(400);
    expect(far.logins).toBe(1);
    await far.until("second try", () => far.logins === 2);
    const errors = one.lines.filter(({ level }) => level === "error");
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain("Make a new long-lived access token");
    expect(one.logged()).not.toContain("wrong-token-1");
    tokens[0] = far.token;
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

describe("a Home Assistant that is not there", () => {
  it("is tried until it is, with one line in the log", async () => {
    const far = new FarEnd();
    await far.start();
    const { port, url } = far;
    await far.kill();
    const one = await made({ far, url });
    one.link.start();
    await pause(500);
    expect(one.link.status()).toMatchObject({
      kind: "connecting",
      error: { code: "PI_UPS_HA_UNREACHABLE", message: expect.stringContaining("ECONNREFUSED") },
    });
    expect(one.lines).toHaveLength(1);
    await far.start(port);
    await one.connected();
  });

  it("is noticed when it takes the connection and says nothing", async () => {
    const server = createTcpServer((socket) => socket.resume());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const one = await made({ url: `http://127.0.0.1:${port}` });
    one.link.start();
    await one.far.until("timeout", () => one.logged().includes("did not answer the connection"));
    await one.link.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it("is noticed when it opens the socket and offers no login", async () => {
    const far = new FarEnd();
    far.mute = true;
    await far.start();
    const one = await made({ far });
    one.link.start();
    await far.until("timeout", () => one.logged().includes("did not finish the login"));
    far.mute = false;
    await one.connected();
  });

  it.each([
    [404, "PI_UPS_HA_NOT_FOUND"],
    [403, "PI_UPS_HA_BANNED"],
  ])("is told apart from something that answers HTTP %s", async (status, code) => {
    const server = createServer((_request, response) => response.writeHead(status).end());
    server.on("upgrade", (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const one = await made({ url: `http://127.0.0.1:${port}` });
    one.link.start();
    await one.far.until("logged", () => one.lines.some((line) => line.fields["code"] === code));
    await one.link.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it("may send nonsense without ending the process", async () => {
    const one = await online();
    for (const text of ["not json", "null", '[{"type":"event"}, null]', '{"type":"result","id":1}']) {
      one.far.sendRaw(text);
      await pause(60);
    }
    await one.connected();
  });
});

describe("coming back", () => {
  it("announces everything again after Home Assistant restarted", async () => {
    const one = await online();
    const { port } = one.far;
    await one.far.kill();
    await one.far.until("noticed", () => one.link.status().kind === "connecting");
    one.journal.record("While it was away.");
    one.link.eventsWaiting();
    one.link.publish({ ...fullValues, ac_present: false });
    const before = one.far.of("state").length;
    one.far.mood = "absent";
    await one.far.start(port);
    await one.far.until("hello", () => one.far.of("connect").length >= 3);
    one.far.mood = "accept";
    await one.connected();
    const state = await one.far.until("state", () => one.far.of("state")[before]);
    expect(state.data).toMatchObject({ full: true, values: { ac_present: false, battery_percent: 96 } });
    await one.far.until("event", () => one.far.stored.length === 1);
  });

  it("notices within the time limit that nobody is there, without any FIN, and ends that socket first", async () => {
    const one = await online();
    one.far.freeze();
    const frozenAt = performance.now();
    one.link.publish({ ...fullValues, ac_present: false });
    await one.far.until("a new socket", () => one.far.connections === 2);
    expect(performance.now() - frozenAt).toBeLessThan(400 + 400);
    expect(one.logged()).toContain("PI_UPS_HA_SILENT");
    await one.connected();
    const state = await one.far.until("state", () =>
      one.far.of("state").find(({ connection }) => connection === 2),
    );
    expect(state.data).toMatchObject({ full: true, values: { ac_present: false } });
  });

  it("beats at least every heartbeat, so that the other side notices too", async () => {
    const one = await online();
    await one.far.until("three beats", () => one.far.of("state").length >= 4);
    const times = one.far.of("state").map(({ atMs }) => atMs);
    for (const [index, time] of times.slice(1).entries()) {
      expect(time - (times[index] ?? 0)).toBeLessThan(1150);
    }
    expect(one.far.of("state")[1]?.data["values"]).toEqual({});
  });

  it("says hello again on the same socket when its session is gone", async () => {
    const one = await online();
    await one.far.until("proven", () => one.far.of("state").length >= 1);
    await pause(50);
    one.far.forgetSessions();
    one.journal.record("After the reload.");
    one.link.eventsWaiting();
    await one.far.until("event stored", () => one.far.stored.length === 1);
    expect(one.far.connections).toBe(1);
    expect(one.far.of("connect")).toHaveLength(2);
    const sessions = new Set(one.far.of("state").map(({ data }) => data["session"]));
    expect(sessions.size).toBe(2);
  });

  it("does not turn into a storm when every session is forgotten at once", async () => {
    const far = new FarEnd();
    far.intercept = ({ type }) =>
      type === "pi_ups/agent/state" ? { error: { code: "PI_UPS_NO_SESSION", message: "Again." } } : undefined;
    await far.start();
    const one = await made({ far });
    one.link.publish(fullValues);
    one.link.start();
    await pause(600);
    expect(far.of("connect").length).toBeLessThanOrEqual(11);
  });

  it("waits when the entry is removed and sends everything when it is back", async () => {
    const one = await online();
    one.far.downstream(example("downstream", "released"));
    await one.far.until("released", () => one.link.status().kind === "waiting");
    expect(one.link.status()).toMatchObject({ code: "PI_UPS_RELEASED" });
    one.link.publish({ ...fullValues, battery_percent: 50 });
    const before = one.far.of("state").length;
    one.far.accept();
    const state = await one.far.until("state", () => one.far.of("state")[before]);
    expect(state.data).toMatchObject({ full: true, values: { battery_percent: 50 } });
  });

  it("closes and does not come back when another agent took over", async () => {
    const one = await online();
    one.far.downstream(example("downstream", "replaced"));
    await one.far.until("closed", () => one.far.openSockets === 0);
    await pause(300);
    expect(one.far.connections).toBe(1);
    expect(one.link.status()).toMatchObject({ kind: "waiting", code: "PI_UPS_REPLACED" });
    one.link.start();
    await one.connected();
  });

  it("survives sockets that break at any moment", async () => {
    const journal = new MemoryJournal();
    const one = await online({ journal });
    for (let round = 0; round < 25; round += 1) {
      journal.record(`Round ${round}.`);
      one.link.eventsWaiting();
      one.link.publish({ ...fullValues, battery_percent: round, charging: round % 2 === 0 });
      await pause(round % 7);
      one.far.dropSockets();
      await pause((round * 5) % 40);
    }
    await one.far.until("all events", () => one.far.stored.length === 25);
    expect(seqs(one)).toEqual(upTo(25));
    await one.connected();
  });
});

describe("events", () => {
  it("go oldest first, in batches of at most 200, one under way", async () => {
    const journal = new MemoryJournal();
    journal.fill(450);
    const one = await online({ journal });
    await one.far.until("all", () => one.far.stored.length === 450);
    expect(one.far.of("events").map(({ data }) => (data["events"] as unknown[]).length)).toEqual([
      200, 200, 50,
    ]);
    expect(seqs(one)).toEqual(upTo(450));
    await one.far.until("acknowledged", () => journal.unsentCount() === 0);
  });

  it("are sent again when the acknowledgement was lost, and stored once", async () => {
    const journal = new MemoryJournal();
    const one = await online({ journal });
    one.far.intercept = (message) => {
      if (message.type !== "pi_ups/agent/events") return undefined;
      one.far.intercept = () => undefined;
      one.far.stored.push(...(message.data["events"] as typeof one.far.stored));
      one.far.dropSockets();
      return { silence: true };
    };
    journal.fill(3);
    one.link.eventsWaiting();
    await one.far.until("acknowledged", () => journal.ackedSeq === 3);
    expect(one.far.of("events")).toHaveLength(2);
    expect(seqs(one)).toEqual([1, 2, 3]);
  });

  it("that came while a batch was under way follow by themselves", async () => {
    const one = await online();
    one.journal.record("one");
    one.link.eventsWaiting();
    one.journal.record("two");
    one.link.eventsWaiting();
    await one.far.until("both", () => one.far.stored.length === 2);
    expect(one.far.of("events")).toHaveLength(2);
  });

  it("get numbers above what Home Assistant knows when the disk was replaced", async () => {
    const far = new FarEnd();
    far.stored.push({ ...new MemoryJournal("old").record("from the old disk"), seq: 900 });
    await far.start();
    const journal = new MemoryJournal("new");
    journal.fill(2);
    const one = await made({ far, journal });
    one.link.start();
    await far.until("stored", () => far.stored.length === 3);
    expect(seqs(one)).toEqual([900, 901, 902]);
    await far.until("acknowledged", () => journal.unsentCount() === 0);
  });

  it("are never acknowledged beyond what was sent", async () => {
    const one = await online();
    one.far.intercept = ({ type }) =>
      type === "pi_ups/agent/events" ? { result: { acked_seq: 5000 } } : undefined;
    one.journal.record("one");
    one.link.eventsWaiting();
    await one.far.until("acknowledged", () => one.journal.ackedSeq > 0);
    expect(one.journal.ackedSeq).toBe(1);
  });

  it("wait and are tried again when Home Assistant cannot store them, with one line in the log", async () => {
    const one = await online();
    one.far.intercept = ({ type }) =>
      type === "pi_ups/agent/events"
        ? { error: { code: "home_assistant_error", message: "disk full" } }
        : undefined;
    one.journal.record("one");
    one.link.eventsWaiting();
    await one.far.until("tries", () => one.far.of("events").length >= 3);
    expect(one.lines.filter((line) => line.fields["code"] === "PI_UPS_EVENTS_WAITING")).toHaveLength(1);
    one.far.intercept = () => undefined;
    await one.far.until("stored", () => one.far.stored.length === 1);
  });

  it("do not block each other: one that Home Assistant refuses is found and left in the journal", async () => {
    const journal = new MemoryJournal();
    journal.fill(9);
    const far = new FarEnd();
    const isPoison = (event: unknown) => (event as { seq: number }).seq === 5;
    far.intercept = ({ type, data }) =>
      type === "pi_ups/agent/events" && (data["events"] as unknown[]).some(isPoison)
        ? { error: { code: "PI_UPS_INVALID_MESSAGE", message: "events.4.type" } }
        : undefined;
    await far.start();
    const one = await made({ far, journal });
    one.link.start();
    await far.until("the rest", () => far.stored.length === 8);
    expect(seqs(one)).toEqual([1, 2, 3, 4, 6, 7, 8, 9]);
    expect(one.logged()).toContain("refuses event 5");
  });
});

describe("state", () => {
  it("merges slow changes while one message is under way, and sends the newest", async () => {
    const one = await online();
    const held: number[] = [];
    one.far.intercept = (message) => {
      if (message.type !== "pi_ups/agent/state") return undefined;
      held.push(message.id);
      return held.length === 1 ? { silence: true } : undefined;
    };
    const onBattery: ValueMap = { ...fullValues, ac_present: false };
    one.link.publish(onBattery);
    await one.far.until("the edge", () => held.length === 1);
    for (const percent of [90, 80, 70, 60]) one.link.publish({ ...onBattery, battery_percent: percent });
    await pause(50);
    expect(held).toHaveLength(1);
    one.far.sendRaw(JSON.stringify({ id: held[0], type: "result", success: true, result: {} }));
    const next = await one.far.until("the merged", () => one.far.of("state")[2]);
    expect(next.data["values"]).toEqual({ battery_percent: 60 });
  });

  it("lets edges overtake a message that is not answered", async () => {
    const one = await online();
    one.far.intercept = ({ type }) => (type === "pi_ups/agent/state" ? { silence: true } : undefined);
    one.link.publish({ ...fullValues, ac_present: false });
    one.link.publish({ ...fullValues, ac_present: false, shutdown_state: "counting_down" });
    await one.far.until("both", () => one.far.of("state").length >= 3, 200);
    expect(
      one.far
        .of("state")
        .slice(1, 3)
        .map(({ data }) => data["values"]),
    ).toEqual([{ ac_present: false }, { shutdown_state: "counting_down" }]);
  });

  it("tells everything again after a refusal, at the pace of the heartbeat", async () => {
    const one = await online();
    one.far.intercept = ({ type }) => {
      if (type !== "pi_ups/agent/state") return undefined;
      one.far.intercept = () => undefined;
      return { error: { code: "home_assistant_error", message: "busy" } };
    };
    one.link.publish({ ...fullValues, ac_present: false });
    const state = await one.far.until("again", () => one.far.of("state")[2]);
    expect(state.data).toMatchObject({ full: true, values: { ac_present: false } });
    expect(state.atMs - (one.far.of("state")[1]?.atMs ?? 0)).toBeGreaterThan(800);
  });

  it("beats before the first sample is there, and sends everything with the first", async () => {
    const one = await made();
    one.link.start();
    const beat = await one.far.until("a beat", () => one.far.of("state")[0]);
    expect(beat.data["values"]).toEqual({});
    one.link.publish(fullValues);
    const state = await one.far.until("state", () => one.far.of("state")[1]);
    expect(state.data).toMatchObject({ full: true, values: fullValues });
  });

  it("brings an edge to the other side in a few milliseconds", async () => {
    const one = await online();
    const delays: number[] = [];
    for (let n = 0; n < 200; n += 1) {
      const before = one.far.of("state").length;
      const sentAt = performance.now();
      one.link.publish({ ...fullValues, ac_present: n % 2 === 1 });
      const state = await one.far.until("edge", () => one.far.of("state")[before]);
      delays.push(state.atMs - sentAt);
      await pause(1);
    }
    delays.sort((a, b) => a - b);
    expect(delays[100]).toBeLessThan(3);
    expect(delays[197]).toBeLessThan(25);
  });
});

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
    const journal = new MemoryJournal();
    const one = await online({ journal });
    journal.fill(250);
    await one.link.bye(goodbye, 2000);
    expect(seqs(one)).toEqual(upTo(250));
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
    const one = await online({ timings: { answerMs: 5000, eventsMs: 5000 } });
    one.far.intercept = ({ type }) => (type === "pi_ups/agent/events" ? { silence: true } : undefined);
    one.journal.record("the last");
    const before = performance.now();
    await one.link.bye(goodbye, 600);
    expect(performance.now() - before).toBeLessThan(700);
    expect(one.far.of("bye")).toHaveLength(1);
    expect(one.journal.unsentCount()).toBe(1);
  });

  it("does not wait longer than it may when nobody answers", async () => {
    const one = await online({ timings: { answerMs: 5000, eventsMs: 5000 } });
    one.far.freeze();
    one.journal.record("the last");
    const before = performance.now();
    await one.link.bye(goodbye, 300);
    expect(performance.now() - before).toBeLessThan(400);
  });

  it("returns at once without a connection", async () => {
    const one = await made();
    const before = performance.now();
    await one.link.bye(goodbye, 5000);
    expect(performance.now() - before).toBeLessThan(100);
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

  it("stop ends an attempt under way and one that waits, and is bounded when the other side is dead", async () => {
    const one = await online();
    one.far.freeze();
    const before = performance.now();
    await one.link.stop();
    expect(performance.now() - before).toBeLessThan(400);
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
