// The composition root: reads nothing but the configuration, builds the ports for a real or a simulated board, runs the
// agent, and gives everything back in the end, whatever went wrong on the way.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Agent, type AgentParts } from "./app/agent.ts";
import { recordingHead } from "./app/recording.ts";
import { type Sensed, sensedBy } from "./app/senses.ts";
import type { Board } from "./boards/board.ts";
import type { AgentConfig } from "./config/agent-config.ts";
import type { CoreConfig } from "./core/engine.ts";
import type { Instant } from "./core/model.ts";
import { UpsError } from "./core/ups-error.ts";
import { createUpsDevice } from "./drivers/ups-device.ts";
import { type Hardware, realHardware, simulatedHardware } from "./hardware.ts";
import { createControlServer } from "./platform/control-socket.ts";
import { createEventLogFile, type EventLogFile } from "./platform/event-log-file.ts";
import { createInputRecorder } from "./platform/input-recorder.ts";
import { createProcessLog } from "./platform/log-stdout.ts";
import { nodeClock } from "./platform/node-clock.ts";
import { createSqliteJournal, type SqliteJournal } from "./platform/sqlite-journal.ts";
import { createSqliteRunStore } from "./platform/sqlite-run-store.ts";
import { openStateDb, type StateDb } from "./platform/state-db.ts";
import type { AgentControl } from "./ports/control.ts";
import type { Log } from "./ports/ports.ts";

export interface RunOptions {
  readonly version: string;
}

function blindToMains(board: Board): string {
  return `The ${board.name} cannot tell about mains: the agent shows the battery and warns, but no outage shuts this Pi down.`;
}

/** What all parts are built from. */
interface Basis {
  readonly config: AgentConfig;
  readonly board: Board;
  readonly core: CoreConfig;
  readonly values: Sensed["values"];
  readonly startedAt: Instant;
  readonly log: Log;
}

/** Things to give back, the newest first. */
class Closers {
  readonly #closers: (() => void | Promise<void>)[] = [];

  add(close: () => void | Promise<void>): void {
    this.#closers.push(close);
  }

  async closeAll(log: Log): Promise<void> {
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        log.log("warning", "Something could not be closed.", { error });
      }
    }
  }
}

function coreConfig(
  config: AgentConfig,
  board: Board,
  senses: Sensed["senses"],
  agentVersion: string,
): CoreConfig {
  const { capacityMah, sampleIntervalMs, thresholds, debounce, shutdown } = config;
  const { output, chargeWindow, buttonsEnabled } = config;
  const bootId = randomBytes(6).toString("hex");
  return {
    bootId,
    agentVersion,
    board,
    senses,
    capacityMah,
    sampleIntervalMs,
    thresholds,
    debounce,
    shutdown,
    output,
    chargeWindow: board.switches.includes("allow_charge") ? chargeWindow : null,
    buttonsEnabled,
  };
}

/** The link is loaded only where it is used: an agent that runs alone stays smaller. */
async function linkOf(basis: Basis, journal: SqliteJournal): Promise<AgentParts["createLink"]> {
  const { config, board, core, startedAt, log } = basis;
  const ha = config.homeAssistant;
  if (ha === null) return null;
  const [{ createWsLink }, { buildHello }, { createSocket }] = await Promise.all([
    import("./ha/ws-link.ts"),
    import("./ha/hello.ts"),
    import("./platform/ws-socket.ts"),
  ]);
  const facts = {
    agent: { ...config.agent, version: core.agentVersion, bootId: core.bootId, startedAt },
    board,
    simulated: config.board.simulated,
    senses: core.senses,
    values: basis.values,
    thresholds: core.thresholds,
    allowRemoteShutdown: core.shutdown.allowRemote,
  };
  const hello = () => buildHello(facts, journal.lastSeq());
  const { url, token } = ha;
  return (onCommand) =>
    createWsLink({ hello, url, token, createSocket, clock: nodeClock, journal, log, onCommand });
}

/** The copy gets what it missed: events that were recorded while it could not be written. */
function catchUp(eventLog: EventLogFile, journal: SqliteJournal): void {
  const copied = eventLog.start();
  if (copied === null) return;
  for (const event of journal.list({ limit: 1000 })) if (event.seq > copied) eventLog.append(event);
  // A journal that was replaced goes on behind the numbers that the copy has seen.
  journal.startAbove(copied);
}

function openJournal(db: StateDb, log: Log, onTrouble: (message: string | null) => void): SqliteJournal {
  return createSqliteJournal(db, {
    // The journal speaks in the middle of a step; the core hears it in the next one.
    onTrouble: (message) => queueMicrotask(() => onTrouble(message)),
    onDropped: (count) =>
      log.log("warning", `${count} unsent events were dropped: the journal has reached its limit.`),
  });
}

/** `PI_UPS_RECORD_INPUTS=FILE`: what the core hears is written down. */
function recorder({ core, log }: Basis): Pick<AgentParts, "onInput"> {
  const file = process.env["PI_UPS_RECORD_INPUTS"] ?? "";
  return file === "" ? {} : { onInput: createInputRecorder(file, recordingHead(core), log) };
}

