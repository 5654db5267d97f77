// The trend's geometry: fewer points without a lost dip, gaps that stay gaps, bands that stay visible, round hours.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ticks } from "../../card/src/chart/axis.ts";
import { placeBands } from "../../card/src/chart/bands.ts";
import { moveCursor, readingAt, type TrendData } from "../../card/src/chart/cursor.ts";
import { downsample } from "../../card/src/chart/downsample.ts";
import { areaPath, linePath, toStretches } from "../../card/src/chart/path.ts";
import { timeAt, xOf, yOf } from "../../card/src/chart/scale.ts";
import { createFormat } from "../../card/src/view/format.ts";

const minute = 60_000;
const hour = 60 * minute;
const scale = { startMs: 0, endMs: 100 * minute, width: 200, height: 50 };

describe("down-sampling", () => {
  const points = fc
    .array(fc.record({ atMs: fc.nat(1_000_000), pct: fc.integer({ min: 0, max: 100 }) }), { maxLength: 300 })
    .map((all) => all.sort((a, b) => a.atMs - b.atMs));

  it("keeps the ends, the lowest and the highest, in order, and at most four in a bucket", () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1000, max: 200_000 }), (all, bucketMs) => {
        const kept = downsample(all, bucketMs);
        const pcts = (list: typeof all) => list.map((point) => point.pct);
        expect(kept.at(0)).toEqual(all.at(0));
        expect(kept.at(-1)).toEqual(all.at(-1));
        expect(Math.min(...pcts([...kept]))).toBe(Math.min(...pcts(all)));
        expect(Math.max(...pcts([...kept]))).toBe(Math.max(...pcts(all)));
        expect(kept.every((point, index) => index === 0 || (kept[index - 1]?.atMs ?? 0) <= point.atMs)).toBe(
          true,
        );
        expect(kept.length).toBeLessThanOrEqual(4 * (Math.floor(1_000_000 / bucketMs) + 1));
      }),
    );
  });

  it("leaves few points alone", () => {
    const few = [
      { atMs: 0, pct: 1 },
      { atMs: 1, pct: 2 },
    ];
    expect(downsample(few, 1000)).toEqual(few);
    expect(downsample(few, 0)).toBe(few);
  });
});

describe("the line", () => {
  it("breaks where the charge was not known", () => {
    const samples = [
      { atMs: 0, pct: 90 },
      { atMs: minute, pct: null },
      { atMs: 2 * minute, pct: 80 },
    ];
    expect(toStretches(samples, 3 * minute)).toEqual([
      [
        { atMs: 0, pct: 90 },
        { atMs: minute, pct: 90 },
      ],
      [
        { atMs: 2 * minute, pct: 80 },
        { atMs: 3 * minute, pct: 80 },
      ],
    ]);
    expect(toStretches([{ atMs: 0, pct: null }], hour)).toEqual([]);
    expect(linePath([], scale)).toBe("");
  });

  it("stays level until a change, instead of sloping for hours", () => {
    const [points] = toStretches(
      [
        { atMs: 0, pct: 96 },
        { atMs: 5 * hour, pct: 91 },
      ],
      5 * hour,
    );
    expect(points).toEqual([
      { atMs: 0, pct: 96 },
      { atMs: 5 * hour - minute, pct: 96 },
      { atMs: 5 * hour, pct: 91 },
    ]);
  });

  it("leaves out what a server ahead of us dates into the future", () => {
    expect(
      toStretches(
        [
          { atMs: 0, pct: 96 },
          { atMs: 2 * hour, pct: 10 },
        ],
        hour,
      ),
    ).toEqual([
      [
        { atMs: 0, pct: 96 },
        { atMs: hour, pct: 96 },
      ],
    ]);
  });

  it("is drawn on an axis from 0 to 100", () => {
    const stretches = toStretches(
      [
        { atMs: 0, pct: 100 },
        { atMs: 10 * minute, pct: 50 },
      ],
      100 * minute,
    );
    expect(linePath(stretches, scale)).toBe("M0 0L20 25L200 25");
    expect(areaPath(stretches, scale)).toBe("M0 0L20 25L200 25V50H0Z");
  });

  it("goes from pixels to time and back", () => {
    expect(timeAt(scale, xOf(scale, 25 * minute))).toBe(25 * minute);
    expect([timeAt(scale, -50), timeAt(scale, 999)]).toEqual([0, 100 * minute]);
    expect(timeAt({ ...scale, width: 0 }, 5)).toBe(0);
    expect(yOf(scale, 0)).toBe(50);
  });
});

