// What the agent has learned about this battery and keeps over restarts: one value of plain data with a version, small
// whatever happens, and checked when it comes back from the disk.
import { bins, type DischargeProfile } from "./profile.ts";

/** Kept by the app as it is; a newer agent that needs another form raises `version`. */
export interface LearnedBattery {
  readonly version: 1;
  readonly profile: DischargeProfile | null;
  /** Fall in the last outage, even units (percent where nothing is known of the shape) per minute. */
  readonly pace: number | null;
  /** mAh of the pack per even unit; only where the current is sensed. */
  readonly mahPerUnit: number | null;
  /** What the load took off a cell at the critical voltage, or will there by what the outage showed, mV. */
  readonly sagMv: number | null;
  /** Of one cell in series with its share of the wiring, mOhm. */
  readonly resistanceMohm: number | null;
  /** Measured capacity of the pack, mAh. */
  readonly capacityMah: number | null;
}

/** One figure that was measured, for the trend over years. */
export interface BatteryMeasurement {
  /** Unix ms. */
  readonly atMs: number;
  readonly capacityMah: number | null;
  /** Of the whole pack, mOhm. */
  readonly resistanceMohm: number | null;
  /** `outage_charge`: charge drawn between two settled points of an outage. `ac_edge`: the step of an AC edge. */
  readonly how: "outage_charge" | "ac_edge";
}

export const nothingLearned: LearnedBattery = {
  version: 1,
  profile: null,
  pace: null,
  mahPerUnit: null,
  sagMv: null,
  resistanceMohm: null,
  capacityMah: null,
};

/** Below this a figure is no figure of a battery, and dividing by it gives none either. */
const least = 1e-3;

function positive(value: unknown, most: number): number | null {
  return typeof value === "number" && value >= least && value <= most ? value : null;
}

function soundProfile(value: unknown): DischargeProfile | null {
  if (typeof value !== "object" || value === null) return null;
  const { basis, outages, worth } = value as Partial<Record<keyof DischargeProfile, unknown>>;
  if ((basis !== "minutes" && basis !== "mah") || !Array.isArray(worth) || worth.length !== bins) return null;
  const all = worth.map((one: unknown) => positive(one, 100));
  if (all.some((one, bin) => one === null && worth[bin] !== null)) return null;
  return { basis, worth: all, outages: Math.round(positive(outages, 1e6) ?? 1) };
}

/** Takes what the disk had. What cannot be is as good as never learned; null and unknown versions are nothing. */
export function soundLearned(value: unknown): LearnedBattery {
  if (typeof value !== "object" || value === null) return nothingLearned;
  const kept = value as Partial<Record<keyof LearnedBattery, unknown>>;
  if (kept.version !== 1) return nothingLearned;
  return {
    version: 1,
    profile: soundProfile(kept.profile),
    pace: positive(kept.pace, 100),
    mahPerUnit: positive(kept.mahPerUnit, 100_000),
    sagMv: positive(kept.sagMv, 2000),
    resistanceMohm: positive(kept.resistanceMohm, 2000),
    capacityMah: positive(kept.capacityMah, 10_000_000),
  };
}
