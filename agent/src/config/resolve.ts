// From the file's words to the agent's: units, paths, the name of this machine. Nothing can be wrong any more here,
// except what only the whole shows: a path that is too long, a value that only a simulated board has.
import type { Board } from "../boards/board.ts";
import { usualIntervalMs } from "../boards/derive.ts";
import type { AgentConfig, HomeAssistantConfig } from "./agent-config.ts";
import { agentIdPattern, type RawConfig } from "./schema.ts";

/** What the command line changes. */
export interface Overrides {
  /** True: simulate the board, whatever it is. */
  readonly simulated?: boolean;
  readonly speed?: number;
  /** Absolute. */
  readonly socketPath?: string;
  /** Absolute. */
  readonly stateDir?: string;
}

export interface ResolveContext {
  readonly homeAssistant: HomeAssistantConfig | null;
  readonly board: Board;
  readonly hostName: string;
  /** Folder where relative paths of the file start. */
  readonly folder: string;
  readonly resolvePath: (folder: string, path: string) => string;
  readonly overrides: Overrides;
}

/** An agent id made from any text: `Küche Pi 5` gives `kuche-pi-5`; `pi-ups` when nothing is left. */
export function slug(text: string): string {
  const words = text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, 63)
    .replace(/[-_]+$/, "");
  return agentIdPattern.test(words) ? words : "pi-ups";
}

const ms = (seconds: number): number => Math.round(seconds * 1000);
const mv = (volts: number): number => Math.round(volts * 1000);

function resolveThresholds(raw: RawConfig["thresholds"]): AgentConfig["thresholds"] {
  return {
    lowPct: raw.low_percent,
    lowCellMv: mv(raw.low_cell_v),
    criticalPct: raw.critical_percent,
    criticalCellMv: mv(raw.critical_cell_v),
    recoveredPctAbove: raw.recovered_percent_above,
    recoveredCellMvAbove: mv(raw.recovered_cell_v_above),
    holdSamples: raw.hold_samples,
    temperatureHighC: raw.temperature_high_c,
    temperatureNormalC: raw.temperature_normal_c,
    faultAfterFailures: raw.fault_after_failures,
  };
}

/** The person's limit goes before the board's, for whatever currents the board measures. */
function resolveOutput(raw: RawConfig["thresholds"], limits: Board["limits"]): AgentConfig["output"] {
  const own = raw.overcurrent_a === undefined ? null : ms(raw.overcurrent_a);
  return {
    railLowMv: mv(raw.rail_low_v),
    railNormalMv: mv(raw.rail_normal_v),
    batteryMa: own ?? limits.batteryMa,
    outputMa: own ?? limits.outputMa,
  };
}

/** How far below the upper limit charging starts again when nobody says. */
const windowPct = 5;

function resolveCharge({ stop_percent: stopPct, start_percent: startPct }: RawConfig["charge"]) {
  return stopPct >= 100 ? null : { stopPct, startPct: startPct ?? stopPct - windowPct };
}

function resolveLog(raw: RawConfig["log"], stateDir: string, context: ResolveContext): AgentConfig["log"] {
  return {
    level: raw.level,
    statusIntervalMs: ms(raw.status_interval_s),
    eventsFile: {
      path: context.resolvePath(stateDir, raw.events_file.path ?? "events.jsonl"),
      maxBytes: raw.events_file.max_kib * 1024,
      files: raw.events_file.files,
    },
  };
}

/** Splits `sim:x1201` into the board and whether it is simulated. */
export function splitBoard(choice: string): { readonly id: string; readonly simulated: boolean } {
  const simulated = choice.startsWith("sim:");
  return { id: simulated ? choice.slice("sim:".length) : choice, simulated };
}

function resolveAgent(raw: RawConfig["agent"], hostName: string): AgentConfig["agent"] {
  const name = raw.name ?? (hostName.trim().slice(0, 100) || "Pi UPS");
  return { id: raw.id ?? slug(hostName), name };
}

/** The configuration that the agent runs with. */
export function resolveConfig(raw: RawConfig, context: ResolveContext): AgentConfig {
  const { overrides, folder, resolvePath } = context;
  const board = splitBoard(raw.board);
  const stateDir = overrides.stateDir ?? resolvePath(folder, raw.state_dir);
  return {
    agent: resolveAgent(raw.agent, context.hostName),
    board: {
      id: board.id,
      simulated: board.simulated || overrides.simulated === true,
      description: context.board,
    },
    homeAssistant: context.homeAssistant,
    stateDir,
    socketPath: overrides.socketPath ?? resolvePath(folder, raw.socket),
    sampleIntervalMs:
      raw.sample_interval_s === undefined ? usualIntervalMs(context.board) : ms(raw.sample_interval_s),
    capacityMah: raw.battery.capacity_mah ?? context.board.battery.typicalCapacityMah,
    debounce: { acLostMs: ms(raw.debounce.ac_lost_s), acRestoredMs: ms(raw.debounce.ac_restored_s) },
    thresholds: resolveThresholds(raw.thresholds),
    shutdown: { graceMs: ms(raw.shutdown.grace_s), allowRemote: raw.shutdown.allow_remote },
    output: resolveOutput(raw.thresholds, context.board.limits),
    chargeWindow: resolveCharge(raw.charge),
    buttonsEnabled: raw.buttons.enabled,
    gpioBackend: raw.gpio.backend,
    log: resolveLog(raw.log, stateDir, context),
    sim: {
      speed: overrides.speed ?? raw.sim.speed,
      loadW: raw.sim.load_w,
      chargePct: raw.sim.battery_percent,
      temperatureC: raw.sim.temperature_c,
    },
  };
}