describe("bands", () => {
  it("are never thinner than two pixels for an outage, and stay inside", () => {
    const end = 100 * minute;
    const [begin, last] = placeBands(
      [
        { kind: "outage", startMs: 0, endMs: 5000 },
        { kind: "outage", startMs: end - 1000, endMs: end },
      ],
      scale,
    );
    expect(begin).toEqual({ kind: "outage", x: 0, width: 2 });
    expect(last).toEqual({ kind: "outage", x: 198, width: 2 });
  });

  it("leave out a blind spell too short to see", () => {
    expect(placeBands([{ kind: "unknown", startMs: 0, endMs: 20_000 }], scale)).toEqual([]);
    expect(placeBands([{ kind: "unknown", startMs: 0, endMs: 10 * minute }], scale)).toHaveLength(1);
  });
});

describe("the time axis", () => {
  const berlin = createFormat({ language: "en", time_format: "24", time_zone: "server" }, "Europe/Berlin");
  const kathmandu = createFormat(
    { language: "en", time_format: "24", time_zone: "server" },
    "Asia/Kathmandu",
  );
  const endMs = Date.parse("2026-11-23T15:10:00+01:00");
  const day = { startMs: endMs - 24 * hour, endMs, width: 430, height: 90 };
  const labels = (at: typeof day, format = berlin) => ticks(at, format).map((tick) => tick.label);

  it("stands at round hours of the user's zone, with room for each", () => {
    expect(labels(day)).toEqual(["18:00", "00:00", "06:00", "12:00"]);
    expect(labels({ ...day, width: 900 })).toEqual(
      [
        "16:00",
        "18:00",
        "20:00",
        "22:00",
        "00:00",
        "02:00",
        "04:00",
        "06:00",
        "08:00",
        "10:00",
        "12:00",
        "14:00",
      ].slice(0, 11),
    );
    expect(labels(day, kathmandu), "a zone that is 45 minutes off").toEqual(["00:00", "06:00", "12:00"]);
  });

  it("stands at round minutes in a short window", () => {
    expect(labels({ ...day, startMs: endMs - 40 * minute })).toEqual(["14:40", "14:50", "15:00"]);
  });

  it("has fewer labels in a narrow card, and none without room", () => {
    expect(labels({ ...day, width: 228 })).toEqual(["18:00", "00:00", "06:00"]);
    expect(labels({ ...day, width: 0 })).toEqual([]);
  });

  it("never lets labels touch, at any width, window and zone", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 150, max: 1600 }),
        fc.integer({ min: 1, max: 168 }),
        fc.constantFrom(berlin, kathmandu),
        (width, hours, format) => {
          const all = ticks({ startMs: endMs - hours * hour, endMs, width, height: 90 }, format);
          for (const [index, tick] of all.entries()) {
            expect(tick.x).toBeLessThanOrEqual(width - 44);
            const next = all[index + 1];
            if (next !== undefined) expect(next.x - tick.x).toBeGreaterThan(40);
          }
        },
      ),
    );
  });
});

describe("the cursor", () => {
  const data: TrendData = {
    startMs: 0,
    endMs: 96 * minute,
    stretches: [
      [
        { atMs: 0, pct: 100 },
        { atMs: 10 * minute, pct: 80 },
      ],
      [
        { atMs: 50 * minute, pct: 60 },
        { atMs: 96 * minute, pct: 60 },
      ],
    ],
    bands: [
      { kind: "outage", startMs: 0, endMs: 10 * minute },
      { kind: "unknown", startMs: 10 * minute, endMs: 50 * minute },
    ],
    live: true,
    loading: false,
  };

  it("reads the line where it is drawn, and nothing in a gap", () => {
    expect(readingAt(data, 5 * minute)).toEqual({ atMs: 5 * minute, pct: 90, band: data.bands[0] });
    expect(readingAt(data, 30 * minute)).toEqual({ atMs: 30 * minute, pct: null, band: data.bands[1] });
    expect(readingAt(data, 96 * minute).pct).toBe(60);
  });

  it("is moved by keys and stays in the window", () => {
    expect(moveCursor(data, null, "ArrowLeft")).toBe(95 * minute);
    expect(moveCursor(data, 95 * minute, "ArrowRight")).toBe(96 * minute);
    expect(moveCursor(data, 96 * minute, "ArrowRight")).toBe(96 * minute);
    expect(moveCursor(data, 50 * minute, "PageDown")).toBe(42 * minute);
    expect(moveCursor(data, 50 * minute, "Home")).toBe(0);
    expect(moveCursor(data, 0, "End")).toBe(96 * minute);
    expect(moveCursor(data, 0, "Escape")).toBeNull();
    expect(moveCursor(data, 0, "Tab")).toBeUndefined();
  });
});
