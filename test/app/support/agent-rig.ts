// A whole agent on a clock that only the test moves: the real core, the real drivers on the simulated X1201, the real
// journal on a real file. Only the machine's power switch and the far end of the link are stand-ins, at their ports.
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Agent, type AgentParts } from "../../../agent/src/app/agent.ts";
import { boards, findBoard } from "../../../agent/src/boards/registry.ts";
import {
  defaultDebounce,
  defaultOutput,
  defaultShutdown,
  defaultThresholds,
} from "../../../agent/src/core/config-defaults.ts";
import type { CoreConfig, CoreInput } from "../../../agent/src/core/engine.ts";
import type { Sense } from "../../../agent/src/core/model.ts";
import { preloadChips } from "../../../agent/src/drivers/chips.ts";
import { createUpsDevice } from "../../../agent/src/drivers/ups-device.ts";
import { valuesFor } from "../../../agent/src/ha/capabilities.ts";
import { createSqliteJournal, type SqliteJournal } from "../../../agent/src/platform/sqlite-journal.ts";
import { createSqliteRunStore } from "../../../agent/src/platform/sqlite-run-store.ts";
import { openStateDb } from "../../../agent/src/platform/state-db.ts";
import type { HaLink, LinkStatus, RemoteCommand } from "../../../agent/src/ports/ha-link.ts";
import type { Host } from "../../../agent/src/ports/ports.ts";
import type { UpsEvent } from "../../../agent/src/protocol/events.ts";
import type { ValueMap } from "../../../agent/src/protocol/values.ts";
import { createSimulator, type SimOptions, type Simulator } from "../../../agent/src/sim/world.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { type TestLog, testFolder, testLog } from "./events.ts";

/** Home Assistant's side of the link port: remembers in which order things came. */
export class FarLink implements HaLink {
  readonly said: string[] = [];
  readonly published: ValueMap[] = [];
  readonly answers: (readonly [string, boolean, string | null])[] = [];
  /** What a goodbye does; the default is to be heard at once. */
  onBye: () => Promise<void> = () => Promise.resolve();
  command: (command: RemoteCommand) => void = () => {};

  start(): void {
    this.said.push("start");
  }
  stop(): Promise<void> {
    this.said.push("stop");
    return Promise.resolve();
  }
  publish(values: ValueMap): void {
    this.published.push(values);
  }
  eventsWaiting(): void {
    this.said.push("events");
  }
  answer(commandId: string, answer: { readonly accepted: boolean; readonly code: string | null }): void {
    this.answers.push([commandId, answer.accepted, answer.code]);
  }
  bye(goodbye: { readonly reason: string; readonly detail: string | null }): Promise<void> {
    this.said.push(`bye ${goodbye.reason} ${goodbye.detail ?? ""}`.trim());
    return this.onBye();
  }
  status(): LinkStatus {
    return { kind: "connected", sinceMs: 0 };
  }
}

export interface RigOptions {
  /** Id of another board than the X1201. */
  readonly board?: string;
  readonly folder?: string;
  readonly clock?: VirtualClock;
  readonly sim?: SimOptions;
  readonly core?: Partial<CoreConfig>;
  readonly parts?: Partial<AgentParts>;
  readonly host?: Partial<Host>;
  /** False: the agent runs alone. */
  readonly linked?: boolean;
}

export interface Rig {
  readonly agent: Agent;
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly journal: SqliteJournal;
  readonly link: FarLink;
  readonly log: TestLog;
  readonly inputs: CoreInput[];
  readonly core: CoreConfig;
  /** Copied events, and what the host was told, in their order. */
  readonly done: string[];
  readonly copied: UpsEvent[];
  readonly folder: string;
  readonly running: Promise<void>;
  events(): string[];
  stop(reason?: string): Promise<void>;
}

function boardOf(id: string) {
  const board = findBoard(id);
  if (board === null) throw new Error(`the registry has no ${id}`);
  return board;
}

/** Loading a driver takes real time, and here only the virtual clock moves. */
await preloadChips(boards.flatMap(({ chips }) => chips));

let runs = 0;

/** Starts an agent; its first second has not passed yet. */
export function startAgent(options: RigOptions = {}): Rig {
  const { folder = testFolder(), clock = new VirtualClock(), linked = true } = options;
  const board = boardOf(options.board ?? "x1201");
  const simulator = createSimulator({ board, clock, options: { chargePct: 96, loadW: 6, ...options.sim } });
  const log = testLog();
  const link = new FarLink();
  const done: string[] = [];
  const copied: UpsEvent[] = [];
  const inputs: CoreInput[] = [];
  runs += 1;
  const core: CoreConfig = {
    bootId: `boot${runs}`,
    agentVersion: "1.2.3",
    board,
    senses: new Set<Sense>([...board.senses, "temperature"]),
    capacityMah: null,
    sampleIntervalMs: 1000,
    thresholds: defaultThresholds,
    debounce: defaultDebounce,
    shutdown: defaultShutdown,
    output: defaultOutput,
    chargeWindow: null,
    buttonsEnabled: true,
    ...options.core,
  };
  const db = openStateDb(join(folder, "agent.db"), log, clock.now().wallMs);
  const troubles: Rig["agent"][] = [];
  const journal = createSqliteJournal(db, {
    onTrouble: (message) => queueMicrotask(() => troubles[0]?.journalTrouble(message)),
  });
  const agent = new Agent({
    core,
    facts: {
      agent: { id: "test-pi", name: "Test Pi", version: "1.2.3", bootId: core.bootId },
      startedAt: clock.now(),
      pid: 1234,
      board,
      simulated: true,
      senses: core.senses,
      remoteShutdownAllowed: core.shutdown.allowRemote,
      homeAssistantConfigured: linked,
      gpioChosen: () => null,
      piReport: () => simulator.piSignals.report(),
    },
    values: valuesFor(core.senses, false),
    device: createUpsDevice(board, { ...simulator, clock }),
    clock,
    journal,
    runStore: createSqliteRunStore(db, log),
    eventCopy(event) {
      copied.push(event);
      done.push(event.type);
    },
    upkeep: () => journal.retry(),
    log,
    host: {
      sync() {
        done.push("sync");
        return Promise.resolve();
      },
      powerOff() {
        done.push("power off");
        simulator.powerOff();
        return Promise.resolve();
      },
      reboot() {
        done.push("reboot");
        simulator.powerOff();
        return Promise.resolve();
      },
      ...options.host,
    },
    createLink: linked
      ? (onCommand) => {
          link.command = onCommand;
          return link;
        }
      : null,
    simulate: (command) => simulator.apply(command),
    statusIntervalMs: 60_000,
    endAfterPowerOff: true,
    onInput: (input) => inputs.push(input),
    ...options.parts,
  });
  troubles.push(agent);
  const signal = new AbortController();
  const running = agent.run(signal.signal);
  const stop = async (reason = "SIGTERM") => {
    signal.abort(reason);
    await clock.until(running);
    simulator.stop();
    journal.close();
  };
  onTestFinished(() => stop());
  const events = () => journal.list({}).map(({ type }) => type);
  return {
    agent,
    clock,
    simulator,
    journal,
    link,
    log,
    inputs,
    core,
    done,
    copied,
    folder,
    running,
    events,
    stop,
  };
}
