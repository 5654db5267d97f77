// The learned discharge profile: how much time, or charge where the current is known, each twentieth of the gauge's
// percent was worth in earlier outages. Gauges are not linear (an X1206 lost its upper half in 4.2 h and the next forty
// points in 1.7 h; mor-lock/x120x-dkms: docs/battery-profiles.md), and this makes them so.

/** What a percent is measured in: minutes at a steady load, or mAh where the current is sensed. */
export type Basis = "minutes" | "mah";

export interface DischargeProfile {
  readonly basis: Basis;
  /** Worth of a percent in each bin of `binPct`, from empty to full; the mean of the known ones is 1. null: never seen. */
  readonly worth: readonly (number | null)[];
  /** Outages that it was learned from. */
  readonly outages: number;
}

/** What the running outage has shown so far. */
export interface ProfileRun {
  readonly basis: Basis;
  readonly fromPct: number;
  /** Lowest percent that has been counted. */
  readonly lowPct: number;
  /** Minutes and mAh until `lowPct` was reached; mAh 0 where the current is not known. */
  readonly minutes: number;
  readonly mah: number;
  readonly effort: readonly number[];
  readonly seenPct: readonly number[];
  /** What passed since `lowPct` was reached. */
  readonly pending: Passed;
}

/** What passed between two readings. */
export interface Passed {
  readonly minutes: number;
  readonly mah: number;
}

export const binPct = 5;
export const bins = 100 / binPct;
/** A fall that is shorter says nothing about the shape. */
export const leastFallPct = 30;
/** Of a bin so much must have been seen. */
const leastSeenPct = 3;
/** Smaller moves are the gauge's noise. */
const stepPct = 0.25;
/** A new outage counts as much as all before it: cells age, and loads change. */
const newPart = 0.5;
/** A bin is not believed to be further off the mean than this. */
const worthRange = { min: 0.1, max: 10 } as const;

export function beginRun(basis: Basis, chargePct: number): ProfileRun {
  const pct = Math.max(0, Math.min(100, chargePct));
  const none = Array.from({ length: bins }, () => 0);
  const pending = { minutes: 0, mah: 0 };
  return { basis, fromPct: pct, lowPct: pct, minutes: 0, mah: 0, effort: none, seenPct: none, pending };
}

/** How much of a bin lies between two percents. */
function overlap(bin: number, lowPct: number, highPct: number): number {
  return Math.max(0, Math.min(highPct, (bin + 1) * binPct) - Math.max(lowPct, bin * binPct));
}

/** Adds what passed and the percent that it led to. */
export function addToRun(run: ProfileRun, passed: Passed, chargePct: number): ProfileRun {
  const pct = Math.max(0, Math.min(100, chargePct));
  const pending = { minutes: run.pending.minutes + passed.minutes, mah: run.pending.mah + passed.mah };
  const fall = run.lowPct - pct;
  if (fall < stepPct) return { ...run, pending };
  const effort = run.basis === "mah" ? pending.mah : pending.minutes;
  return {
    ...run,
    lowPct: pct,
    minutes: run.minutes + pending.minutes,
    mah: run.mah + pending.mah,
    pending: { minutes: 0, mah: 0 },
    effort: run.effort.map((sum, bin) => sum + (effort * overlap(bin, pct, run.lowPct)) / fall),
    seenPct: run.seenPct.map((sum, bin) => sum + overlap(bin, pct, run.lowPct)),
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : sumOf(known) / known.length;
}

function scaled(worth: readonly (number | null)[], factor: number): readonly (number | null)[] {
  const { min, max } = worthRange;
  return worth.map((value) => (value === null ? null : Math.max(min, Math.min(max, value * factor))));
}

function blend(before: readonly (number | null)[], now: readonly (number | null)[]): (number | null)[] {
  const common = now.map((value, bin) => (before[bin] === null ? null : value));
  const [old, fresh] = [meanOf(before.map((v, bin) => (now[bin] === null ? null : v))), meanOf(common)];
  // The two know different parts: the new one is brought to the level of the old one where both know.
  const factor = old === null || fresh === null || fresh === 0 ? 1 : old / fresh;
  return now.map((value, bin) => {
    const past = before[bin] ?? null;
    if (value === null || past === null) return value === null ? past : value * factor;
    return past + (value * factor - past) * newPart;
  });
}

/** The profile with what this outage showed; unchanged when that was too little. */
export function learn(profile: DischargeProfile | null, run: ProfileRun | null): DischargeProfile | null {
  if (run === null || sumOf(run.seenPct) < leastFallPct) return profile;
  const seen = run.seenPct.map((pct, bin) => (pct < leastSeenPct ? null : (run.effort[bin] ?? 0) / pct));
  const level = meanOf(seen);
  if (level === null || !(level > 0)) return profile;
  const now = scaled(seen, 1 / level);
  const known = profile !== null && profile.basis === run.basis ? profile : null;
  const merged = known === null ? now : blend(known.worth, now);
  return {
    basis: run.basis,
    worth: scaled(merged, 1 / (meanOf(merged) ?? 1)),
    outages: (known?.outages ?? 0) + 1,
  };
}

/**
 * A percent on a scale on which the battery falls evenly: the worth of everything below it. Without a profile, and where
 * a bin was never seen, a percent is worth 1.
 */
export function evenUnits(profile: DischargeProfile | null, chargePct: number): number {
  const pct = Math.max(0, Math.min(100, chargePct));
  if (profile === null) return pct;
  return sumOf(profile.worth.map((worth, bin) => (worth ?? 1) * overlap(bin, 0, pct)));
}

/** Part of the range between two percents that the profile has seen, 0-1. */
export function coverage(profile: DischargeProfile | null, lowPct: number, highPct: number): number {
  if (profile === null || highPct <= lowPct) return 0;
  const seen = profile.worth.map((worth, bin) => (worth === null ? 0 : overlap(bin, lowPct, highPct)));
  return sumOf(seen) / (highPct - lowPct);
}
