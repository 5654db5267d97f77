// The simulated world as a value: mains, pack, Pi, faults. Pure functions move it through time and obey commands, so
// that the running simulator and a saved file (while the simulated Pi is off) follow the same rules.
import type { Board } from "../boards/board.ts";
import type { ButtonAction } from "../core/model.ts";
import type { SimCommand, SimFault } from "../ports/control.ts";
import type { Answer } from "../ports/ha-link.ts";
import type { PiReading } from "../ports/ports.ts";
import {
  advanceBattery,
  type BatteryState,
  type Drive,
  type PackParams,
  react,
  restedBattery,
} from "./battery-model.ts";
import { ocvToPct } from "./ocv.ts";

export interface ActiveFault {
  readonly fault: SimFault;
  /** End on the caller's time line, ms; null: until cleared. */
  readonly untilMs: number | null;
  /** Level that a stuck mains pin keeps, as "mains present". */
  readonly heldAcPresent: boolean;
}

export interface WorldState {
  readonly acPresent: boolean;
  readonly pi: "on" | "off";
  /** What the Pi takes while it is on, W. */
  readonly loadW: number;
  readonly temperatureC: number;
  /** Voltage of the 5 V rail at the Pi, mV. */
  readonly railMv: number;
  /** A press of the board's button that nothing has taken yet. */
  readonly press: ButtonAction | null;
  /** Seconds of the battery's life per second of the clock. */
  readonly speed: number;
  /** The level of the charge-control line allows charging. */
  readonly chargeAllowed: boolean;
  readonly battery: BatteryState;
  /** What the gauge adds by mistake, percent points; fades as the gauge learns. */
  readonly gaugeErrorPct: number;
  readonly faults: readonly ActiveFault[];
}

export interface WorldOptions {
  readonly acPresent?: boolean;
  /** What the gauge shows at first, percent. Default 96. */
  readonly chargePct?: number;
  /** Default 6 W: a Raspberry Pi 5 with little to do and an SSD. */
  readonly loadW?: number;
  readonly temperatureC?: number;
  readonly speed?: number;
}

/** The gauge is right when full and pessimistic when empty: it shows 0 % with this much left. Seen on an X1206. */
const pessimismPct = 3;
/** What a healthy converter gives at the Pi's pins. */
export const normalRailMv = 5100;
/** How fast a wrong start of the gauge fades, seconds of the battery's life. */
const gaugeLearnsOverS = 1800;

/** What the gauge makes of a true charge. */
export function gaugePctOf(chargePct: number): number {
  return Math.max(0, chargePct - pessimismPct * (1 - chargePct / 100));
}

/** The true charge at which the gauge shows this percent. */
export function chargePctFor(gaugePct: number): number {
  return (gaugePct + pessimismPct) / (1 + pessimismPct / 100);
}

/** The percent in the gauge's register. */
export function gaugePct(world: WorldState): number {
  return Math.max(0, gaugePctOf(world.battery.chargePct) + world.gaugeErrorPct);
}

function driveOf(world: WorldState): Drive {
  return {
    acPresent: world.acPresent,
    chargeAllowed: world.chargeAllowed,
    loadW: world.pi === "on" ? world.loadW : 0,
  };
}

/** The terminals answer to a changed drive at once. */
function settled(params: PackParams, world: WorldState): WorldState {
  return { ...world, battery: react(params, world.battery, driveOf(world)) };
}

/** A pack whose gauge shows `shownPct`; full enough packs on mains have finished charging. */
function packShowing(params: PackParams, shownPct: number): BatteryState {
  const battery = restedBattery(params, chargePctFor(shownPct));
  return battery.chargePct >= params.rechargePct ? { ...battery, charger: "done" } : battery;
}

export function newWorld(params: PackParams, options: WorldOptions): WorldState {
  return settled(params, {
    acPresent: options.acPresent ?? true,
    pi: "on",
    loadW: options.loadW ?? 6,
    temperatureC: options.temperatureC ?? 48,
    railMv: normalRailMv,
    press: null,
    speed: options.speed ?? 1,
    chargeAllowed: true,
    battery: packShowing(params, options.chargePct ?? 96),
    gaugeErrorPct: 0,
    faults: [],
  });
}

export interface WorldAdvance {
  readonly world: WorldState;
  /** The pack ran empty on the way: the simulated Pi lost its power. */
  readonly blackout: boolean;
}

/** The world `elapsedMs` of the clock later; the battery's time runs `speed` times as fast. */
export function advanceWorld(params: PackParams, world: WorldState, elapsedMs: number): WorldAdvance {
  const seconds = (Math.max(0, elapsedMs) / 1000) * world.speed;
  const gaugeErrorPct = world.gaugeErrorPct * Math.exp(-seconds / gaugeLearnsOverS);
  const first = advanceBattery(params, world.battery, driveOf(world), seconds);
  if (first.collapsedAfterS === null) {
    return { world: { ...world, battery: first.battery, gaugeErrorPct }, blackout: false };
  }
  const dark: WorldState = { ...world, pi: "off", gaugeErrorPct };
  const rest = advanceBattery(params, first.battery, driveOf(dark), seconds - first.collapsedAfterS);
  return { world: { ...dark, battery: rest.battery }, blackout: true };
}

/** Faults that have not ended at `nowMs`. */
export function withoutEndedFaults(world: WorldState, nowMs: number): WorldState {
  const faults = world.faults.filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
  return faults.length === world.faults.length ? world : { ...world, faults };
}

