// What the card shows, as data: one status out of a closed list, and the parts that go with it. No text and no HTML here.

/** The headline's state. Exactly one holds; the order of precedence is in derive.ts. */
export type Status =
  | { readonly kind: "on_mains"; readonly full: boolean }
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
      /** Begin of the outage; null on mains. */
      readonly sinceMs: number | null;
      /** The agent's configuration allows Home Assistant to cancel. */
      readonly cancellable: boolean;
    }
  | { readonly kind: "shutting_down"; readonly reason: string | null }
  | { readonly kind: "shut_down"; readonly atMs: number; readonly waiting: boolean }
  | { readonly kind: "stopped"; readonly atMs: number }
  /** Without a goodbye; `sinceMs` null: there was no contact yet. */
  | { readonly kind: "no_contact"; readonly sinceMs: number | null; readonly lastAc: boolean | null }
  | { readonly kind: "fault"; readonly text: string | null; readonly onBattery: boolean }
  | { readonly kind: "mains_unknown" };

/** One colour per state. */
export type Tone = "ok" | "warn" | "bad" | "muted";

/** Pictures that the card can draw; parts/icons.ts has their paths. */
export type IconName =
  | "plug"
  | "plugOff"
  | "plugBack"
  | "battery"
  | "bolt"
  | "power"
  | "noContact"
  | "alert"
  | "chip"
  | "check"
  | "heat";

export interface BatteryView {
  readonly pct: number | null;
  /** How far the figure can be trusted. */
  readonly trust: "live" | "stale" | "last_known";
  readonly lowPct: number | null;
  readonly criticalPct: number | null;
}

/** An estimate by the agent. */
export interface Runtime {
  readonly minutes: number;
  readonly settling: boolean;
}

export interface FlowView {
  readonly mains: "on" | "off" | "unknown";
  /** Moves only while it matters: charging, or running on battery. */
  readonly moving: "to_ups" | "to_pi" | null;
  /** The agent is in contact, so its Pi has power. */
  readonly feedsPi: boolean;
}

/** One UPS. */
export interface UpsView {
  readonly name: string;
  readonly status: Status;
  readonly tone: Tone;
  readonly icon: IconName;
  readonly battery: BatteryView;
  /** null: nobody estimated it. */
  readonly runtime: Runtime | null;
  /** null: nothing flows that anybody knows of. */
  readonly flow: FlowView | null;
  /** A fault beside a headline that matters more; undefined without one, null without a sentence. */
  readonly problem: string | null | undefined;
  readonly badge: "demo" | "simulated" | null;
}
