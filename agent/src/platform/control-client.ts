// The other end of the control socket: one request, one answer, and a plain sentence for each way in which an agent
// cannot be reached.
import { connect, type Socket } from "node:net";
import type { SwitchName } from "../boards/board.ts";
import type { BatteryMeasurement } from "../core/learned.ts";
import { UpsError } from "../core/ups-error.ts";
import type { SimCommand, StatusReport, SwitchCommand } from "../ports/control.ts";
import type { Answer } from "../ports/ha-link.ts";
import type { EventQuery } from "../ports/ports.ts";
import type { UpsEvent } from "../protocol/events.ts";
import {
  type ControlResponse,
  checkSocketPath,
  controlVersion,
  readLines,
  whatIsAt,
} from "./control-wire.ts";

/** A running agent, asked over its socket. All methods throw `UpsError` when it cannot be reached or refuses. */
export interface ControlClient {
  status(): Promise<StatusReport>;
  /** Newest last. */
  events(query: EventQuery): Promise<readonly UpsEvent[]>;
  /** @param delayMs null: the configured grace */
  requestShutdown(delayMs: number | null, text: string | null): Promise<Answer>;
  cancelShutdown(): Promise<Answer>;
  simulate(command: SimCommand): Promise<Answer>;
  measurements(): Promise<readonly BatteryMeasurement[]>;
  switches(): Promise<readonly SwitchName[]>;
  switchBoard(command: SwitchCommand): Promise<Answer>;
}

/** Answers can hold thousands of events. */
const longestAnswer = 64 * 1024 * 1024;

const howToStart = "Start it with `pi-ups run`, or choose another with --socket or --config.";

function unreachable(path: string, error: NodeJS.ErrnoException): UpsError {
  const cause = { cause: error };
  switch (error.code) {
    case "ENOENT":
      return new UpsError(
        "PI_UPS_NO_AGENT",
        `No agent is running: there is no socket ${path}. ${howToStart}`,
        cause,
      );
    case "ECONNREFUSED": {
      const why =
        whatIsAt(path) === "other"
          ? `${path} is not a socket`
          : `the socket ${path} is left over from one that ended without a goodbye`;
      return new UpsError("PI_UPS_NO_AGENT", `No agent is running: ${why}. ${howToStart}`, cause);
    }
    case "EACCES":
    case "EPERM":
      return new UpsError(
        "PI_UPS_NO_PERMISSION",
        `This user may not talk to the agent at ${path}. Use sudo, or add the user to the socket's group and log in again.`,
        cause,
      );
    case "ECONNRESET":
    case "EPIPE":
      return silent(path, "closed the connection without an answer");
    default:
      return new UpsError(
        "PI_UPS_NO_AGENT",
        `The agent at ${path} cannot be reached: ${error.message}.`,
        cause,
      );
  }
}

function silent(path: string, what: string): UpsError {
  const message = `The agent at ${path} ${what}. It may be overloaded or ending; look at its log.`;
  return new UpsError("PI_UPS_AGENT_SILENT", message);
}

function opened(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

async function firstLine(socket: Socket): Promise<string | null> {
  for await (const line of readLines(socket, longestAnswer)) return line.kind === "line" ? line.text : null;
  return null;
}

function understood(path: string, line: string | null): ControlResponse {
  if (line === null) throw silent(path, "closed the connection without an answer");
  try {
    const response = JSON.parse(line) as ControlResponse;
    if (typeof response.ok === "boolean" && (response.ok || typeof response.error?.code === "string"))
      return response;
  } catch {
    // Not JSON: the same as any other answer that makes no sense.
  }
  const message = `Something answers on ${path}, but not like an agent. Is it the right socket?`;
  throw new UpsError("PI_UPS_CONTROL_BAD_ANSWER", message);
}

async function exchange(path: string, request: string, timeoutMs: number): Promise<string | null> {
  const socket = await opened(path);
  const timer = setTimeout(
    () => socket.destroy(silent(path, `did not answer within ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  try {
    socket.write(request);
    return await firstLine(socket);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

async function ask(path: string, method: string, params: unknown, timeoutMs: number): Promise<unknown> {
  checkSocketPath(path);
  const request = `${JSON.stringify({ v: controlVersion, id: 1, method, params })}\n`;
  let line: string | null;
  try {
    line = await exchange(path, request, timeoutMs);
  } catch (error) {
    throw error instanceof UpsError ? error : unreachable(path, error as NodeJS.ErrnoException);
  }
  const response = understood(path, line);
  if (response.ok) return response.result;
  throw new UpsError(response.error.code, response.error.message);
}

function wireCommand(command: SimCommand): unknown {
  if (command.kind !== "fault") return command;
  return { kind: command.kind, fault: command.fault, for_ms: command.forMs };
}

function wireSwitch(command: SwitchCommand): unknown {
  if (command.kind === "power_cut") return { kind: command.kind, delay_s: command.delayS };
  return command.kind === "wake_at" ? { kind: command.kind, wall_ms: command.wallMs } : command;
}

/**
 * Talks to the agent at `path`, with one connection per request.
 * @param timeoutMs how long an answer may take
 */
export function createControlClient(path: string, timeoutMs = 5_000): ControlClient {
  const call = <T>(method: string, params: unknown): Promise<T> =>
    ask(path, method, params, timeoutMs) as Promise<T>;
  return {
    status: () => call("status", {}),
    events: ({ types, sinceMs, limit }) => call("events", { types, since_ms: sinceMs, limit }),
    requestShutdown: (delayMs, text) => call("shutdown", { delay_ms: delayMs, text }),
    cancelShutdown: () => call("cancel_shutdown", {}),
    simulate: (command) => call("simulate", wireCommand(command)),
    measurements: () => call("measurements", {}),
    switches: () => call("switches", {}),
    switchBoard: (command) => call("switch", wireSwitch(command)),
  };
}
