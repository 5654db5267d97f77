// What can be asked of a running agent from its own machine: the Unix socket offers exactly this.
import type { SwitchName } from "../boards/board.ts";
import type { BatteryMeasurement } from "../core/learned.ts";
import type { BoardFigure, ButtonAction } from "../core/model.ts";
import type { UpsEvent } from "../protocol/events.ts";
import type { Answer } from "./ha-link.ts";
import type { EventQuery } from "./ports.ts";

/** Which way to the pins the agent takes, or would take, on this machine. */
export interface GpioReport {
  readonly backend: "sysfs" | "gpiod" | "none";
  /** Of onoff or of libgpiod's tools; null when it is not known. */
  readonly version: string | null;
  /** Label of the chip behind the header's pins, for example `pinctrl-bcm2711`. */
  readonly chip: string | null;
  /** Sentences: why this way, and why not the other. */
  readonly why: string;
}

/** `pi-ups status --json`. Keys are a public contract; a value that the board cannot sense is absent, unknown is null. */
export interface StatusReport {
  readonly agent: {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly boot_id: string;
    readonly started_at: string;
    readonly uptime_s: number;
    readonly pid: number;
  };
  readonly board: {
    readonly id: string;
    readonly name: string;
    readonly simulated: boolean;
    readonly confidence: "documented" | "experimental";
    readonly senses: readonly string[];
  };
  /** null before the first request, on a simulated board, and on one without pins. */
  readonly gpio: GpioReport | null;
  /** What the Pi tells about itself; on a simulated board nothing. */
  readonly pi: {
    readonly model: string | null;
    /** The supply was too low since the Pi's start, as far as firmware and agent remember; null: nothing would tell. */
    readonly under_voltage_seen: boolean | null;
    /** What a Pi 5's power chip measures behind the 5 V; empty where there is none. */
    readonly rails: readonly {
      readonly name: string;
      readonly voltage_v: number;
      readonly current_a: number;
    }[];
    /** Over these rails together, so without USB, HATs and losses; null without rails. */
    readonly rails_power_w: number | null;
  };
  readonly time: string;
  readonly power: "unknown" | "on_mains" | "on_battery";
  readonly power_since: string | null;
  readonly ac_present?: boolean | null;
  /** The 5 V rail; `ok` is null while unknown, `voltage_v` where nothing measures it. */
  readonly dc_out?: { readonly ok: boolean | null; readonly voltage_v: number | null };
  /** Current that the board gives to the Pi; null while it cannot be read, absent where nothing measures it. */
  readonly output_current_a?: number | null;
  readonly overcurrent?: boolean | null;
  readonly battery_percent: number | null;
  readonly battery_percent_raw: number | null;
  /** The board measures a voltage only: the percent is estimated from it. */
  readonly battery_percent_estimated: boolean;
  readonly battery_voltage_v: number | null;
  readonly battery_current_a?: number | null;
  readonly charging?: boolean | null;
  readonly battery_low: boolean | null;
  /** Figures of the board beyond the common ones; absent where it has none. */
  readonly board_figures?: readonly BoardFigure[];
  readonly runtime_min: number | null;
  readonly runtime_state: "unknown" | "settling" | "estimate";
  /** null unless `runtime_state` is `estimate`. */
  readonly runtime_confidence: "low" | "medium" | "high" | null;
  readonly temperature_c?: number | null;
  readonly health: "good" | "fair" | "poor" | "unknown";
  /** Measured capacity in percent of the rated one. */
  readonly health_percent: number | null;
  /** Measured capacity of the pack. */
  readonly capacity_mah: number | null;
  /** Measured resistance of the pack with its wiring. */
  readonly resistance_mohm: number | null;
  readonly cycles: number;
  readonly stale: boolean;
  readonly last_good_at: string | null;
  readonly faults: readonly { readonly code: string; readonly message: string; readonly since: string }[];
  readonly shutdown: {
    readonly state: "idle" | "counting_down" | "executing" | "done";
    readonly deadline: string | null;
    readonly reason: string | null;
    readonly text: string | null;
    readonly by: string | null;
    readonly remote_allowed: boolean;
  };
  readonly home_assistant: {
    readonly configured: boolean;
    readonly connected: boolean;
    readonly state: "off" | "connecting" | "waiting" | "connected";
    readonly code: string | null;
    readonly message: string | null;
  };
  readonly events: { readonly last_seq: number; readonly unsent: number };
}

/** Everything a person can do to the simulated world. */
export type SimCommand =
  | { readonly kind: "ac"; readonly present: boolean }
  | { readonly kind: "load"; readonly watts: number }
  | { readonly kind: "battery"; readonly percent: number }
  | { readonly kind: "temperature"; readonly celsius: number }
  | { readonly kind: "speed"; readonly factor: number }
  | { readonly kind: "rail"; readonly mv: number }
  | { readonly kind: "button"; readonly action: ButtonAction }
  | { readonly kind: "fault"; readonly fault: SimFault; readonly forMs: number | null }
  | { readonly kind: "clear" }
  | { readonly kind: "show" };

export const simFaults = ["i2c-nack", "i2c-garbage", "gauge-stuck", "ac-pin-stuck"] as const;
export type SimFault = (typeof simFaults)[number];

/** Everything that can be asked of a board's switches; `drivers/controls.ts` says what each means. */
export type SwitchCommand =
  | { readonly kind: "allow_charge" | "restart_on_mains" | "buzzer"; readonly on: boolean }
  /** null: call it off. */
  | { readonly kind: "power_cut"; readonly delayS: number | null }
  | { readonly kind: "wake_on_charge"; readonly percent: number | null }
  | { readonly kind: "wake_at"; readonly wallMs: number | null }
  /** 0: off. */
  | { readonly kind: "watchdog"; readonly minutes: number }
  | {
      readonly kind: "led";
      readonly index: number;
      readonly red: number;
      readonly green: number;
      readonly blue: number;
    };

export interface AgentControl {
  status(): StatusReport;
  events(query: EventQuery): readonly UpsEvent[];
  /** @param delayMs null: the configured grace */
  requestShutdown(delayMs: number | null, text: string | null): Promise<Answer>;
  cancelShutdown(): Promise<Answer>;
  /** Refused with `PI_UPS_NOT_SIMULATED` on a real board. `message` says what the simulated world is now. */
  simulate(command: SimCommand): Promise<Answer>;
  /** What was measured of the battery over the years, oldest first. */
  measurements(): readonly BatteryMeasurement[];
  /** What the board can switch. */
  switches(): readonly SwitchName[];
  /** Refused with `PI_UPS_NO_SWITCH` when the board does not have it, or with the driver's code. */
  switchBoard(command: SwitchCommand): Promise<Answer>;
}