export function findFault(world: WorldState, fault: SimFault): ActiveFault | undefined {
  return world.faults.find((active) => active.fault === fault);
}

/** What the mains pin says: the truth, unless it is stuck. */
export function acPinPresent(world: WorldState): boolean {
  return findFault(world, "ac-pin-stuck")?.heldAcPresent ?? world.acPresent;
}

/** The gauge recomputes its charge from the present voltage as if the cell rested (quick-start). */
export function quickStarted(params: PackParams, world: WorldState): WorldState {
  const seemsPct = ocvToPct(params.ocv, world.battery.cellMv);
  return { ...world, gaugeErrorPct: gaugePctOf(seemsPct) - gaugePctOf(world.battery.chargePct) };
}

/** The limits of the commands' numbers; a command may come from a program and not only from the parser. */
const limits = {
  load: [0, 100, " W"],
  battery: [0, 100, " %"],
  temperature: [-40, 125, " °C"],
  rail: [0, 6000, " mV"],
  speed: [0.01, 10_000, ""],
} as const;

function outOfRange(what: keyof typeof limits, value: number): string | null {
  const [lowest, highest, unit] = limits[what];
  if (value >= lowest && value <= highest) return null;
  return `The simulated ${what} cannot be ${value}${unit}. Expected is ${lowest}${unit} to ${highest}${unit}.`;
}

function changed(
  params: PackParams,
  world: WorldState,
  command: SimCommand,
  nowMs: number,
): WorldState | string {
  switch (command.kind) {
    case "ac":
      return settled(params, { ...world, acPresent: command.present });
    case "load":
      return outOfRange("load", command.watts) ?? settled(params, { ...world, loadW: command.watts });
    case "battery":
      return (
        outOfRange("battery", command.percent) ??
        settled(params, { ...world, battery: packShowing(params, command.percent), gaugeErrorPct: 0 })
      );
    case "temperature":
      return outOfRange("temperature", command.celsius) ?? { ...world, temperatureC: command.celsius };
    case "speed":
      return outOfRange("speed", command.factor) ?? { ...world, speed: command.factor };
    case "rail":
      return outOfRange("rail", command.mv) ?? { ...world, railMv: command.mv };
    case "button":
      return { ...world, press: command.action };
    case "fault": {
      const { fault, forMs } = command;
      const untilMs = forMs === null ? null : nowMs + forMs;
      const heldAcPresent = acPinPresent(world);
      const others = world.faults.filter((active) => active.fault !== fault);
      return { ...world, faults: [...others, { fault, untilMs, heldAcPresent }] };
    }
    case "clear":
      return { ...world, faults: [] };
    case "show":
      return world;
  }
  return command satisfies never;
}

/** The world after a command; the answer says what the world is now, or why nothing was changed. */
export function obey(
  params: PackParams,
  world: WorldState,
  command: SimCommand,
  nowMs: number,
): { readonly world: WorldState; readonly answer: Answer } {
  const next = changed(params, world, command, nowMs);
  if (typeof next === "string") {
    return { world, answer: { accepted: false, code: "PI_UPS_SIM_BAD_COMMAND", message: next } };
  }
  return { world: next, answer: { accepted: true, code: null, message: describeWorld(next, nowMs) } };
}

function describeFaults(world: WorldState, nowMs: number): string {
  if (world.faults.length === 0) return "no faults";
  const show = ({ fault, untilMs }: ActiveFault) =>
    untilMs === null ? fault : `${fault} for ${Math.ceil((untilMs - nowMs) / 1000)} s more`;
  return `faults: ${world.faults.map(show).join(", ")}`;
}

function describeFlow(battery: BatteryState): string {
  const amps = Math.abs(battery.currentMa / 1000).toFixed(2);
  if (battery.currentMa > 0) return `charging with ${amps} A`;
  return battery.currentMa < 0 ? `giving ${amps} A` : "resting";
}

/** One line for people: mains, battery, Pi, temperature, speed, faults. */
export function describeWorld(world: WorldState, nowMs: number): string {
  const { battery } = world;
  return [
    `mains ${world.acPresent ? "on" : "off"}`,
    `battery ${gaugePct(world).toFixed(1)} % at ${(battery.cellMv / 1000).toFixed(3)} V, ${describeFlow(battery)}`,
    world.pi === "on" ? `Pi on, taking ${world.loadW} W` : "Pi off",
    `${world.temperatureC} °C`,
    ...(world.railMv === normalRailMv ? [] : [`5 V rail at ${(world.railMv / 1000).toFixed(2)} V`]),
    `time x${world.speed}`,
    describeFaults(world, nowMs),
  ].join("; ");
}

/** The Pi's detector trips at 4.63 V (Raspberry Pi 3 to 4); a Pi 5's power chip tells the rail itself. */
const underVoltageMv = 4630;

/** What the simulated Pi tells about its supply. */
export function piReading({ railMv }: WorldState): PiReading {
  return {
    railMv: { ok: true, value: railMv },
    underVoltage: { ok: true, value: railMv < underVoltageMv },
  };
}

/** The mains line's raw level on this board. */
export function acLevelHigh(board: Board, world: WorldState): boolean {
  const present = acPinPresent(world);
  return board.lines.acPresent?.trueWhen === "low" ? !present : present;
}
