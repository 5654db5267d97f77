// What the card shows, as data: one status out of a closed list, and the parts that go with it. No text and no HTML here.
import type { Refusal } from "../ha.ts";

/** The headline's state. Exactly one holds; order of precedence is in derive.ts. */
export type Status =
  | { readonly kind: "on_mains"; readonly full: boolean; readonly charging: boolean | null }
  | { readonly kind: "charging" }
  | { readonly kind: "on_battery"; readonly sinceMs: number | null }
  | { readonly kind: "low"; readonly sinceMs: number | null }
  | {
      readonly kind: "counting_down";
      /** By Home Assistant's clock; null when it is not known (yet). */
      readonly deadlineMs: number | null;
      readonly scheduledMs: number | null;
      /** Word of the protocol, for example `battery_percent_critical`. */
      readonly reason: string | null;
      readonly text: string | null;
      readonly onBattery: boolean;
      readonly sinceMs: number | null;
      /** The agent's configuration allows Home Assistant to cancel. */
      readonly cancellable: boolean;
    }
  | { readonly kind: "shutting_down"; readonly reason: string | null }
  | {
      readonly kind: "shut_down";
      readonly atMs: number;
      readonly reason: string | null;
      readonly waiting: boolean;
    }
  | { readonly kind: "stopped"; readonly atMs: number }
  | {
      readonly kind: "no_contact";
      /** null: there was none yet. */
      readonly sinceMs: number | null;
      readonly lastAc: boolean | null;
    }
  | { readonly kind: "fault"; readonly text: string | null; readonly onBattery: boolean }
  | { readonly kind: "mains_unknown" }
  | { readonly kind: "waiting" };

/** One colour per state. */
export type Tone = "ok" | "warn" | "bad" | "muted";

/** Pictures that the card can draw; parts/icons.ts has their paths. */
export type IconName =
  | "plug"
  | "plugOff"
  | "plugBack"
  | "battery"
  | "batteryLow"
  | "bolt"
  | "power"
  | "noContact"
  | "alert"
  | "chip"
  | "check"
  | "thermometer"
  | "clock"
  | "chevron"
  | "dot";

/** How far the battery figures can be trusted. */
export type Trust = "live" | "stale" | "last_known";

export type Runtime =
  | { readonly kind: "unknown" }
  | { readonly kind: "about"; readonly minutes: number; readonly settling: boolean };

export interface BatteryView {
  readonly pct: number | null;
  readonly trust: Trust;
  readonly lowPct: number | null;
  readonly criticalPct: number | null;
}

/** Whether energy goes over a wire. */
export type Wire = "flowing" | "cut" | "unknown";

export interface FlowView {
  readonly mains: "on" | "off" | "unknown";
  /** Moves only while it matters: charging, or running on battery. */
  readonly moving: "to_ups" | "to_pi" | "none";
  readonly toUps: Wire;
  readonly toPi: Wire;
}

export type Notice = { readonly kind: "problem"; readonly text: string | null } | { readonly kind: "stale" };

/** One UPS. */
export interface UpsView {
  readonly kind: "ups";
  readonly name: string;
  readonly status: Status;
  readonly tone: Tone;
  readonly battery: BatteryView;
  readonly runtime: Runtime;
  /** null: nothing flows that anybody knows of. */
  readonly flow: FlowView | null;
  readonly notices: readonly Notice[];
  readonly badge: "demo" | "simulated" | "experimental" | null;
}

export type View =
  | UpsView
  | { readonly kind: "loading" }
  | { readonly kind: "trouble"; readonly trouble: Trouble };

export type Trouble =
  | { readonly kind: "no_such_device"; readonly wanted: string }
  | { readonly kind: "no_devices" }
  | { readonly kind: "no_integration" }
  | { readonly kind: "not_allowed" }
  | { readonly kind: "refused"; readonly refusal: Refusal };
