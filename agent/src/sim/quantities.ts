// How people write quantities: "12W", "15%", "10s", "2 min", "70". Used by `pi-ups sim`, by scenarios and by whoever
// reads such words from a person. A bad one gives a sentence with what was found and what is expected.
import type { ReadFailure, Result } from "../core/model.ts";

interface Unit {
  /** Lower case spellings. */
  readonly names: readonly string[];
  /** The written number times this is the value. */
  readonly factor: number;
}

interface Quantity {
  /** What it is, for the sentence: "a load". */
  readonly what: string;
  readonly examples: string;
  readonly units: readonly Unit[];
  /** Limits of the value, and how they are written for people. */
  readonly lowest: number;
  readonly highest: number;
  readonly range: string;
}

/** Something that a person wrote, from a word of a command line or a value of a YAML file. */
export type Written = unknown;

function show(written: Written): string {
  if (typeof written === "string") return `"${written}"`;
  return written === undefined ? "nothing" : (JSON.stringify(written) ?? String(written));
}

function bad(quantity: Quantity, written: Written, why: string): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_BAD_QUANTITY",
    message: `${show(written)} is not ${quantity.what}: ${why}. Expected is something like ${quantity.examples}.`,
  };
}

const numberAndUnit = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*([^\d\s].*)?$/;

function parse(quantity: Quantity, written: Written): Result<number> {
  if (typeof written !== "string" && typeof written !== "number") {
    return bad(quantity, written, "it is neither a number nor a text");
  }
  const text = String(written).trim().replace("−", "-");
  if (/^[+-]?\d+,\d+/.test(text)) {
    return bad(quantity, written, "decimals are written with a point, not with a comma");
  }
  const match = numberAndUnit.exec(text);
  if (match === null) return bad(quantity, written, "it does not begin with a number");
  const unitText = (match[2] ?? "").trim().toLowerCase();
  const unit = quantity.units.find(({ names }) => names.includes(unitText));
  if (unit === undefined) return bad(quantity, written, `the unit "${match[2]}" is not known here`);
  const value = Number(match[1]) * unit.factor;
  if (!(value >= quantity.lowest && value <= quantity.highest)) {
    return bad(quantity, written, `it must be ${quantity.range}`);
  }
  return { ok: true, value };
}

const rail: Quantity = {
  what: "a voltage of the 5 V rail",
  examples: '"4.6V" or "5.1"',
  units: [
    { names: ["", "v", "volt", "volts"], factor: 1 },
    { names: ["mv"], factor: 0.001 },
  ],
  lowest: 0,
  highest: 6,
  range: "0 V to 6 V",
};

const load: Quantity = {
  what: "a load",
  examples: "12W or 4.5 W",
  units: [
    { names: ["", "w", "watt", "watts"], factor: 1 },
    { names: ["mw"], factor: 0.001 },
  ],
  lowest: 0,
  highest: 100,
  range: "from 0 to 100 W",
};

const percent: Quantity = {
  what: "a charge",
  examples: "15% or 80",
  units: [{ names: ["", "%", "percent", "pct"], factor: 1 }],
  lowest: 0,
  highest: 100,
  range: "from 0 to 100 %",
};

const temperature: Quantity = {
  what: "a temperature",
  examples: "70 or 65.5 °C",
  units: [{ names: ["", "c", "°c", "°", "celsius"], factor: 1 }],
  lowest: -40,
  highest: 125,
  range: "from -40 to 125 °C",
};

const speed: Quantity = {
  what: "a time factor",
  examples: "60 or 1x",
  units: [{ names: ["", "x", "×"], factor: 1 }],
  lowest: 0.01,
  highest: 10_000,
  range: "from 0.01 to 10000",
};

const durationUnits: readonly Unit[] = [
  { names: ["ms"], factor: 1 },
  { names: ["", "s", "sec", "second", "seconds"], factor: 1000 },
  { names: ["m", "min", "minute", "minutes"], factor: 60_000 },
  { names: ["h", "hour", "hours"], factor: 3_600_000 },
  { names: ["d", "day", "days"], factor: 86_400_000 },
];

const duration: Quantity = {
  what: "a duration",
  examples: "10s, 2 min or 1h",
  units: durationUnits,
  lowest: 0,
  highest: 365 * 86_400_000,
  range: "from 0 s to 365 days",
};

/** Watts, 0-100. A bare number is watts. Code of a refusal: `PI_UPS_BAD_QUANTITY`, as for all of these. */
export function parseWatts(written: Written): Result<number> {
  return parse(load, written);
}

/** Volts of the 5 V rail, 0-6. A bare number is volts. */
export function parseVolts(written: Written): Result<number> {
  return parse(rail, written);
}

/** Percent, 0-100. */
export function parsePercent(written: Written): Result<number> {
  return parse(percent, written);
}

/** Degrees Celsius, -40 to 125. */
export function parseCelsius(written: Written): Result<number> {
  return parse(temperature, written);
}

/** Time factor, 0.01-10000. */
export function parseFactor(written: Written): Result<number> {
  return parse(speed, written);
}

/** Milliseconds, up to 365 days. A bare number is seconds; parts add up: "1h 30 min". */
export function parseDurationMs(written: Written): Result<number> {
  const parts = typeof written === "string" ? written.trim().match(/\d+(?:\.\d*)?\s*[a-z]+/gi) : null;
  if (
    parts === null ||
    parts.length < 2 ||
    parts.join("") !==
      String(written)
        .replaceAll(/\s+(?=\d)/g, "")
        .trim()
  ) {
    return parse(duration, written);
  }
  let sumMs = 0;
  for (const part of parts) {
    const partMs = parse(duration, part);
    if (!partMs.ok) return bad(duration, written, `"${part}" is not one`);
    sumMs += partMs.value;
  }
  return { ok: true, value: sumMs };
}

/** on/off and their like; YAML's own true and false too, because some YAML readers turn `off` into false. */
export function parseOnOff(written: Written): Result<boolean> {
  const word = typeof written === "string" ? written.trim().toLowerCase() : written;
  if (word === true || word === "on" || word === "yes" || word === "true") return { ok: true, value: true };
  if (word === false || word === "off" || word === "no" || word === "false")
    return { ok: true, value: false };
  return {
    ok: false,
    code: "PI_UPS_BAD_QUANTITY",
    message: `${show(written)} is neither on nor off. Expected is on or off.`,
  };
}
