// What travels inside a session: events without loss or double, states with few writes and quick edges.
import { describe, expect, it } from "vitest";
import type { UpsEvent } from "../../agent/src/protocol/events.ts";
import type { ValueMap } from "../../agent/src/protocol/values.ts";
import { ManualClock } from "./support/clocks.ts";
import { example } from "./support/examples.ts";
import { FarEnd } from "./support/far-end.ts";
import { cleanUpAfterEach, made, online, pause, storedSeqs, upTo } from "./support/harness.ts";
import { fullValues } from "./support/rig.ts";
import { testJournal } from "./support/test-journal.ts";

cleanUpAfterEach();

describe("events", () => {
  it("go oldest first, in batches of at most 200, one under way", async () => {
    const journal = testJournal();
    journal.fill(450);
    const one = await online({ journal });
    await one.far.until("all", () => one.far.stored.length === 450);
    expect(one.far.of("events").map(({ data }) => (data["events"] as unknown[]).length)).toEqual([
      200, 200, 50,
    ]);
    expect(storedSeqs(one)).toEqual(upTo(450));
    await one.far.until("acknowledged", () => journal.unsentCount() === 0);
  });

  it("are sent again when the acknowledgement was lost, and stored once", async () => {
    const journal = testJournal();
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
    await one.far.until("acknowledged", () => journal.unsentCount() === 0);
    expect(one.far.of("events")).toHaveLength(2);
    expect(storedSeqs(one)).toEqual([1, 2, 3]);
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
    const [old] = example<{ events: UpsEvent[] }>("events", "three events, oldest first").events;
    if (old !== undefined) far.stored.push({ ...old, seq: 900 });
    await far.start();
    const journal = testJournal("new");
    journal.fill(2);
    const one = await made({ far, journal });
    one.link.start();
    await far.until("stored", () => far.stored.length === 3);
    expect(storedSeqs(one)).toEqual([900, 901, 902]);
    await far.until("acknowledged", () => journal.unsentCount() === 0);
  });

  it("are never acknowledged beyond what was sent", async () => {
    const one = await online();
    one.far.intercept = ({ type }) =>
      type === "pi_ups/agent/events" ? { result: { acked_seq: 5000 } } : undefined;
    one.journal.record("one");
    one.link.eventsWaiting();
    one.journal.record("two");
    await one.far.until("both", () => one.far.of("events").length === 2);
    expect(one.far.of("events")[1]?.data["events"]).toMatchObject([{ seq: 2, message: "two" }]);
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
    const journal = testJournal();
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
    expect(storedSeqs(one)).toEqual([1, 2, 3, 4, 6, 7, 8, 9]);
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
    // No time passes: whatever comes has waited for nothing.
    const one = await online({ clock: new ManualClock() });
    one.far.intercept = ({ type }) => (type === "pi_ups/agent/state" ? { silence: true } : undefined);
    one.link.publish({ ...fullValues, ac_present: false });
    one.link.publish({ ...fullValues, ac_present: false, shutdown_state: "counting_down" });
    await one.far.until("both", () => one.far.of("state").length >= 3);
    expect(
      one.far
        .of("state")
        .slice(1, 3)
        .map(({ data }) => data["values"]),
    ).toEqual([{ ac_present: false }, { shutdown_state: "counting_down" }]);
  });

  it("tells everything again after a refusal, at the pace of the heartbeat", async () => {
    const clock = new ManualClock();
    const one = await online({ clock });
    one.far.intercept = ({ type }) => {
      if (type !== "pi_ups/agent/state") return undefined;
      one.far.intercept = () => undefined;
      return { error: { code: "home_assistant_error", message: "busy" } };
    };
    one.link.publish({ ...fullValues, ac_present: false });
    await one.far.until("refused", () => one.logged().includes("refused a message (state)"));
    clock.advance(999);
    await pause(50);
    expect(one.far.of("state")).toHaveLength(2);
    clock.advance(1);
    const state = await one.far.until("again", () => one.far.of("state")[2]);
    expect(state.data).toMatchObject({ full: true, values: { ac_present: false } });
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

  it("brings each edge to the other side without waiting for any time; `npm run bench` has the milliseconds", async () => {
    const one = await online({ clock: new ManualClock() });
    for (let n = 0; n < 200; n += 1) {
      const before = one.far.of("state").length;
      one.link.publish({ ...fullValues, ac_present: n % 2 === 1 });
      const { data } = await one.far.until("edge", () => one.far.of("state")[before]);
      expect(data["values"]).toEqual({ ac_present: n % 2 === 1 });
    }
  });
});