async function buildAgent(basis: Basis, hardware: Hardware, db: StateDb, closers: Closers): Promise<Agent> {
  const { config, board, core, startedAt, log } = basis;
  let agent: Agent | null = null;
  const journal = openJournal(db, log, (message) => agent?.journalTrouble(message));
  closers.add(() => journal.close());
  const eventLog = createEventLogFile(config.log.eventsFile, log);
  closers.add(() => eventLog.close());
  catchUp(eventLog, journal);
  agent = new Agent({
    core,
    facts: {
      agent: { ...config.agent, version: core.agentVersion, bootId: core.bootId },
      startedAt,
      pid: process.pid,
      board,
      simulated: config.board.simulated,
      senses: core.senses,
      remoteShutdownAllowed: core.shutdown.allowRemote,
      homeAssistantConfigured: config.homeAssistant !== null,
      gpioChosen: () => hardware.gpioChosen(),
      piReport: () => hardware.piSignals.report(),
    },
    values: basis.values,
    device: createUpsDevice(board, { ...hardware, clock: nodeClock }),
    clock: nodeClock,
    journal,
    runStore: createSqliteRunStore(db, log),
    eventCopy: (event) => eventLog.append(event),
    upkeep: () => journal.retry(),
    log,
    host: hardware.host,
    createLink: await linkOf(basis, journal),
    simulate: hardware.simulate,
    statusIntervalMs: config.log.statusIntervalMs,
    endAfterPowerOff: config.board.simulated,
    ...recorder(basis),
  });
  return agent;
}

/** How long an agent that was told to stop may take; whatever hangs then is left behind. A power-off gets longer. */
const stopLimitMs = 4_800;
const powerOffLimitMs = 25_000;

/** A signal that aborts with the name of what stopped the process. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.once(name, () => controller.abort(name));
  return controller.signal;
}

function limitStop(signal: AbortSignal, poweringOff: () => boolean): void {
  const end = () => process.exit(0);
  const check = () => {
    if (poweringOff()) setTimeout(end, powerOffLimitMs).unref();
    else end();
  };
  signal.addEventListener("abort", () => setTimeout(check, stopLimitMs).unref(), { once: true });
}

/** A fault in the agent itself: one line that a log reader finds, then the end, so that systemd starts it anew. */
function endOnFault(log: Log): void {
  process.once("uncaughtException", (error: unknown) => {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.log("error", "The agent ends because of a fault in itself; please report it.", {
      code: "PI_UPS_INTERNAL",
      detail,
    });
    process.exit(1);
  });
}

/** The control socket opens before the agent exists, so that a second agent is refused before it touches anything. */
function lateControl(agent: () => Agent | null): AgentControl {
  const need = (): Agent => {
    const present = agent();
    if (present !== null) return present;
    throw new UpsError("PI_UPS_STARTING", "The agent is starting; try again in a moment.");
  };
  return {
    status: () => need().status(),
    events: (query) => need().events(query),
    requestShutdown: (delayMs, text) => need().requestShutdown(delayMs, text),
    cancelShutdown: () => need().cancelShutdown(),
    simulate: (command) => need().simulate(command),
    measurements: () => need().measurements(),
    switches: () => need().switches(),
    switchBoard: (command) => need().switchBoard(command),
  };
}

/**
 * Runs the agent until it is stopped or has powered the simulated Pi off. Resolves with the exit code.
 * Throws `UpsError` when another agent runs on the same socket or state folder.
 */
export async function runAgent(config: AgentConfig, options: RunOptions): Promise<number> {
  const log = createProcessLog(config.log.level);
  const board = config.board.description;
  endOnFault(log);
  const startedAt = nodeClock.now();
  const signal = stopSignal();
  const closers = new Closers();
  let agent: Agent | null = null;
  limitStop(signal, () => agent?.poweringOff ?? false);
  try {
    const control = createControlServer(
      config.socketPath,
      lateControl(() => agent),
      log,
    );
    await control.start();
    closers.add(() => control.stop());
    const db = openStateDb(join(config.stateDir, "agent.db"), log, startedAt.wallMs);
    closers.add(() => db.close());
    const hardware = config.board.simulated
      ? simulatedHardware(board, config, log)
      : realHardware(board, config, log);
    closers.add(() => hardware.close());
    const { senses, values } = await sensedBy(board, config.output, hardware);
    const core = coreConfig(config, board, senses, options.version);
    if (!senses.has("ac")) log.log("warning", blindToMains(board), { code: "PI_UPS_NO_MAINS_SENSE" });
    agent = await buildAgent({ config, board, core, values, startedAt, log }, hardware, db, closers);
    await agent.run(signal);
    // Before the stores close: nobody asks them any more.
    await control.stop();
    return 0;
  } finally {
    await closers.closeAll(log);
  }
}
