// The configuration as the agent uses it: complete, checked, in the code's units. How it is written in YAML, with
// defaults, ranges and descriptions, is the business of schema.ts; how one becomes the other, of load.ts.
import type { Board } from "../boards/board.ts";
import type { ChargeWindow, Debounce, OutputLimits, ShutdownPolicy, Thresholds } from "../core/engine.ts";
import type { LogLevel } from "../ports/ports.ts";
import type { Secret } from "./secret.ts";

/** Where Home Assistant is and how to log in. */
export interface HomeAssistantConfig {
  /** `http://` or `https://`, host, optional port and path; never ends in a slash. */
  readonly url: string;
  readonly token: Secret;
}

/** The rotating file with one JSON line per event. */
export interface EventsFileConfig {
  readonly path: string;
  /** The file is rotated before it grows beyond this. */
  readonly maxBytes: number;
  /** How many files are kept, the present one included. */
  readonly files: number;
}

export interface LogConfig {
  /** The least important level that is printed. */
  readonly level: LogLevel;
  /** Time between two status lines in ms; 0: no status lines. */
  readonly statusIntervalMs: number;
  readonly eventsFile: EventsFileConfig;
}

/** The world in which a simulated board starts when no saved world exists. */
export interface SimConfig {
  /** Simulated seconds per real second. */
  readonly speed: number;
  /** What the simulated Pi draws, in W. */
  readonly loadW: number;
  /** State of charge at the start, 0-100. */
  readonly chargePct: number;
  /** Temperature of the simulated processor in degrees Celsius. */
  readonly temperatureC: number;
}

/** Everything that a person can set. All paths are absolute. */
export interface AgentConfig {
  readonly agent: {
    /** Matches `/^[a-z0-9][a-z0-9_-]{0,62}$/`; Home Assistant knows the agent by it. */
    readonly id: string;
    readonly name: string;
  };
  readonly board: {
    /** For example `x1201`. */
    readonly id: string;
    readonly simulated: boolean;
    /** Built in, or as the file describes it. */
    readonly description: Board;
  };
  /** null: the agent runs alone. */
  readonly homeAssistant: HomeAssistantConfig | null;
  readonly stateDir: string;
  readonly socketPath: string;
  readonly sampleIntervalMs: number;
  /** Capacity of the whole pack in mAh: as configured, else as the board is sold, else null. */
  readonly capacityMah: number | null;
  readonly debounce: Debounce;
  readonly thresholds: Thresholds;
  readonly shutdown: ShutdownPolicy;
  readonly output: OutputLimits;
  /** null: charging is never stopped. */
  readonly chargeWindow: ChargeWindow | null;
  readonly buttonsEnabled: boolean;
  readonly gpioBackend: "auto" | "sysfs" | "gpiod";
  readonly log: LogConfig;
  readonly sim: SimConfig;
}
