// The words on the Unix socket, for both ends: one JSON object per line, a request with an id, an answer with the same
// id. No validation library here, so that `pi-ups status` starts fast; the server's checks are in control-requests.ts.
import { lstatSync } from "node:fs";
import type { Socket } from "node:net";
import { UpsError } from "../core/ups-error.ts";

/** Version of the words; an agent and a command line of different releases notice it. */
export const controlVersion = 1;

/** The longest request that is read, in characters. */
export const longestRequest = 64 * 1024;

/** `sun_path` holds 108 bytes, the last of which is zero (unix(7)). */
const longestPath = 107;

export interface ControlError {
  /** Stable, for example `PI_UPS_CONTROL_UNKNOWN_METHOD`. */
  readonly code: string;
  readonly message: string;
}

export type ControlResponse =
  | { readonly v: number; readonly id: number | string | null; readonly ok: true; readonly result: unknown }
  | {
      readonly v: number;
      readonly id: number | string | null;
      readonly ok: false;
      readonly error: ControlError;
    };

/** Throws `PI_UPS_SOCKET_PATH` when no Unix socket can have this path. */
export function checkSocketPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= longestPath) return;
  const message = `The socket's path has ${bytes} bytes, but Unix sockets allow ${longestPath}: ${path}. Choose a shorter one.`;
  throw new UpsError("PI_UPS_SOCKET_PATH", message);
}

/** What is at a path, as far as a socket is concerned. */
export function whatIsAt(path: string): "nothing" | "socket" | "other" {
  const about = lstatSync(path, { throwIfNoEntry: false });
  if (about === undefined) return "nothing";
  return about.isSocket() ? "socket" : "other";
}

export type Line =
  | { readonly kind: "line"; readonly text: string }
  /** More than `longest` characters without an end of line; nothing follows. */
  | { readonly kind: "too_long" };

/** The lines that arrive on a socket. Reading waits while the caller works on a line. */
export async function* readLines(socket: Socket, longest: number): AsyncGenerator<Line> {
  socket.setEncoding("utf8");
  let rest = "";
  for await (const chunk of socket) {
    rest += String(chunk);
    let end = rest.indexOf("\n");
    while (end >= 0) {
      const text = rest.slice(0, end).trim();
      rest = rest.slice(end + 1);
      if (text !== "") yield { kind: "line", text };
      end = rest.indexOf("\n");
    }
    if (rest.length > longest) {
      yield { kind: "too_long" };
      return;
    }
  }
  if (rest.trim() !== "") yield { kind: "line", text: rest.trim() };
}
