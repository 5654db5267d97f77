// What `pi-ups doctor` knows about a machine, before anybody judges it. platform/machine-facts*.ts gathers it; the checks
// beside this file are pure functions over it.

import type { Result } from "../core/model.ts";
import type { Detection } from "../drivers/detect.ts";
import type { ClockReading } from "../drivers/ds1307.ts";
import type { GpioReport } from "../ports/control.ts";

/** Something that was looked up, or a half sentence on why it could not be. */
export type Looked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

/** The configuration as `run` would find it. */
export type ConfigFacts =
  | {
      readonly kind: "good";
      readonly file: string;
      /** False: there is no file, and every setting has its default. */
      readonly present: boolean;
      /** One sentence each. */
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: "bad";
      readonly file: string;
      /** One sentence each, with line and column where known. */
      readonly problems: readonly string[];
    };

/** A running agent, as its socket tells. */
export type AgentFacts =
  | { readonly kind: "none" }
  /** Somebody listens, but did not tell. */
  | { readonly kind: "silent"; readonly code: string; readonly message: string }
  | {
      readonly kind: "running";
      readonly version: string;
      readonly pid: number;
      readonly boardId: string;
      readonly simulated: boolean;
      readonly stale: boolean;
      readonly batteryPct: number | null;
      readonly faults: readonly { readonly code: string; readonly message: string }[];
      /** Name and groups of the user that it runs as; null when /proc does not tell. */
      readonly user: UserFacts | null;
    };

export interface UserFacts {
  readonly name: string;
  readonly uid: number;
  /** Names of the groups that the process has now. */
  readonly groups: readonly string[];
  /** Names of the groups that /etc/group gives the user, in force after the next login. */
  readonly listedGroups: readonly string[];
}

/** The firmware's config.txt. */
export interface BootConfigFacts {
  readonly path: string;
  readonly text: string;
}

export interface I2cFacts {
  readonly bus: number;
  /** Whether /dev/i2c-N is there. */
  readonly present: boolean;
  /** Whether this user may read and write it. */
  readonly mayOpen: boolean;
  readonly addon: Looked<true>;
  /** Names of kernel drivers by the address that they own on this bus. */
  readonly drivers: ReadonlyMap<number, string>;
  /** Names in /sys/class/power_supply without the batteries of mice and keyboards. */
  readonly powerSupplies: readonly string[];
}

/** `gpio.backend` of the configuration. */
export type GpioBackend = "auto" | "sysfs" | "gpiod";

/** The way to the pins, as far as checks need it. */
export type GpioChosen = Pick<GpioReport, "backend" | "version" | "why">;

export interface GpioChipFacts {
  readonly label: string;
  readonly lines: number;
  /** `sysfs` or the name of the character device. */
  readonly seenAt: string;
}

/** A line of the header, as the kernel shows it. */
export interface GpioLineFacts {
  readonly bcm: number;
  /** Who holds it; null: nobody. */
  readonly holder: string | null;
}

export interface GpioFacts {
  /** Empty: there is none. */
  readonly chips: Looked<readonly GpioChipFacts[]>;
  /** Whether /sys/class/gpio is there. */
  readonly sysfs: boolean;
  readonly onoff: Looked<true>;
  /** For example `2.2`. */
  readonly libgpiod: Looked<string>;
  /** Whether this user may open what leads to the lines. */
  readonly mayOpen: Looked<boolean>;
  readonly holders: Looked<readonly GpioLineFacts[]>;
}

/** The Pi's own signals. */
export interface PiFacts {
  /** Null when there is no device tree: not a Pi. */
  readonly model: string | null;
  readonly bootConfig: Looked<BootConfigFacts>;
  /** The EEPROM's settings; only asked on a Pi with one. */
  readonly eeprom: Looked<string>;
  /** Bits of `get_throttled`. */
  readonly throttled: Looked<number>;
  /** The kernel's alarm (hwmon rpi_volt): too little voltage now; null: this kernel has none. */
  readonly voltageAlarm: boolean | null;
}

export interface SystemFacts {
  /** Whether systemd is the init of this machine. */
  readonly systemdRuns: boolean;
  readonly systemdVersion: Looked<number>;
  /** logind's word: yes, no, challenge, na. */
  readonly canPowerOff: Looked<string>;
}

export interface RtcFacts {
  /** For example `rtc0`. */
  readonly device: string;
  readonly name: string;
  /** Unix time in s; null when the clock does not tell. */
  readonly epochS: number | null;
  /** Of its cell; only a Pi 5's own clock tells. */
  readonly cellMv: number | null;
}

export interface TimeFacts {
  readonly wallMs: number;
  readonly synchronised: Looked<boolean>;
  readonly rtcs: readonly RtcFacts[];
  /** The board's own clock chip; null: the board has none, or the kernel owns it. */
  readonly boardClock: Result<ClockReading> | null;
}

export interface PlaceFacts {
  readonly path: string;
  readonly exists: boolean;
  /** The nearest folder that exists: the path itself, or where it would be made. */
  readonly nearest: string;
  /** Whether this user may write in `nearest`. */
  readonly writable: boolean;
  /** Null when the file system does not tell. */
  readonly freeBytes: number | null;
}

/** What Home Assistant said to one login. */
export type HomeAssistantFacts =
  | { readonly kind: "not_configured" }
  /** `code` is one of ha/trouble.ts. */
  | { readonly kind: "trouble"; readonly url: string; readonly code: string; readonly message: string }
  | {
      readonly kind: "logged_in";
      readonly url: string;
      readonly haVersion: string;
      readonly user: Looked<{ readonly name: string; readonly isAdmin: boolean }>;
      readonly integration: Looked<IntegrationFacts>;
    };

export type IntegrationFacts =
  /** Home Assistant itself is not up yet. */
  | { readonly kind: "starting" }
  | { readonly kind: "missing" }
  | { readonly kind: "not_added"; readonly version: string | null }
  | { readonly kind: "added"; readonly version: string | null };

/** What the bus said; null when it was not asked. */
export type DetectionFacts = Detection | null;
