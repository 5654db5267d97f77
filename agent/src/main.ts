// The composition root: reads nothing but the configuration, builds the ports for a real or a simulated board, runs the agent.
import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { Agent, type AgentParts } from "./app/agent.ts";
import type { Board } from "./boards/board.ts";
import { findBoard } from "./boards/registry.ts";
import type { AgentConfig } from "./config/agent-config.ts";
import type { CoreConfig } from "./core/engine.ts";
import type { Sense } from "./core/model.ts";
import { UpsError } from "./core/ups-error.ts";
import { createUpsDevice } from "./drivers/ups-device.ts";
import { buildHello } from "./ha/hello.ts";
import { createWsLink } from "./ha/ws-link.ts";
import { type Hardware, realHardware, simulatedHardware } from "./hardware.ts";
import { createControlServer } from "./platform/control-socket.ts";
import { createEventLogFile } from "./platform/event-log-file.ts";
import { createStdoutLog } from "./platform/log-stdout.ts";
import { nodeClock } from "./platform/node-clock.ts";
import { createSqliteJournal } from "./platform/sqlite-journal.ts";
import { createSqliteRunStore } from "./platform/sqlite-run-store.ts";
import { openStateDb } from "./platform/state-db.ts";
import { createSocket } from "./platform/ws-socket.ts";
import type { Log } from "./ports/ports.ts";

export interface RunOptions {
  readonly version: string;
}

function stdoutLog(config: AgentConfig): Log {
  return createStdoutLog({
    level: config.log.level,
    underJournal: process.env["JOURNAL_STREAM"] !== undefined,
    write: (line) => process.stdout.write(line),
    nowMs: Date.now,
  });
}

/** The board's own senses, and the processor's temperature where the Pi tells it. */
async function sensesOf(board: Board, hardware: Hardware): Promise<ReadonlySet<Sense>> {
  const senses = new Set<Sense>(board.senses);
  if ((await hardware.thermometer.readC()).ok) senses.add("temperature");
  return senses;
}

function coreConfig(
  config: AgentConfig,
  board: Board,
  senses: ReadonlySet<Sense>,
  version: string,
): CoreConfig {
  return {
    bootId: randomBytes(6).toString("hex"),
    agentVersion: version,
    board,
    senses,
    capacityMah: config.capacityMah,
    sampleIntervalMs: config.sampleIntervalMs,
    thresholds: config.thresholds,
    debounce: config.debounce,
    shutdown: config.shutdown,
  };
}

/** `PI_UPS_RECORD_INPUTS=FILE`: one JSON line per input, to be replayed through the core. */
function recorder(): Pick<AgentParts, "onInput"> {
  const file = process.env["PI_UPS_RECORD_INPUTS"];
  if (file === undefined || file === "") return {};
  return { onInput: (input) => appendFileSync(file, `${JSON.stringify(input)}\n`) };
}

/** A signal that aborts with the name of what stopped the process. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.once(name, () => controller.abort(name));
  return controller.signal;
}

/** How long an agent that was told to stop may take in all; whatever hangs then is left behind. */
const stopLimitMs = 5_000;

/**
 * Runs the agent until it is stopped or has powered the simulated Pi off. Resolves with the exit code.
 * Throws `UpsError` when another agent runs on the same socket, or the board is unknown.
 */
export async function runAgent(config: AgentConfig, options: RunOptions): Promise<number> {
  const log = stdoutLog(config);
  const board = findBoard(config.board.id);
  if (board === null) throw new UpsError("PI_UPS_UNKNOWN_BOARD", `There is no board "${config.board.id}".`);
  const clock = nodeClock;
  const signal = stopSignal();
  const hardware = config.board.simulated ? simulatedHardware(board, config, log) : realHardware(board);
  const senses = await sensesOf(board, hardware);
  const core = coreConfig(config, board, senses, options.version);
  const startedAt = clock.now();

  let agent: Agent | null = null;
  const control = createControlServer(
    config.socketPath,
    lateControl(() => agent),
    log,
  );
  await control.start();
  const db = openStateDb(join(config.stateDir, "agent.db"), log, Date.now());
  const journal = createSqliteJournal(db, {
    onTrouble: (message) => {
      if (message !== null) log.log("error", message, { code: "PI_UPS_JOURNAL_UNWRITABLE" });
      // The journal speaks in the middle of a step; the core hears it in the next one.
      queueMicrotask(() => agent?.journalTrouble(message));
    },
  });
  const eventLog = createEventLogFile(config.log.eventsFile, log);
  const ha = config.homeAssistant;
  const helloFacts = {
    agent: { ...config.agent, version: options.version, bootId: core.bootId, startedAt },
    board,
    simulated: config.board.simulated,
    senses,
    thresholds: config.thresholds,
    allowRemoteShutdown: config.shutdown.allowRemote,
  };
  agent = new Agent({
    core,
    facts: {
      agent: { ...config.agent, version: options.version, bootId: core.bootId },
      startedAt,
      pid: process.pid,
      board,
      simulated: config.board.simulated,
      senses,
      remoteShutdownAllowed: config.shutdown.allowRemote,
      homeAssistantConfigured: ha !== null,
    },
    device: createUpsDevice(board, { ...hardware, clock }),
    clock,
    journal,
    runStore: createSqliteRunStore(db, log),
    eventCopy: (event) => eventLog.append(event),
    log,
    host: hardware.host,
    createLink:
      ha === null
        ? null
        : (onCommand) =>
            createWsLink({
              hello: () => buildHello(helloFacts, journal.lastSeq()),
              url: ha.url,
              token: ha.token,
              createSocket,
              clock,
              journal,
              log,
              onCommand,
            }),
    simulate: hardware.simulate,
    statusIntervalMs: config.log.statusIntervalMs,
    endAfterPowerOff: config.board.simulated,
    ...recorder(),
  });
  signal.addEventListener("abort", () => setTimeout(() => process.exit(0), stopLimitMs).unref(), {
    once: true,
  });
  await agent.run(signal);
  await control.stop();
  eventLog.close();
  journal.close();
  await hardware.close();
  return 0;
}

/** The control socket opens before the agent exists, so that a second agent is refused before it touches anything. */
function lateControl(agent: () => Agent | null): Parameters<typeof createControlServer>[1] {
  const need = (): Agent => {
    const present = agent();
    if (present === null)
      throw new UpsError("PI_UPS_STARTING", "The agent is starting; try again in a moment.");
    return present;
  };
  return {
    status: () => need().status(),
    events: (query) => need().events(query),
    requestShutdown: (delayMs, text) => need().requestShutdown(delayMs, text),
    cancelShutdown: () => need().cancelShutdown(),
    simulate: (command) => need().simulate(command),
  };
}
