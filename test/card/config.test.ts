// The options: what works, what is filled in, and the sentence for each mistake.
import { describe, expect, it } from "vitest";
import { effectiveLayout, parseConfig } from "../../card/src/config.ts";
import { cardSize, gridOptions, isFixed } from "../../card/src/layout.ts";
import { entitySuggestion, stubConfig } from "../../card/src/suggest.ts";

const base = { type: "custom:pi-ups-card", device: "rack-pi" };

describe("the options", () => {
  it("need a device and nothing else", () => {
    expect(parseConfig(base)).toEqual({
      device: "rack-pi",
      name: null,
      layout: "auto",
      hours: 24,
      eventsLimit: 6,
      eventFilter: "all",
      blocks: ["flow", "battery", "trend", "events"],
      tapAction: { action: "more-info" },
      gridRows: null,
    });
    expect(Object.isFrozen(parseConfig(base))).toBe(true);
  });

  it("take everything, and pass over what other cards and a newer version add", () => {
    const full = {
      ...base,
      name: "UPS",
      layout: "compact",
      hours: 6,
      events_limit: 3,
      event_filter: "faults",
      blocks: ["trend"],
    };
    expect(parseConfig({ ...full, visibility: [], colour: "red" })).toMatchObject({
      name: "UPS",
      layout: "compact",
      hours: 6,
      eventFilter: "faults",
    });
  });

  it.each([
    [null, 'device" is missing'],
    [{}, 'device" is missing'],
    [{ device: "" }, 'device" is missing'],
    [{ device: 7 }, "device is 7; it must be a text."],
    [{ layout: "wide" }, 'layout is "wide"; it must be one of auto, full, compact, tile.'],
    [{ hours: 0 }, "hours is 0; it must be a whole number from 1 to 168."],
    [{ hours: "24" }, 'hours is "24"; it must be a whole number'],
    [{ events_limit: 2.5 }, "events_limit is 2.5; it must be a whole number from 1 to 100."],
    [{ event_filter: "alarm" }, "it must be one of all, power, battery, shutdown, faults."],
    [{ blocks: "trend" }, 'blocks is "trend"; it must be a list of flow, battery, trend, events.'],
    [{ blocks: ["chart"] }, 'blocks is ["chart"]'],
    [{ tap_action: "more-info" }, "tap_action is"],
    [{ name: 5 }, "name is 5; it must be a text."],
  ])("%o is refused with a sentence", (wrong, sentence) => {
    const config =
      wrong === null || Object.keys(wrong).length === 0 || "device" in wrong ? wrong : { ...base, ...wrong };
    expect(() => parseConfig(config)).toThrow(`Pi UPS card: `);
    expect(() => parseConfig(config)).toThrow(sentence);
  });
});

describe("the size", () => {
  const layoutFor = (more: object) => effectiveLayout(parseConfig({ ...base, ...more }));

  it("follows the rows that the user gave the card", () => {
    expect(layoutFor({})).toBe("full");
    expect(layoutFor({ grid_options: { columns: "full" } })).toBe("full");
    expect(layoutFor({ grid_options: { rows: "auto" } })).toBe("full");
    expect(layoutFor({ grid_options: { rows: 8 } })).toBe("full");
    expect(layoutFor({ grid_options: { rows: 3 } })).toBe("compact");
    expect(layoutFor({ grid_options: { rows: 1 } })).toBe("tile");
    expect(layoutFor({ grid_options: { rows: 1 }, layout: "full" }), "an explicit layout wins").toBe("full");
  });

  it("is told to Home Assistant in columns that sections can divide", () => {
    for (const layout of ["auto", "full", "compact", "tile"]) {
      const options = gridOptions(parseConfig({ ...base, layout }));
      expect(options.columns % 3).toBe(0);
      expect(options.min_columns).toBeLessThanOrEqual(options.columns);
    }
    expect(gridOptions(null).columns).toBe(12);
    expect(cardSize(parseConfig({ ...base, layout: "tile" }))).toBe(1);
    expect(cardSize(parseConfig(base))).toBeGreaterThan(
      cardSize(parseConfig({ ...base, blocks: ["battery"] })),
    );
  });

  it("is fixed only where the grid gives a number of rows", () => {
    const dragged = parseConfig({ ...base, grid_options: { rows: 5 } });
    expect(isFixed(dragged, "grid")).toBe(true);
    expect(isFixed(dragged, "panel")).toBe(false);
    expect(isFixed(parseConfig(base), "grid")).toBe(false);
    expect(isFixed(parseConfig({ ...base, layout: "tile" }), "grid")).toBe(true);
  });
});

describe("being found", () => {
  const entities = {
    "light.kitchen": { entity_id: "light.kitchen", platform: "hue", device_id: "d0" },
    "sensor.ups": { entity_id: "sensor.ups", platform: "pi_ups", device_id: "d1" },
  };

  it("suggests itself for its own entities only", () => {
    expect(entitySuggestion({ entities }, "sensor.ups")).toEqual({
      config: { type: "custom:pi-ups-card", device: "d1" },
    });
    expect(entitySuggestion({ entities }, "light.kitchen")).toBeNull();
    expect(entitySuggestion({ entities }, "light.gone")).toBeNull();
  });

  it("begins with the first UPS, or with the demo", () => {
    expect(stubConfig({ entities })).toEqual({ device: "d1" });
    expect(stubConfig({ entities: {} })).toEqual({ device: "demo" });
  });
});
