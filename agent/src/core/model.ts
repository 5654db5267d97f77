// The words that the whole agent shares: what a sample of the HAT is, what an event is, what a snapshot says.
// Nothing here has behaviour; every other file of the core is a function over these types.

/** A moment. Durations are always differences of `monoMs`; `wallMs` is only for people and for Home Assistant. */
export interface Instant {
  /** Milliseconds of a clock that never jumps; its zero has no meaning. */
  readonly monoMs: number;
  /** Milliseconds since the Unix epoch. May be wrong after a boot without network, and may jump. */
  readonly wallMs: number;
  /** Local time zone's offset from UTC at `wallMs`, in minutes east. */
  readonly utcOffsetMin: number;
}

/** A read that gave no usable value. It is never turned into a number. */
export interface ReadFailure {
  readonly ok: false;
  /** Stable code, for example `PI_UPS_I2C_NACK`. */
  readonly code: string;
  /** A sentence for people. */
  readonly message: string;
}

export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

/** Expected trouble is a value, not an exception. */
export type Result<T> = Ok<T> | ReadFailure;

/** What a board measures of its battery, before any plausibility check. */
export interface RawReading {
  /** Voltage of one cell in mV (pack voltage divided by the cells in series). */
  readonly cellMv: number;
  /** Voltage of the weakest cell in mV, on boards that measure each. */
  readonly lowestCellMv?: number;
  /**
   * The gauge's own state of charge in percent, unclamped: some gauges report up to 106 %.
   * Absent on boards that measure a voltage only: the core estimates it then.
   */
  readonly chargePct?: number;
  /** Battery current in mA, positive while charging. Absent on boards that cannot sense it. */
  readonly currentMa?: number;
}

/** A reading that has a state of charge: the gauge's, or the core's estimate. */
export interface GaugeReading extends RawReading {
  readonly chargePct: number;
}

/** Trouble that a board reports in its own registers. */
export interface BoardFault {
  /** Short word of the chip's family, snake_case, for example `charge_temperature`. */
  readonly kind: string;
  /** A sentence for people. */
  readonly message: string;
}

/** A figure that a board has beyond the common ones: people read it in `status`, nothing is decided on it. */
export interface BoardFigure {
  /** Stable word, snake_case, for example `cell_1` or `input_voltage`. */
  readonly name: string;
  readonly value: number;
  readonly unit: "V" | "A" | "W" | "mAh" | "min";
}

/** What a press of the board's button asks for. */
export type ButtonAction = "reboot" | "power_off";

/** How the Pi goes down. */
export type PowerOffMode = "power_off" | "reboot";

/** One look at the board. A part that the board does not have is absent, not failed. */
export interface Sample {
  readonly gauge: Result<RawReading>;
  /** Mains at the HAT's input, as the board says at this moment (not debounced). */
  readonly acPresent?: Result<boolean>;
  /** Whether charging is allowed: by the line that this agent drives, or by the board's register. */
  readonly chargeAllowed?: Result<boolean>;
  /** Charging as the board itself says it; absent where it has to be derived. */
  readonly charging?: Result<boolean>;
  /** Voltage of the 5 V rail in mV, as the board or the Pi measures it. */
  readonly railMv?: Result<number>;
  /** The Pi's firmware says that its supply is too low at this moment. */
  readonly underVoltage?: Result<boolean>;
  /** Current that the board gives to the Pi, mA. */
  readonly outputMa?: Result<number>;
  /** Trouble that the board itself reports; absent where it cannot. */
  readonly boardFaults?: Result<readonly BoardFault[]>;
  /** Further figures of this board that could be read; absent where it has none. */
  readonly figures?: Result<readonly BoardFigure[]>;
  /** Temperature in degrees Celsius: the board's where it has one, else the Pi's processor. */
  readonly temperatureC?: Result<number>;
}

/** What a board (with its Pi) can sense. A value, event or entity exists only if its sense does. */
export const senses = [
  "ac",
  "voltage",
  "charge",
  "current",
  "charging",
  "temperature",
  "dc_out",
  "overcurrent",
] as const;
export type Sense = (typeof senses)[number];

/** Every event that the agent can record. The first fifteen are the product's promise; order is the order of the docs. */
export const eventTypes = [
  "ac_power_loss",
  "ac_power_restored",
  "dc_out_loss",
  "dc_out_restored",
  "battery_voltage_low",
  "battery_voltage_critical",
  "battery_voltage_recovered",
  "charging_started",
  "charging_stopped",
  "battery_full",
  "ups_fault",
  "temperature_high",
  "temperature_normal",
  "overcurrent_detected",
  "overcurrent_cleared",
  "ups_fault_cleared",
  "agent_started",
  "agent_stopping",
  "shutdown_scheduled",
  "shutdown_cancelled",
  "shutdown_started",
] as const;
export type EventType = (typeof eventTypes)[number];

/** The unit of an event's `value` and `threshold`. */
export type EventUnit = "%" | "V" | "°C" | "s" | "A";

