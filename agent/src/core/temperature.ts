// High and normal temperature, with hysteresis and held for some samples.
import type { Thresholds } from "./engine.ts";
import { type Note, note, round } from "./note.ts";

export interface TemperatureState {
  readonly lastC: number | null;
  readonly high: boolean;
  /** Samples in a row beyond the limit that would change `high`. */
  readonly held: number;
}

export const initialTemperature: TemperatureState = { lastC: null, high: false, held: 0 };

/** Outside of this a thermometer of a Pi or a HAT has been misread. */
const possibleC = { min: -40, max: 125 } as const;

/** Takes one reading in degrees Celsius; an impossible one is passed over. */
export function takeTemperature(
  state: TemperatureState,
  celsius: number,
  limits: Thresholds,
): { readonly state: TemperatureState; readonly notes: readonly Note[] } {
  if (!(celsius >= possibleC.min && celsius <= possibleC.max)) return { state, notes: [] };
  const beyond = state.high ? celsius < limits.temperatureNormalC : celsius >= limits.temperatureHighC;
  const held = beyond ? state.held + 1 : 0;
  if (held < limits.holdSamples) return { state: { ...state, lastC: celsius, held }, notes: [] };
  const high = !state.high;
  const value = round(celsius, 1);
  const threshold = high ? limits.temperatureHighC : limits.temperatureNormalC;
  const text = high
    ? `Temperature high: ${value} °C, limit ${threshold} °C.`
    : `Temperature normal again: ${value} °C, below ${threshold} °C.`;
  return {
    state: { lastC: celsius, high, held: 0 },
    notes: [note(high ? "temperature_high" : "temperature_normal", text, { value, threshold, unit: "°C" })],
  };
}
