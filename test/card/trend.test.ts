// What the trend is made of: the window begins where knowledge begins, and the sources are put together once.
import { describe, expect, it } from "vitest";
import { makeTrend, type TrendSource } from "../../card/src/data/trend.ts";
import { event, hour, minute, nowMs } from "./support/scenario.ts";

const held = (ago: number, state: string) => ({ atMs: nowMs - ago, state });
const past = (ago: number, type: string) => ({ atMs: nowMs - ago, event: event(ago / hour, type) });

function trend(source: Partial<TrendSource>) {
  return makeTrend({
    nowMs,
    hours: 24,
    charge: [held(30 * hour, "100")],
    mains: [held(30 * hour, "on")],
    events: [],
    contact: { connected: true, lastSeenMs: nowMs },
    loading: false,
    ...source,
  });
}
const lengthOf = (source: Partial<TrendSource>) => (nowMs - trend(source).startMs) / minute;

describe("the window", () => {
  it("is as long as it was wanted when there is that much to see", () => {
    expect(lengthOf({})).toBe(24 * 60);
    expect(lengthOf({ hours: 6 })).toBe(6 * 60);
  });

  it("begins with the first thing that is known of a new UPS, and is never too short to read", () => {
    const young = { charge: [held(39 * minute, "96")], mains: [held(40 * minute, "on")] };
    expect(lengthOf(young)).toBe(40);
    expect(trend(young).bands, "nothing is hatched that never was").toEqual([]);
    expect(lengthOf({ charge: [held(minute, "96")], mains: [held(minute, "on")] })).toBe(5);
  });

  it("reaches back to events that the recorder missed", () => {
    const late = {
      charge: [held(minute, "96")],
      mains: [held(minute, "on")],
      events: [past(3 * hour, "ac_power_loss")],
    };
    expect(lengthOf(late)).toBe(180);
  });

  it("stays whole when nothing is known at all", () => {
    expect(lengthOf({ charge: [], mains: [] })).toBe(24 * 60);
    expect(trend({ charge: [], mains: [] }).bands).toMatchObject([{ kind: "unknown" }]);
  });
});

describe("its contents", () => {
  it("have no outages where the board cannot sense mains, but gaps all the same", () => {
    const charge = [held(30 * hour, "100"), held(3 * hour, "unavailable"), held(2 * hour, "90")];
    expect(trend({ charge, mains: undefined }).bands).toEqual([
      { kind: "unknown", startMs: nowMs - 3 * hour, endMs: nowMs - 2 * hour },
    ]);
  });

  it("claim nothing before the first answer", () => {
    expect(trend({ charge: [], mains: [], loading: true })).toMatchObject({
      bands: [],
      stretches: [],
      loading: true,
      live: false,
    });
  });

  it("end live only with a contact and a charge", () => {
    expect(trend({}).live).toBe(true);
    expect(trend({ charge: [held(hour, "unavailable")] }).live).toBe(false);
    expect(trend({ contact: { connected: false, lastSeenMs: nowMs - hour } }).live).toBe(false);
  });
});
