// Quantities as people write them, and the sentences for those that are none.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseCelsius,
  parseDurationMs,
  parseFactor,
  parseOnOff,
  parsePercent,
  parseWatts,
} from "../../agent/src/sim/quantities.ts";
import { parseSimCommand } from "../../agent/src/sim/sim-command.ts";

describe("good ones", () => {
  it.each([
    [parseWatts, "12W", 12],
    [parseWatts, "4.5 w", 4.5],
    [parseWatts, 7, 7],
    [parseWatts, "800mW", 0.8],
    [parsePercent, "15%", 15],
    [parsePercent, " 80 ", 80],
    [parsePercent, 0, 0],
    [parseCelsius, "70", 70],
    [parseCelsius, "-5 °C", -5],
    [parseCelsius, "65.5C", 65.5],
    [parseFactor, "60", 60],
    [parseFactor, "0.5x", 0.5],
    [parseDurationMs, "10s", 10_000],
    [parseDurationMs, "2 min", 120_000],
    [parseDurationMs, "1h", 3_600_000],
    [parseDurationMs, "250ms", 250],
    [parseDurationMs, "1h 30min", 5_400_000],
    [parseDurationMs, "1h30m", 5_400_000],
    [parseDurationMs, 90, 90_000],
    [parseOnOff, "on", true],
    [parseOnOff, "Off", false],
    [parseOnOff, false, false],
  ])("%o reads %j as %j", (parse, written, value) => {
    expect(parse(written)).toEqual({ ok: true, value });
  });

  it("reads every whole percent with any spacing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.constantFrom("", " ", "  "), (pct, space) => {
        expect(parsePercent(`${pct}${space}%`)).toEqual({ ok: true, value: pct });
      }),
    );
  });
});

describe("bad ones get a sentence", () => {
  it.each([
    [
      parseWatts,
      "twelve",
      '"twelve" is not a load: it does not begin with a number. Expected is something like 12W or 4.5 W.',
    ],
    [parseWatts, "12V", '"12V" is not a load: the unit "V" is not known here.'],
    [parseWatts, "500W", "it must be from 0 to 100 W"],
    [parseWatts, "4,5 W", "decimals are written with a point"],
    [parsePercent, "101%", "it must be from 0 to 100 %"],
    [parsePercent, "-1", "it must be from 0 to 100 %"],
    [parsePercent, undefined, "nothing is not a charge"],
    [parsePercent, Number.NaN, "not a charge"],
    [parseDurationMs, "10 parsecs", 'the unit "parsecs" is not known here'],
    [parseDurationMs, "1h nonsense 5s", "not a duration"],
    [parseDurationMs, "1h 5", "not a duration"],
    [parseFactor, "0", "it must be from 0.01 to 10000"],
    [parseCelsius, [70], "it is neither a number nor a text"],
    [parseOnOff, "maybe", '"maybe" is neither on nor off'],
  ])("%o refuses %j", (parse, written, sentence) => {
    const result = parse(written);
    expect(result).toMatchObject({ ok: false, code: "PI_UPS_BAD_QUANTITY" });
    expect(!result.ok && result.message).toContain(sentence);
  });
});

describe("commands", () => {
  it.each([
    [["ac", "off"], { kind: "ac", present: false }],
    [["load", "12W"], { kind: "load", watts: 12 }],
    [["battery", "15%"], { kind: "battery", percent: 15 }],
    [["temp", "70"], { kind: "temperature", celsius: 70 }],
    [["speed", "60"], { kind: "speed", factor: 60 }],
    [["fault", "i2c-nack"], { kind: "fault", fault: "i2c-nack", forMs: null }],
    [["fault", "gauge-stuck", "10s"], { kind: "fault", fault: "gauge-stuck", forMs: 10_000 }],
    [["clear"], { kind: "clear" }],
    [["show"], { kind: "show" }],
  ] as const)("%j", ([word, argument, forText]: readonly string[], command) => {
    expect(parseSimCommand(word ?? "", argument, forText)).toEqual({ ok: true, value: command });
  });

  it.each([
    [["plug", "out"], '"plug" is not known. Expected is one of: ac, load, battery'],
    [["ac"], "nothing is neither on nor off"],
    [["fault"], "No fault is named. Expected is one of: i2c-nack, i2c-garbage"],
    [["fault", "fire"], 'There is no fault "fire"'],
    [["fault", "i2c-nack", "soon"], '"soon" is not a duration'],
    [["ac", "off", "10s"], 'A duration cannot be given with "ac"'],
    [["clear", "all"], '"clear" stands alone'],
    [["toString"], '"toString" is not known'],
  ])("%j is refused", ([word, argument, forText]: readonly string[], sentence) => {
    const result = parseSimCommand(word ?? "", argument, forText);
    expect(!result.ok && result.message).toContain(sentence);
  });
});
