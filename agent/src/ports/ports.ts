// The interfaces between what decides and what touches the world. platform/ implements them on a real Pi,
// sim/ implements the hardware ones at register level; nobody who uses a port can tell which one it got.

import type { Counters } from "../core/engine.ts";
import type { BatteryMeasurement, LearnedBattery } from "../core/learned.ts";
import type { EventDraft, Instant, LastRun, Result, ShutdownReason } from "../core/model.ts";
import type { UpsEvent } from "../protocol/events.ts";

/** The part of an `AbortSignal` that we use; the pure layers know no web or Node types. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Time as a service, so that a day of outage can pass in a millisecond of a test. */
export interface Clock {
  now(): Instant;
  /** Resolves after `ms`, or at once when the signal aborts (it never rejects). */
  sleep(ms: number, signal?: CancelSignal): Promise<void>;
  /** Calls once after `ms`; the returned function cancels. */
  after(ms: number, run: () => void): () => void;
}

/**
 * One I2C bus. Registers are 8-bit pointers; bytes are in wire order.
 * Implementations give raw transfers; serialising, retries and time limits are the work of `drivers/i2c-queue.ts`.
 */
export interface I2cBus {
  read(address: number, register: number, length: number): Promise<Result<Uint8Array>>;
  write(address: number, register: number, data: Uint8Array): Promise<Result<void>>;
  /** One byte from a device that is sent no register before it. Absent on buses that cannot. */
  receive?(address: number): Promise<Result<number>>;
  close(): Promise<void>;
}

/** A GPIO input. Levels are raw: true = high. Meaning (polarity) belongs to the board data. */
export interface GpioInput {
  read(): Promise<Result<boolean>>;
  /** Calls for each edge with the new level. The returned function stops it. */
  watch(onEdge: (high: boolean) => void): () => void;
  close(): Promise<void>;
}

export interface GpioOutput {
  /** Level that is driven at the moment, raw. Reading never switches the line to input. */
  read(): Promise<Result<boolean>>;
  write(high: boolean): Promise<Result<void>>;
  /** Gives the line back; the board's default then applies. */
  close(): Promise<void>;
  /**
   * Ends this use but keeps the line driven at its present level, also after the process has ended, as far as the
   * kernel can: for lines whose fall means something to the board. A later `output` takes the line over without a
   * glitch when it asks for the same level. Idempotent; `close` after it does nothing.
   */
  leave(): Promise<void>;
}

export interface Gpio {
  input(bcm: number, bias: "pull_up" | "pull_down" | "none"): Promise<Result<GpioInput>>;
  output(bcm: number, initialHigh: boolean): Promise<Result<GpioOutput>>;
  close(): Promise<void>;
}

/** One folder of /sys/class/power_supply, as its `uevent` file says it: `POWER_SUPPLY_CAPACITY` -> `87`. */
export type PowerSupplyFacts = Readonly<Record<string, string>>;

/** What kernel drivers that own a chip tell about it. */
export interface KernelPower {
  /** Names of the power supplies, sorted. */
  powerSupplies(): Promise<Result<readonly string[]>>;
  /** One read of the supply's `uevent`. */
  powerSupply(name: string): Promise<Result<PowerSupplyFacts>>;
  /**
   * Files of the hwmon device that the driver of an I2C device made (`name` among them), as text without line ends;
   * null when no driver is bound to the address, or it made none.
   */
  i2cHwmon(
    bus: number,
    address: number,
    files: readonly string[],
  ): Promise<Result<Readonly<Record<string, string>> | null>>;
  /** Writes an attribute of a supply, for example `charge_type`. */
  setPowerSupply(name: string, attribute: string, value: string): Promise<Result<void>>;
}

/** The code of a `Thermometer` that does not exist on this machine, which is not a failed read. */
export const thermometerMissing = "PI_UPS_THERMAL_NOT_FOUND";

