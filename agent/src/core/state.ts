// The core's whole state: one value, made of the states of its parts. Nothing in it is derived from the rest.
import { initialLevels, type LevelState } from "./battery-levels.ts";
import { type ChargingState, initialCharging } from "./charging.ts";
import { type CounterState, initialCounters } from "./counters.ts";
import { type DebounceState, initialDebounce } from "./debounce.ts";
import type { Faults } from "./faults.ts";
import type { Instant } from "./model.ts";
import { type GaugeState, initialGauge } from "./plausibility.ts";
import { initialShutdown, type ShutdownPart } from "./shutdown.ts";
import { initialTemperature, type TemperatureState } from "./temperature.ts";
import { initialTrend, type Trend } from "./trend.ts";

/** What is remembered of a running outage, for the sentence at its end. */
export interface Outage {
  readonly since: Instant;
  readonly lowestPct: number | null;
  /** False when the outage began before this run (the agent started on battery, or came back after a shutdown). */
  readonly beginSeen: boolean;
}

export interface CoreState {
  /** Events of this run so far; the next id is made from it. */
  readonly recorded: number;
  readonly ac: DebounceState;
  readonly acReadFailures: number;
  readonly chargeAllowed: boolean | null;
  readonly gauge: GaugeState;
  readonly levels: LevelState;
  readonly trend: Trend;
  readonly charging: ChargingState;
  readonly temperature: TemperatureState;
  readonly faults: Faults;
  readonly outage: Outage | null;
  /** Percent per minute of the last outage that was long enough to measure. */
  readonly learnedFall: number | null;
  readonly counters: CounterState;
  readonly shutdown: ShutdownPart;
  /** `stop` was taken: nothing is recorded any more. */
  readonly stopped: boolean;
}

export const initialState: CoreState = {
  recorded: 0,
  ac: initialDebounce,
  acReadFailures: 0,
  chargeAllowed: null,
  gauge: initialGauge,
  levels: initialLevels,
  trend: initialTrend,
  charging: initialCharging,
  temperature: initialTemperature,
  faults: [],
  outage: null,
  learnedFall: null,
  counters: initialCounters,
  shutdown: initialShutdown,
  stopped: false,
};
