// Restarts, cut cables, reloads and takeovers: everything is announced again, and nothing is announced twice at once.
import { describe, expect, it } from "vitest";
import { ManualClock } from "./support/clocks.ts";
import { example } from "./support/examples.ts";
import { FarEnd } from "./support/far-end.ts";
import { cleanUpAfterEach, made, online, pause, storedSeqs, upTo } from "./support/harness.ts";
import { fullValues } from "./support/rig.ts";
import { testJournal } from "./support/test-journal.ts";

cleanUpAfterEach();

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
    const clock = new ManualClock();
    const one = await online({ clock, timings: { answerMs: 400 } });
    one.far.freeze();
    one.link.publish({ ...fullValues, ac_present: false });
    clock.advance(399);
    expect(one.link.status().kind).toBe("connected");
    clock.advance(1);
    expect(one.logged()).toContain("PI_UPS_HA_SILENT");
    // The first wait between two attempts.
    clock.advance(20);
    await one.far.until("a new socket", () => one.far.connections === 2);
    await one.connected();
    const state = await one.far.until("state", () =>
      one.far.of("state").find(({ connection }) => connection === 2),
    );
    expect(state.data).toMatchObject({ full: true, values: { ac_present: false } });
  });

  it("beats at least every heartbeat, so that the other side notices too", async () => {
    const clock = new ManualClock();
    const one = await online({ clock });
    for (const beats of [1, 2, 3]) {
      clock.advance(1000);
      await one.far.until("a beat", () => one.far.of("state").length === 1 + beats);
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
    const journal = testJournal();
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
    expect(storedSeqs(one)).toEqual(upTo(25));
    await one.connected();
  });
});
