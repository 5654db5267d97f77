// The Unix socket on which a running agent answers `pi-ups status` and the other commands. Whoever may open the socket
// may command the agent: access is the socket file's owner, group and mode 0660, nothing else.
import { chmodSync, lstatSync, mkdirSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { UpsError } from "../core/ups-error.ts";
import type { AgentControl } from "../ports/control.ts";
import type { Log } from "../ports/ports.ts";
import { answerLine, refusal } from "./control-requests.ts";
import {
  type ControlResponse,
  checkSocketPath,
  longestRequest,
  readLines,
  whatIsAt,
} from "./control-wire.ts";

export interface ControlServer {
  /**
   * Listens. Throws `UpsError`: `PI_UPS_ALREADY_RUNNING` when another agent answers on the path,
   * `PI_UPS_SOCKET_PATH` when there can be no socket.
   */
  start(): Promise<void>;
  /** Closes all connections and removes the file. Idempotent. */
  stop(): Promise<void>;
}

const mostClients = 32;
/** A client that asks nothing for so long is dropped, so that forgotten ones cannot use all places. */
const idleMs = 60_000;
const probeMs = 2_000;

function pathError(path: string, what: string, cause?: unknown): UpsError {
  const detail = cause instanceof Error ? ` (${cause.message})` : "";
  return new UpsError("PI_UPS_SOCKET_PATH", `The control socket ${path} cannot be made: ${what}${detail}.`, {
    cause,
  });
}

/** Whether somebody listens. One who accepts is alive, even when busy: only a refusal proves that nobody is there. */
function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const timer = setTimeout(() => finish(() => resolve(true)), probeMs);
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    socket.once("connect", () => finish(() => resolve(true)));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      const nobody = error.code === "ECONNREFUSED" || error.code === "ENOENT";
      finish(() => (nobody ? resolve(false) : reject(pathError(path, "a file is in the way", error))));
    });
  });
}

/** Removes what a dead agent left; the file must be the one that was found dead. */
async function removeStale(path: string): Promise<void> {
  if (whatIsAt(path) === "nothing") return;
  if (whatIsAt(path) === "other") {
    throw pathError(path, "there is a file that is not a socket; delete it or choose another path");
  }
  const before = lstatSync(path).ino;
  if (await somebodyListens(path)) {
    const message = `Another agent is running: it answers on ${path}. Stop it first, or give this one its own \`socket\` and \`state_dir\`.`;
    throw new UpsError("PI_UPS_ALREADY_RUNNING", message);
  }
  if (lstatSync(path, { throwIfNoEntry: false })?.ino === before) unlinkSync(path);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      const message = `Another agent took the socket ${path} at the same moment.`;
      if (error.code === "EADDRINUSE")
        reject(new UpsError("PI_UPS_ALREADY_RUNNING", message, { cause: error }));
      else reject(pathError(path, "the system refused", error));
    };
    server.once("error", onError);
    server.listen(path, () => {
      server.off("error", onError);
      resolve();
    });
  });
}

async function send(socket: Socket, response: ControlResponse): Promise<void> {
  if (socket.destroyed || socket.write(`${JSON.stringify(response)}\n`)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off("drain", done).off("close", done);
      resolve();
    };
    socket.once("drain", done).once("close", done);
  });
}

async function serve(socket: Socket, control: AgentControl, log: Log): Promise<void> {
  const onBug = (error: unknown): void => {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.log("error", "A request on the control socket failed", { code: "PI_UPS_INTERNAL", detail });
  };
  for await (const line of readLines(socket, longestRequest)) {
    if (line.kind === "line") {
      await send(socket, await answerLine(control, line.text, onBug));
    } else {
      const message = `A request has at most ${longestRequest} characters on one line.`;
      await send(socket, refusal(null, { code: "PI_UPS_CONTROL_TOO_LONG", message }));
      return;
    }
  }
}

function accept(socket: Socket, clients: Set<Socket>, control: AgentControl, log: Log): void {
  clients.add(socket);
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on("error", (error) => log.log("debug", "A control client went away", { error: error.message }));
  socket.once("close", () => clients.delete(socket));
  serve(socket, control, log)
    .catch((error: unknown) => log.log("debug", "A control client went away", { error: String(error) }))
    .finally(() => socket.end());
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  } catch (error) {
    throw pathError(path, "its folder cannot be made", error);
  }
}

/** @param path absolute path of the socket file */
export function createControlServer(path: string, control: AgentControl, log: Log): ControlServer {
  const clients = new Set<Socket>();
  let server: Server | null = null;
  return {
    async start() {
      if (server !== null) return;
      checkSocketPath(path);
      makeFolder(path);
      await removeStale(path);
      const starting = createServer({ allowHalfOpen: true }, (socket) =>
        accept(socket, clients, control, log),
      );
      starting.maxConnections = mostClients;
      await listen(starting, path);
      server = starting;
      starting.on("error", (error) =>
        log.log("warning", "The control socket has trouble", { error: error.message }),
      );
      chmodSync(path, 0o660);
    },
    async stop() {
      const stopping = server;
      server = null;
      if (stopping === null) return;
      const closed = new Promise<void>((resolve) => stopping.close(() => resolve()));
      for (const socket of clients) socket.destroy();
      await closed;
    },
  };
}
