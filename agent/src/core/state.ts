// The core's whole state: one value of plain data, made of the states of its parts. Nothing in it is derived from the rest.
import { initialLevels, type LevelState } from "./battery-levels.ts";
import { type BoardFaultState, initialBoardFaults } from "./board-faults.ts";
import { type ChargeStatus, initialChargeStatus } from "./charge-status.ts";
import { initialWindow, type WindowState } from "./charge-window.ts";
import { type ChargingState, initialCharging } from "./charging.ts";
import { type CounterState, initialCounters } from "./counters.ts";
import { type DebounceState, initialDebounce } from "./debounce.ts";
import type { Faults } from "./faults.ts";
import { type FlapState, initialFlap } from "./flapping.ts";
import { initialLearning, type LearningState } from "./learning.ts";
import type { BoardFigure, Instant } from "./model.ts";
import type { OutputCurrent } from "./output-current.ts";
import { initialOvercurrent, type OvercurrentState } from "./overcurrent.ts";
import { type GaugeState, initialGauge } from "./plausibility.ts";
import { initialRail, type RailState } from "./rail.ts";
import { initialRuntime, type RuntimeState } from "./runtime.ts";
import { initialShutdown, type ShutdownPart } from "./shutdown.ts";
import { initialSoc, type SocState } from "./soc.ts";
import { initialTemperature, type TemperatureState } from "./temperature.ts";
import { initialTrend, type Trend } from "./trend.ts";

/** What is remembered of a running outage, for the sentence at its end. */
export interface Outage {
  /** Where the beginning is known from. */
  readonly begun:
    | { readonly kind: "seen"; readonly edgeAt: Instant }
    /** Mains was lost already when this run began; nobody knows since when. */
    | { readonly kind: "found"; readonly at: Instant }
    /** It began in an earlier run; `wallMs` is null when only its end by a power-off is known. */
    | { readonly kind: "earlier_run"; readonly wallMs: number | null; readonly afterShutdown: boolean };
  readonly lowestPct: number | null;
}

/** How reading the AC pin goes. */
export interface PinReads {
  /** In a row. */
  readonly failures: number;
  readonly goodRow: number;
}

export interface CoreState {
  /** Events of this run so far; the next id is made from it. */
  readonly recorded: number;
  /** Time of the last input; null before the first. */
  readonly lastAt: Instant | null;
  readonly ac: DebounceState;
  readonly acReads: PinReads;
  readonly chargeAllowed: boolean | null;
  readonly gauge: GaugeState;
  readonly levels: LevelState;
  readonly trend: Trend;
  readonly charging: ChargingState;
  readonly temperature: TemperatureState;
  readonly rail: RailState;
  readonly overcurrent: OvercurrentState;
  /** null: the board does not measure it. */
  readonly outputCurrent: OutputCurrent | null;
  readonly chargeWindow: WindowState;
  readonly flap: FlapState;
  readonly boardFaults: BoardFaultState;
  /** null: the board has none. */
  readonly figures: readonly BoardFigure[] | null;
  /** Charging as the board says it. Not used where the board does not say it. */
  readonly chargeStatus: ChargeStatus;
  readonly faults: Faults;
  readonly outage: Outage | null;
  readonly runtime: RuntimeState;
  /** The estimate on boards that measure a voltage only. */
  readonly soc: SocState;
  /** The last believed reading had no charge of its own. */
  readonly chargeEstimated: boolean;
  readonly learning: LearningState;
  readonly counters: CounterState;
  readonly shutdown: ShutdownPart;
  /** `stop` was taken: nothing is recorded any more. */
  readonly stopped: boolean;
}

export const initialState: CoreState = {
  recorded: 0,
  lastAt: null,
  ac: initialDebounce,
  acReads: { failures: 0, goodRow: 0 },
  chargeAllowed: null,
  gauge: initialGauge,
  levels: initialLevels,
  trend: initialTrend,
  charging: initialCharging,
  temperature: initialTemperature,
  rail: initialRail,
  overcurrent: initialOvercurrent,
  outputCurrent: null,
  chargeWindow: initialWindow,
  flap: initialFlap,
  boardFaults: initialBoardFaults,
  figures: null,
  chargeStatus: initialChargeStatus,
  faults: [],
  outage: null,
  runtime: initialRuntime,
  soc: initialSoc,
  chargeEstimated: false,
  learning: initialLearning,
  counters: initialCounters,
  shutdown: initialShutdown,
  stopped: false,
};