/** Temperature of the Pi's processor, degrees Celsius. */
export interface Thermometer {
  readC(): Promise<Result<number>>;
}

/** What the Pi itself tells about its supply. A part that this Pi does not have is absent, not failed. */
export interface PiReading {
  /** Voltage of the 5 V rail, mV. */
  readonly railMv?: Result<number>;
  /** The firmware says that the supply is too low at this moment, or was since the last look. */
  readonly underVoltage?: Result<boolean>;
}

/** One of the rails that a Pi 5's power chip makes of the 5 V. */
export interface PiRail {
  /** As the power chip names it, in lower case: `vdd_core`. */
  readonly name: string;
  readonly mv: number;
  readonly ma: number;
}

/** What the Pi tells about itself beside the figures that are decided on. */
export interface PiReport {
  /** For example `Raspberry Pi 5 Model B Rev 1.0`; null on a machine that is none. */
  readonly model: string | null;
  /** By the last answer; empty where there is no such chip or it does not answer. */
  readonly rails: readonly PiRail[];
  /** The supply was too low since the Pi's start, as far as firmware and agent remember; null: nothing here would tell. */
  readonly underVoltageSeen: boolean | null;
}

export interface PiSignals {
  /** Slow sources are asked no faster than they like; their last answer stands in between. Never rejects. */
  read(): Promise<PiReading>;
  /** By what `read` found so far. */
  report(): PiReport;
}

/** The machine that we may switch off. */
export interface Host {
  /** Writes everything that is buffered to the disk. */
  sync(): Promise<void>;
  /** Starts the power-off and resolves when the order was accepted; throws `UpsError` when it was not. */
  powerOff(reason: ShutdownReason, text: string): Promise<void>;
  /** The same for a reboot. */
  reboot(reason: ShutdownReason, text: string): Promise<void>;
}

export interface EventQuery {
  readonly types?: readonly string[];
  readonly sinceMs?: number;
  readonly limit?: number;
}

/** The durable event journal: an event has a sequence number only when it is synced to disk. */
export interface EventJournal {
  /** Synchronous on purpose: when it returns, the event survives a power cut. */
  append(draft: EventDraft): UpsEvent;
  /** Oldest first. */
  unsent(limit: number): readonly UpsEvent[];
  unsentCount(): number;
  /** Home Assistant has stored everything up to and including `seq`. */
  acknowledge(seq: number): void;
  lastSeq(): number;
  /**
   * Home Assistant knows a higher sequence number than this journal (the disk was replaced):
   * gives unsent events, and all later ones, numbers above `seq`.
   */
  renumberAbove(seq: number): void;
  /** Newest last. */
  list(query: EventQuery): readonly UpsEvent[];
  close(): void;
}

/** Small facts that must survive: counters, how the last run ended. */
export interface RunStore {
  lastRun(): LastRun;
  counters(): Counters;
  saveCounters(counters: Counters): void;
  /** What was learned about the battery; null when nothing was, or what is there cannot be understood. */
  battery(): LearnedBattery | null;
  saveBattery(battery: LearnedBattery): void;
  /** Adds one figure to the trend over years; the oldest go when there are too many. */
  addMeasurement(measurement: BatteryMeasurement): void;
  /** Oldest first. */
  measurements(): readonly BatteryMeasurement[];
  /** The board was kept from charging by this agent, and nobody has allowed it since. */
  chargeForbidden(): boolean;
  setChargeForbidden(forbidden: boolean): void;
  /** A press of the board's power button by a pin was begun by this agent, and the pin was not seen at rest since. */
  pressBegun(): boolean;
  setPressBegun(begun: boolean): void;
  /** A sign of life, at most one write a minute. */
  alive(atMs: number): void;
  ended(how: Exclude<LastRun, { kind: "none" } | { kind: "died" }>): void;
}

export type LogLevel = "error" | "warning" | "notice" | "info" | "debug";

/** One line per call; fields are appended as `key=value`. Never pass a secret. */
export interface Log {
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
}
