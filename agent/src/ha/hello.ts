// The connect message: all that Home Assistant must know about this agent and its board, built from plain facts.
import type { Board } from "../boards/board.ts";
import type { Thresholds } from "../core/engine.ts";
import type { Instant, Sense } from "../core/model.ts";
import { toRfc3339 } from "../core/rfc3339.ts";
import { eventTypesFor } from "../core/senses.ts";
import type { RemoteCommand } from "../ports/ha-link.ts";
import type { Connect } from "../protocol/messages.ts";
import { protocolRange } from "../protocol/messages.ts";
import type { ValueKey } from "../protocol/values.ts";

/** Seconds in which the agent sends at least one state message; Home Assistant counts 2.4 times this as gone. */
export const heartbeatS = 5;

/** Facts that do not change while the agent runs. */
export interface HelloFacts {
  readonly agent: {
    /** Lower case letters, digits, `_` and `-`, at most 63. */
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly bootId: string;
    readonly startedAt: Instant;
  };
  readonly board: Board;
  readonly simulated: boolean;
  /** What this board on this Pi can sense. */
  readonly senses: ReadonlySet<Sense>;
  /** The values that it will send. */
  readonly values: readonly ValueKey[];
  readonly thresholds: Thresholds;
  /** False: Home Assistant may not ask for a shutdown. Cancelling one stays possible. */
  readonly allowRemoteShutdown: boolean;
}

/** @param lastSeq highest sequence number in the journal at this moment; 0 when empty */
export function buildHello(facts: HelloFacts, lastSeq: number): Connect {
  const { agent, board } = facts;
  return {
    protocol: { ...protocolRange },
    agent: {
      id: agent.id,
      name: agent.name,
      version: agent.version,
      boot_id: agent.bootId,
      started_at: toRfc3339(agent.startedAt),
    },
    board: {
      id: board.id,
      name: board.name,
      manufacturer: board.manufacturer,
      model: board.model,
      simulated: facts.simulated,
      experimental: board.confidence === "experimental",
    },
    values: [...facts.values],
    event_types: [...eventTypesFor(facts.senses)],
    commands: [...commandsFor(facts.allowRemoteShutdown)],
    thresholds: {
      low_percent: facts.thresholds.lowPct,
      critical_percent: facts.thresholds.criticalPct,
      low_cell_v: facts.thresholds.lowCellMv / 1000,
      critical_cell_v: facts.thresholds.criticalCellMv / 1000,
    },
    last_seq: lastSeq,
    heartbeat_s: heartbeatS,
  };
}

function commandsFor(allowRemoteShutdown: boolean): readonly RemoteCommand["command"][] {
  return allowRemoteShutdown ? ["shutdown", "cancel_shutdown"] : ["cancel_shutdown"];
}
