// More current than the board is made for, from the battery or into the Pi: with hysteresis, and held for some samples.
import type { OutputLimits } from "./engine.ts";
import type { Result } from "./model.ts";
import { type Note, note, round } from "./note.ts";

export interface OvercurrentState {
  /** null before the first reading. */
  readonly over: boolean | null;
  /** Samples in a row that would change `over`. */
  readonly held: number;
}

export const initialOvercurrent: OvercurrentState = { over: null, held: 0 };

/** It is over when the current is this share of the limit: a load that hovers at it is one event. */
const clearShare = 0.9;

export interface Currents {
  /** Of the battery, either direction, mA; absent where it is not sensed or was not read. */
  readonly batteryMa?: number;
  /** Into the Pi, mA. */
  readonly outputMa?: Result<number>;
}

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

/** Takes the currents of one sample; failed reads prove nothing. */
export function takeOvercurrent(
  state: OvercurrentState,
  currents: Currents,
  limits: OutputLimits,
  holdSamples: number,
): { readonly state: OvercurrentState; readonly notes: readonly Note[] } {
  const share = worst(currents, limits);
  if (share === null) return { state, notes: [] };
  const { what, ma, limitMa } = share;
  const over = state.over === true ? ma > clearShare * limitMa : ma > limitMa;
  if (over === (state.over ?? false)) return { state: { over, held: 0 }, notes: [] };
  const held = state.held + 1;
  if (held < holdSamples) return { state: { over: state.over ?? false, held }, notes: [] };
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
  return { state: { over, held: 0 }, notes: [made] };
}
