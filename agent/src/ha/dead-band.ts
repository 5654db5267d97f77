// Which values are worth telling Home Assistant: one state write there costs more than everything that we do.
// Rounding and dead band are one step with a memory (what was sent last), so that noise around a rounding edge does not flap.
import type { Value, ValueDescription, ValueKey, ValueMap } from "../protocol/values.ts";
import { values } from "../protocol/values.ts";

/**
 * `edge`: something happened, never held back. `leap`: a number moved by several bands at once, which noise does not do.
 * `drift`: a number crossed its band. `wording`: a text says the same thing in other words.
 */
export type DifferenceKind = "edge" | "leap" | "drift" | "wording";

export interface Difference {
  readonly key: ValueKey;
  readonly kind: DifferenceKind;
  /** Rounded, as it goes on the wire. */
  readonly value: Value;
}

/** A rounded number follows the measured one when that is this share of a step away; 0.5 would be plain rounding. */
const hysteresis = 0.75;
/** Bands at once that make a leap. */
const leapBands = 5;
/** Above this many minutes a runtime is told in steps of five. */
const coarseRuntimeMin = 60;

const descriptions: Readonly<Record<ValueKey, ValueDescription>> = values;

/** Resolution on the wire where it is finer than the dead band; elsewhere the dead band is the resolution. */
const fineSteps: Partial<Record<ValueKey, number>> = { battery_current_a: 0.01, battery_power_w: 0.1 };

/** The values of `next` that differ from `lastSent` beyond their dead band, rounded. Keys that `next` lacks are left alone. */
export function changed(lastSent: ValueMap, next: ValueMap): ValueMap {
  return Object.fromEntries(differences(lastSent, next).map(({ key, value }) => [key, value]));
}

/** As `changed`, with the kind of each difference. */
export function differences(lastSent: ValueMap, next: ValueMap): readonly Difference[] {
  const found: Difference[] = [];
  for (const key of Object.keys(next) as ValueKey[]) {
    const difference = compare(key, lastSent[key], next[key]);
    if (difference !== null) found.push(difference);
  }
  return found;
}

/** All values as they go on the wire: percent and degrees whole, volts with two decimals, runtime by its own steps. */
export function rounded(all: ValueMap): ValueMap {
  const out: { [K in ValueKey]?: Value } = {};
  for (const [key, value] of Object.entries(all) as [ValueKey, Value][]) out[key] = roundOne(key, value);
  return out;
}

function compare(key: ValueKey, last: Value | undefined, next: Value | undefined): Difference | null {
  if (next === undefined) return null;
  const value = roundOne(key, next);
  if (last === value) return null;
  if (typeof last === "number" && typeof value === "number" && typeof next === "number") {
    return compareNumbers(key, last, next, value);
  }
  const wording = descriptions[key].kind === "text" && typeof last === "string" && typeof value === "string";
  return { key, kind: wording ? "wording" : "edge", value };
}

function compareNumbers(key: ValueKey, last: number, raw: number, value: number): Difference | null {
  const distance = Math.abs(raw - last);
  const step = stepOf(key, Math.max(raw, last));
  const band = descriptions[key].deadBand || step;
  const enough = band > step ? band : band * hysteresis;
  if (distance < enough) return null;
  return { key, kind: distance >= leapBands * band ? "leap" : "drift", value };
}

function roundOne(key: ValueKey, value: Value): Value {
  if (typeof value !== "number") return value;
  if (!Number.isFinite(value)) return null;
  const step = stepOf(key, value);
  const decimals = step >= 1 ? 0 : Math.ceil(-Math.log10(step));
  return Number((Math.round(value / step) * step).toFixed(decimals)) + 0;
}

function stepOf(key: ValueKey, value: number): number {
  if (key === "runtime_min") return value > coarseRuntimeMin ? 5 : 1;
  return fineSteps[key] ?? descriptions[key].deadBand ?? 1;
}
