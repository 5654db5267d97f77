// The one door into the core: a state and an input give a new state and a list of effects.
// The app executes the effects and never decides anything; a recorded list of inputs replays to the same effects.
import type { Board } from "../boards/board.ts";
import type { BatteryMeasurement, LearnedBattery } from "./learned.ts";
import type {
  ButtonAction,
  EventDraft,
  Instant,
  LastRun,
  PowerOffMode,
  Requester,
  Sample,
  Sense,
  ShutdownReason,
} from "./model.ts";

/** Limits with hysteresis. All values are per cell or percent; the config loader has checked critical < low < recovered. */
export interface Thresholds {
  readonly lowPct: number;
  readonly lowCellMv: number;
  readonly criticalPct: number;
  readonly criticalCellMv: number;
  /** Points above the low limit that count as recovered. */
  readonly recoveredPctAbove: number;
  readonly recoveredCellMvAbove: number;
  /** Consecutive good samples that a limit must hold before it counts. */
  readonly holdSamples: number;
  readonly temperatureHighC: number;
  readonly temperatureNormalC: number;
  /** Failed samples in a row that make a UPS fault. */
  readonly faultAfterFailures: number;
}

export interface Debounce {
  readonly acLostMs: number;
  readonly acRestoredMs: number;
}

export interface ShutdownPolicy {
  /** Seconds between the decision and the power-off, in ms. */
  readonly graceMs: number;
  /** False: Home Assistant may not ask for a shutdown. */
  readonly allowRemote: boolean;
}

/** What the board gives to the Pi, and how much of it is too much or too little. */
export interface OutputLimits {
  /** Below this the 5 V rail is lost. */
  readonly railLowMv: number;
  /** From this on it is good again. */
  readonly railNormalMv: number;
  /** Battery current, either direction; null: nobody says a limit. */
  readonly batteryMa: number | null;
  /** Current into the Pi. */
  readonly outputMa: number | null;
}

/** Charging stops at the upper percent and starts again at the lower. */
export interface ChargeWindow {
  readonly stopPct: number;
  readonly startPct: number;
}

/** Everything that the core must know and that does not change while it runs. */
export interface CoreConfig {
  readonly bootId: string;
  readonly agentVersion: string;
  readonly board: Board;
  /** What this board on this Pi can sense. */
  readonly senses: ReadonlySet<Sense>;
  /** Rated capacity of the whole pack in mAh; null when nobody said. */
  readonly capacityMah: number | null;
  readonly sampleIntervalMs: number;
  readonly thresholds: Thresholds;
  readonly debounce: Debounce;
  readonly shutdown: ShutdownPolicy;
  readonly output: OutputLimits;
  /** null: the battery is charged whenever it can be. */
  readonly chargeWindow: ChargeWindow | null;
  /** False: presses of the board's button change nothing. */
  readonly buttonsEnabled: boolean;
}

/** Sums that live longer than a run; the app keeps them on disk. */
export interface Counters {
  /**
   * Discharged percent points since ever; cycles = this / 100. Where current and rated capacity are known these are
   * hundredths of the rated capacity, else points of the gauge.
   */
  readonly dischargedPct: number;
}

export type CoreInput =
  | {
      readonly type: "started";
      readonly at: Instant;
      readonly lastRun: LastRun;
      readonly counters: Counters;
      /** Unix ms of the journal's last `ac_power_loss` when no `ac_power_restored` followed it; null or absent: none. */
      readonly openOutageSinceMs?: number | null;
      /** As an earlier run gave it with `save_battery`; null or absent: nothing is known of this battery. */
      readonly battery?: LearnedBattery | null;
      /** An earlier run kept the board from charging and could not end that; absent: no. */
      readonly chargeForbidden?: boolean;
    }
  | { readonly type: "sample"; readonly at: Instant; readonly sample: Sample }
  /** The AC line changed; acted on at once, not at the next sample. */
  | { readonly type: "ac_edge"; readonly at: Instant; readonly acPresent: boolean }
  /** Time passed; sent at the moment that `nextWakeMonoMs` named. */
  | { readonly type: "tick"; readonly at: Instant }
  | {
      readonly type: "shutdown_request";
      readonly at: Instant;
      readonly by: Requester;
      /** null: the configured grace. */
      readonly delayMs: number | null;
      readonly text: string | null;
      /** Given back in the `answer` effect. */
      readonly requestId: string;
    }
  | {
      readonly type: "shutdown_cancel";
      readonly at: Instant;
      readonly by: Requester;
      readonly requestId: string;
    }
  /** The app has carried out `power_off` (or failed to). */
  | {
      readonly type: "power_off_result";
      readonly at: Instant;
      readonly ok: boolean;
      readonly message: string;
    }
  /** The board's button was pressed. */
  | { readonly type: "button"; readonly at: Instant; readonly action: ButtonAction }
  /** The app has carried out `allow_charge` (or failed to). */
  | {
      readonly type: "charge_control_result";
      readonly at: Instant;
      readonly ok: boolean;
      readonly message: string;
    }
  /** The journal cannot be written (a sentence), or can be again (null). */
  | { readonly type: "journal_trouble"; readonly at: Instant; readonly message: string | null }
  /** The process was asked to end (SIGTERM, Ctrl-C). */
  | { readonly type: "stop"; readonly at: Instant; readonly reason: string };

export type Effect =
  | { readonly type: "record"; readonly event: EventDraft }
  | { readonly type: "save_counters"; readonly counters: Counters }
  /** Keep this for the next run's `started`. */
  | { readonly type: "save_battery"; readonly battery: LearnedBattery }
  /** Add this to the trend over years. */
  | { readonly type: "save_measurement"; readonly measurement: BatteryMeasurement }
  /** Say goodbye, sync, power off. What was recorded before it is on disk first, and the board has its last order. */
  | {
      readonly type: "power_off";
      readonly mode: PowerOffMode;
      readonly reason: ShutdownReason;
      readonly text: string;
    }
  /** Let the board charge, or keep it from it. */
  | { readonly type: "allow_charge"; readonly allowed: boolean }
  | {
      readonly type: "answer";
      readonly requestId: string;
      readonly accepted: boolean;
      /** Stable code of a refusal, null when accepted. */
      readonly code: string | null;
      readonly message: string;
    };
