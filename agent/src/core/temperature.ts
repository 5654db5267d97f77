// High and normal temperature, with hysteresis and held for some samples.
import type { Thresholds } from "./engine.ts";
import type { Result } from "./model.ts";
import { type Note, note, round } from "./note.ts";

export interface TemperatureState {
  /** null before the first reading, and when too many failed: an old temperature is not shown as a present one. */
  readonly lastC: number | null;
  readonly high: boolean;
  /** Samples in a row beyond the limit that would change `high`. */
  readonly held: number;
  /** Failed or impossible readings in a row. */
  readonly failures: number;
}

export const initialTemperature: TemperatureState = { lastC: null, high: false, held: 0, failures: 0 };

/** Outside of this a thermometer of a Pi or a HAT has been misread. */
const possibleC = { min: -40, max: 125 } as const;

function failed(state: TemperatureState, limits: Thresholds): TemperatureState {
  const failures = state.failures + 1;
  const forgotten = failures >= limits.faultAfterFailures;
  return { ...state, lastC: forgotten ? null : state.lastC, held: 0, failures };
}

/** Takes one reading in degrees Celsius; a failed or impossible one proves nothing. */
export function takeTemperature(
  state: TemperatureState,
  read: Result<number>,
  limits: Thresholds,
): { readonly state: TemperatureState; readonly notes: readonly Note[] } {
  if (!read.ok || !(read.value >= possibleC.min && read.value <= possibleC.max)) {
    return { state: failed(state, limits), notes: [] };
  }
  const celsius = read.value;
  const beyond = state.high ? celsius < limits.temperatureNormalC : celsius >= limits.temperatureHighC;
  const held = beyond ? state.held + 1 : 0;
  if (held < limits.holdSamples) {
    return { state: { ...state, lastC: celsius, held, failures: 0 }, notes: [] };
  }
  const high = !state.high;
  const value = round(celsius, 1);
  const threshold = high ? limits.temperatureHighC : limits.temperatureNormalC;
  const text = high
    ? `Temperature high: ${value} °C, limit ${threshold} °C.`
    : `Temperature normal again: ${value} °C, below ${threshold} °C.`;
  return {
    state: { lastC: celsius, high, held: 0, failures: 0 },
    notes: [note(high ? "temperature_high" : "temperature_normal", text, { value, threshold, unit: "°C" })],
  };
}
