// More current than the board is made for, from the battery or into the Pi: with hysteresis, and held for some samples.
import type { OutputLimits, Thresholds } from "./engine.ts";
import type { Result } from "./model.ts";
import { type Note, note, round } from "./note.ts";

export interface OvercurrentState {
  /** null before the first reading, and when too many failed: an old current is not shown as a present one. */
  readonly over: boolean | null;
  /** It was told and its end was not yet: outlives the silence of the sources, so that the events alternate. */
  readonly told: boolean;
  /** Samples in a row that would change `told`. */
  readonly held: number;
  /** Samples in a row without any current. */
  readonly failures: number;
}

export const initialOvercurrent: OvercurrentState = { over: null, told: false, held: 0, failures: 0 };

/** It is over when the current is this share of the limit: a load that hovers at it is one event. */
const clearShare = 0.9;

export interface Currents {
  /** Of the battery, either direction, mA; absent where it is not sensed or was not read. */
  readonly batteryMa?: number;
  /** Into the Pi, mA. */
  readonly outputMa?: Result<number>;
}

type Holds = Pick<Thresholds, "holdSamples" | "faultAfterFailures">;

interface Share {
  readonly what: string;
  readonly ma: number;
  readonly limitMa: number;
}

/** The current that is nearest to its limit; null when none was read or nobody says a limit. */
function worst({ batteryMa, outputMa }: Currents, limits: OutputLimits): Share | null {
  const shares: Share[] = [];
  const add = (what: string, ma: number | undefined, limitMa: number | null) => {
    if (ma !== undefined && Number.isFinite(ma) && limitMa !== null) {
      shares.push({ what, ma: Math.abs(ma), limitMa });
    }
  };
  add("Battery", batteryMa, limits.batteryMa);
  add("Output", outputMa?.ok === true ? outputMa.value : undefined, limits.outputMa);
  return shares.toSorted((a, b) => b.ma / b.limitMa - a.ma / a.limitMa)[0] ?? null;
}

function failed(state: OvercurrentState, { faultAfterFailures }: Holds): OvercurrentState {
  const failures = state.failures + 1;
  if (failures < faultAfterFailures) return { ...state, failures };
  return { ...state, over: null, held: 0, failures };
}

/** Takes the currents of one sample; failed reads prove nothing, and too many in a row are "unknown". */
export function takeOvercurrent(
  state: OvercurrentState,
  currents: Currents,
  limits: OutputLimits,
  holds: Holds,
): { readonly state: OvercurrentState; readonly notes: readonly Note[] } {
  const share = worst(currents, limits);
  if (share === null) return { state: failed(state, holds), notes: [] };
  const { what, ma, limitMa } = share;
  const { told } = state;
  const over = ma > (told ? clearShare * limitMa : limitMa);
  if (over === told) return { state: { over, told, held: 0, failures: 0 }, notes: [] };
  const held = state.held + 1;
  if (held < holds.holdSamples) return { state: { over: told, told, held, failures: 0 }, notes: [] };
  const value = round(ma / 1000, 2);
  const threshold = round(limitMa / 1000, 2);
  const made = over
    ? note("overcurrent_detected", `${what} current too high: ${value} A, limit ${threshold} A.`, {
        value,
        threshold,
        unit: "A",
      })
    : note("overcurrent_cleared", `${what} current normal again: ${value} A.`, {
        value,
        threshold,
        unit: "A",
      });
  return { state: { over, told: over, held: 0, failures: 0 }, notes: [made] };
}
