// Numbers, times and sentences: by the user's settings, in every language, and the same keys in all of them.
import { describe, expect, it } from "vitest";
import { languages, reasonWords, stringsFor } from "../../card/src/i18n/strings.ts";
import { countdown, createFormat, duration, runtime } from "../../card/src/view/format.ts";
import { nowMs } from "./support/scenario.ts";

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

describe("durations", () => {
  it.each([
    [0, "0 s"],
    [-5, "0 s"],
    [12_000, "12 s"],
    [760_000, "12 min 40 s"],
    [3_480_000, "58 min"],
    [3_600_000, "1 h"],
    [5_460_000, "1 h 31 min"],
    [5_461_000, "1 h 31 min"],
    [90_000_000, "25 h"],
  ])("%d ms is %s", (ms, text) => expect(plain(duration(ms))).toBe(text));

  it.each([
    [0.2, "< 1 min"],
    [0.6, "1 min"],
    [13.4, "13 min"],
    [59.4, "59 min"],
    [59.6, "1 h"],
    [71, "1 h 10 min"],
    [73, "1 h 15 min"],
    [300, "5 h"],
  ])("a runtime of %d minutes is about %s", (minutes, text) => expect(plain(runtime(minutes))).toBe(text));

  it.each([
    [24_000, "0:24"],
    [23_001, "0:24"],
    [1, "0:01"],
    [0, "0:00"],
    [-9000, "0:00"],
    [250_000, "4:10"],
    [3_723_000, "1:02:03"],
  ])("%d ms count down as %s", (ms, text) => expect(countdown(ms)).toBe(text));
});

describe("the user's settings", () => {
  const make = (settings: Record<string, string>, zone = "Europe/Berlin") =>
    createFormat({ language: "en", time_zone: "server", ...settings }, zone);

  it("decide on the clock and the zone", () => {
    expect(make({ time_format: "24" }).time(nowMs)).toBe("15:00");
    expect(plain(make({ time_format: "12" }).time(nowMs))).toBe("3:00 PM");
    expect(plain(make({ time_format: "language" }).time(nowMs))).toBe("3:00 PM");
    expect(make({ language: "de", time_format: "language" }).time(nowMs)).toBe("15:00");
    expect(make({ time_format: "24" }, "America/New_York").time(nowMs)).toBe("09:00");
    expect(make({ time_format: "24" }, "America/New_York").minuteOfDay(nowMs)).toBe(9 * 60);
  });

  it("decide on the numbers, apart from the language", () => {
    expect(plain(make({}).quantity(3.2, "V"))).toBe("3.20 V");
    expect(plain(make({ number_format: "decimal_comma" }).quantity(3.2, "V"))).toBe("3,20 V");
    expect(plain(make({ language: "de" }).quantity(66.5, "°C"))).toBe("66,5 °C");
    expect(plain(make({ number_format: "none" }).quantity(66.5, "°C"))).toBe("66.5 °C");
    expect(plain(make({}).percent(61.4))).toBe("61 %");
  });

  it("name days by the user's midnight", () => {
    const late = Date.parse("2026-11-23T00:30:00+01:00");
    expect(make({}).day(late, nowMs)).toBe("today");
    expect(make({}, "America/New_York").day(late, nowMs)).toBe("yesterday");
    expect(make({ language: "de" }).day(nowMs - 9 * 86_400_000, nowMs)).toBe("Samstag, 14. November");
    expect(make({ time_format: "24" }).moment(nowMs - 86_400_000, nowMs)).toBe("Sun, Nov 22, 15:00");
    expect(make({ language: "de" }).now()).toBe("jetzt");
  });

  it("spell times out for a screen reader", () => {
    expect(make({}).spoken(4_200_000)).toBe("1 hour 10 minutes");
    expect(make({ language: "de" }).spoken(30_000)).toBe("30 Sekunden");
  });

  it("count days across the change to winter time", () => {
    const format = make({});
    const before = Date.parse("2026-10-25T00:30:00+02:00");
    const after = Date.parse("2026-10-25T23:30:00+01:00");
    expect(format.dayNumber(before)).toBe(format.dayNumber(after));
    expect(format.dayNumber(after + 3_600_000)).toBe(format.dayNumber(after) + 1);
  });
});

describe("languages", () => {
  type Table = Readonly<Record<string, unknown>>;
  const shape = (table: Table): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      Object.entries(table).map(([key, value]) => [
        key,
        typeof value === "function"
          ? `function of ${value.length}`
          : typeof value === "object"
            ? shape(value as Table)
            : "text",
      ]),
    );
  const texts = (table: Table): readonly string[] =>
    Object.values(table).flatMap((value) => {
      if (typeof value === "function")
        return [String((value as (...all: unknown[]) => string)("<first>", "<second>"))];
      return typeof value === "object" ? texts(value as Table) : [String(value)];
    });

  it.each(Object.entries(languages))("%s has every text, with every argument", (_, strings) => {
    expect(shape(strings)).toEqual(shape(stringsFor("en")));
    for (const text of texts(strings)) expect(text.trim()).not.toBe("");
    const functions = Object.values(strings).filter((value) => typeof value === "function");
    for (const each of functions)
      expect(String((each as (...all: unknown[]) => string)("<first>", "<second>"))).toMatch(
        /<(first|second)>/,
      );
  });

  it("are chosen by their first part, and English stands in", () => {
    expect(stringsFor("de-CH")).toBe(languages["de"]);
    expect(stringsFor("pt-BR")).toBe(languages["en"]);
    expect(stringsFor("")).toBe(languages["en"]);
  });

  it("say outages in one and in many", () => {
    expect([0, 1, 3].map((count) => stringsFor("en").outages(count, "14 min"))).toEqual([
      "No outage",
      "1 outage, 14 min",
      "3 outages, the longest 14 min",
    ]);
  });

  it("let a reason of the future stand", () => {
    expect(reasonWords(stringsFor("de"), "requested")).toBe("angefordert");
    expect(reasonWords(stringsFor("de"), "meteor")).toBe("meteor");
    expect(reasonWords(stringsFor("de"), undefined)).toBeNull();
  });
});