/** What the core wants recorded. The journal adds the sequence number when it is safely on disk. */
export interface EventDraft {
  /** Unique for ever: boot id, a dash, and a counter of this run. */
  readonly id: string;
  readonly at: Instant;
  readonly type: EventType;
  /** The measured value that led to the event (percent, volts, degrees ...) or a short word such as a fault code. */
  readonly value: number | string | null;
  /** The limit that `value` crossed, in the same unit. */
  readonly threshold: number | null;
  readonly unit: EventUnit | null;
  /** A sentence for people, in English. */
  readonly message: string;
  /** Further facts for programs, for example `{ battery_percent: 96 }`. Keys are snake_case. */
  readonly detail: Readonly<Record<string, number | string | boolean | null>>;
}

/**
 * How far an estimate can be trusted. `high`: an earlier outage showed how this battery falls, and this one was watched
 * long enough or its current is known. `medium`: one of the two. `low`: neither; the minutes are a straight line.
 */
export const confidenceLevels = ["low", "medium", "high"] as const;
export type EstimateConfidence = (typeof confidenceLevels)[number];

/** Minutes to the cut-off. `settling`: an AC edge or load step was too recent; minutes are those of the last outage. */
export type RuntimeEstimate =
  | { readonly kind: "unknown"; readonly why: string }
  | { readonly kind: "settling"; readonly minutes: number | null }
  | { readonly kind: "estimate"; readonly minutes: number; readonly confidence: EstimateConfidence };

export type Health = "good" | "fair" | "poor" | "unknown";

/** Who asked for something. */
export type Requester =
  | { readonly kind: "battery" }
  | { readonly kind: "home_assistant"; readonly user: string | null }
  | { readonly kind: "cli" }
  /** The button on the board. */
  | { readonly kind: "button" };

/** Why the Pi is going down; stable words, shown on the card. */
export type ShutdownReason = "battery_percent_critical" | "battery_voltage_critical" | "requested";

export type ShutdownState =
  | { readonly kind: "idle" }
  | {
      readonly kind: "counting_down";
      readonly deadline: Instant;
      readonly since: Instant;
      readonly reason: ShutdownReason;
      /** A sentence: what was measured, or the words of the person who asked. */
      readonly text: string;
      readonly by: Requester;
    }
  | {
      readonly kind: "executing" | "done";
      readonly since: Instant;
      readonly reason: ShutdownReason;
      readonly text: string;
      readonly by: Requester;
    };

/** The power situation after debounce. `unknown` until the first stable second, or when the pin cannot be read. */
export type PowerState = "unknown" | "on_mains" | "on_battery";

/** Everything that the agent shows at one moment: `status`, the link and the log line all read this and nothing else. */
export interface Snapshot {
  readonly at: Instant;
  readonly power: PowerState;
  /** When `power` took its present value; null before the first confirmed state. */
  readonly powerSince: Instant | null;
  /** Mains present after debounce; null when unknown. Absent when the board cannot sense it. */
  readonly acPresent?: boolean | null;
  /** The last good percent, clamped to 0-100; null before the first good read. */
  readonly chargePct: number | null;
  /** The same, as the gauge said it. */
  readonly chargePctRaw: number | null;
  /** The board measures a voltage only: the percent is the core's estimate from it. */
  readonly chargeEstimated: boolean;
  readonly cellMv: number | null;
  /** Volts over the whole pack: cell voltage times cells in series. */
  readonly packMv: number | null;
  readonly currentMa?: number | null;
  readonly powerMw?: number | null;
  /** Derived on boards that do not sense it; null while unknown. */
  readonly charging?: boolean | null;
  readonly temperatureC?: number | null;
  /** The 5 V rail after hysteresis; `ok` is null while unknown, `railMv` where nothing measures it. */
  readonly dcOut?: { readonly ok: boolean | null; readonly railMv: number | null };
  /** Current into the Pi, mA; null while it cannot be read, absent where nothing measures it. */
  readonly outputMa?: number | null;
  /** More current flows than the board allows; null while unknown. */
  readonly overcurrent?: boolean | null;
  /** Further figures of the last look; absent where the board has none, empty while none can be read. */
  readonly figures?: readonly BoardFigure[];
  readonly runtime: RuntimeEstimate;
  readonly health: Health;
  /** Measured capacity in percent of the rated one, 0-100; null while either is unknown. */
  readonly healthPct: number | null;
  /** Measured capacity of the pack, mAh; null before the first measurement. */
  readonly capacityMah: number | null;
  /** Measured resistance of the whole pack with its wiring, mOhm; null before the first measurement. */
  readonly resistanceMohm: number | null;
  /** Equivalent full discharges since the counters began. */
  readonly cycles: number;
  readonly batteryLow: boolean | null;
  /** Present faults, worst first; empty means no problem. */
  readonly faults: readonly { readonly code: string; readonly message: string; readonly since: Instant }[];
  /** True when the battery figures are kept from an earlier read. */
  readonly stale: boolean;
  /** Time of the last good gauge read; null before the first. */
  readonly lastGoodAt: Instant | null;
  readonly shutdown: ShutdownState;
}

/** How the run before this one ended, as far as the disk tells. */
export type LastRun =
  | { readonly kind: "none" }
  | { readonly kind: "stopped"; readonly at: number; readonly reason: string }
  | { readonly kind: "shutdown"; readonly at: number; readonly reason: ShutdownReason; readonly text: string }
  /** The process or the Pi died without a goodbye; `lastSeenAt` is the last sign of life on disk (Unix ms). */
  | { readonly kind: "died"; readonly lastSeenAt: number };
