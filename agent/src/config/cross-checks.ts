// Settings that are right alone and wrong together. Each sentence names both, and where both stand.
import type { LocalProblem, Position } from "./problem.ts";
import type { RawConfig } from "./schema.ts";

/** Where a path stands in the file; null when its value is the default. */
export type PositionOf = (path: string) => Position | null;

/** Limits that always have a value. */
type Limit = Exclude<keyof RawConfig["thresholds"], "overcurrent_a">;

interface Relation {
  readonly smaller: Limit;
  readonly larger: Limit;
  readonly why: string;
}

const thresholdRelations: readonly Relation[] = [
  {
    smaller: "critical_percent",
    larger: "low_percent",
    why: "the warning must come before the shutdown",
  },
  {
    smaller: "critical_cell_v",
    larger: "low_cell_v",
    why: "the warning must come before the shutdown",
  },
  {
    smaller: "rail_low_v",
    larger: "rail_normal_v",
    why: "otherwise the two events would chase each other",
  },
  {
    smaller: "temperature_normal_c",
    larger: "temperature_high_c",
    why: "otherwise the two events would chase each other",
  },
];

/** A value and where it stands; the place is left out where the sentence begins with it. */
function standing(value: number, at: Position | null, said: Position | null = null): string {
  if (at === null) return `${value} (the default)`;
  return at === said ? String(value) : `${value} (line ${at.line}, column ${at.column})`;
}

function later(a: Position | null, b: Position | null): Position | null {
  if (a === null || b === null) return a ?? b;
  return a.line > b.line || (a.line === b.line && a.column > b.column) ? a : b;
}

function checkRelation(raw: RawConfig, positionOf: PositionOf, relation: Relation): LocalProblem | null {
  const { smaller, larger, why } = relation;
  const [low, high] = [raw.thresholds[smaller], raw.thresholds[larger]];
  if (low < high) return null;
  const [lowAt, highAt] = [positionOf(`thresholds.${smaller}`), positionOf(`thresholds.${larger}`)];
  const at = later(lowAt, highAt);
  return {
    at,
    path: `thresholds.${smaller}`,
    found: standing(low, lowAt, at),
    expected: `less than thresholds.${larger}, which is ${standing(high, highAt)}`,
    mend: `Lower ${smaller} or raise ${larger}: ${why}.`,
  };
}

interface Reachable {
  readonly base: "low_percent" | "low_cell_v";
  readonly above: "recovered_percent_above" | "recovered_cell_v_above";
  readonly top: number;
  readonly topWords: string;
}

/** A full cell of Li-ion rests at 4.1 to 4.2 V; 4.2 is its charger's end. */
const reachable: readonly Reachable[] = [
  { base: "low_percent", above: "recovered_percent_above", top: 100, topWords: "100 %" },
  { base: "low_cell_v", above: "recovered_cell_v_above", top: 4.2, topWords: "4.2 V" },
];

function checkReachable(raw: RawConfig, positionOf: PositionOf, limit: Reachable): LocalProblem | null {
  const [base, above] = [raw.thresholds[limit.base], raw.thresholds[limit.above]];
  if (base + above <= limit.top + 1e-9) return null;
  const [baseAt, aboveAt] = [positionOf(`thresholds.${limit.base}`), positionOf(`thresholds.${limit.above}`)];
  const at = later(baseAt, aboveAt);
  return {
    at,
    path: `thresholds.${limit.above}`,
    found: standing(above, aboveAt, at),
    expected: `at most ${limit.topWords} together with thresholds.${limit.base}, which is ${standing(base, baseAt)}`,
    mend: "Lower one of the two: otherwise the battery could never count as recovered.",
  };
}

/** A window that is no window. Both ends are compared as they count, the default included. */
function checkCharge(raw: RawConfig, positionOf: PositionOf): readonly LocalProblem[] {
  const { start_percent: start, stop_percent: stop } = raw.charge;
  if (start === undefined || start < stop) return [];
  const [startAt, stopAt] = [positionOf("charge.start_percent"), positionOf("charge.stop_percent")];
  const at = later(startAt, stopAt);
  return [
    {
      at,
      path: "charge.start_percent",
      found: standing(start, startAt, at),
      expected: `less than charge.stop_percent, which is ${standing(stop, stopAt)}`,
      mend: "Lower start_percent or raise stop_percent: charging must stop before it can start again.",
    },
  ];
}

/**
 * Contradictions between settings.
 * @param isSound false for a path whose own value is wrong already: it is not compared with anything
 */
export function crossCheck(
  raw: RawConfig,
  positionOf: PositionOf,
  isSound: (path: string) => boolean,
): readonly LocalProblem[] {
  const sound = (...keys: readonly string[]) => keys.every((key) => isSound(`thresholds.${key}`));
  return [
    ...thresholdRelations
      .filter(({ smaller, larger }) => sound(smaller, larger))
      .map((relation) => checkRelation(raw, positionOf, relation)),
    ...reachable
      .filter(({ base, above }) => sound(base, above))
      .map((limit) => checkReachable(raw, positionOf, limit)),
    ...(isSound("charge.start_percent") && isSound("charge.stop_percent")
      ? checkCharge(raw, positionOf)
      : []),
  ].filter((problem) => problem !== null);
}
