// Which configuration and which agent a command is about. Finding the socket must be quick: the YAML library is loaded
// only when the file really says something about the socket.
import { defaultConfigFile, defaultSocket } from "../config/paths.ts";
import { unreadableWords } from "../config/surroundings.ts";
import { UpsError } from "../core/ups-error.ts";
import { folderOf, readTextFile, resolvePath, type TextFile } from "../platform/config-file.ts";
import { type ControlClient, createControlClient } from "../platform/control-client.ts";
import { type Invocation, textOption } from "./command.ts";

export interface ConfigChoice {
  /** Absolute. */
  readonly file: string;
  /** Whether somebody named it; a default that is not there is no mistake. */
  readonly named: boolean;
}

/** --config, else PI_UPS_CONFIG, else the default. */
export function chooseConfig({ io, options }: Invocation): ConfigChoice {
  const named = textOption(options, "config") ?? (io.env["PI_UPS_CONFIG"] || undefined);
  if (named === undefined) return { file: defaultConfigFile, named: false };
  return { file: resolvePath(io.folder, named), named: true };
}

/** What to say when a configuration file cannot be read. */
export function unreadableConfig(file: string, read: Extract<TextFile, { ok: false }>): UpsError {
  const { found, mend } = unreadableWords(read);
  const example = read.kind === "missing" ? " `pi-ups config example` prints one to begin with." : "";
  const message = `${file}: found ${found}, expected a configuration. ${mend}${example}`;
  return new UpsError("PI_UPS_CONFIG_UNREADABLE", message);
}

/** A broken file still tells where its agent listens, as far as the line about the socket is readable. */
async function socketIn(text: string): Promise<string | null> {
  if (!/^[^#\n]*socket/m.test(text)) return null;
  const { parseDocument } = await import("yaml");
  const socket: unknown = parseDocument(text, { prettyErrors: false, logLevel: "error" }).get("socket");
  return typeof socket === "string" && socket !== "" ? socket : null;
}

/** --socket, else `socket` of the configuration, else the default. */
export async function findSocket(invocation: Invocation): Promise<string> {
  const { io, options } = invocation;
  const named = textOption(options, "socket");
  if (named !== undefined) return resolvePath(io.folder, named);
  const choice = chooseConfig(invocation);
  const read = readTextFile(choice.file);
  if (!read.ok) {
    if (choice.named) throw unreadableConfig(choice.file, read);
    return defaultSocket;
  }
  const socket = await socketIn(read.text);
  return socket === null ? defaultSocket : resolvePath(folderOf(choice.file), socket);
}

/** The agent that the command is for. */
export async function findAgent(invocation: Invocation): Promise<ControlClient> {
  return createControlClient(await findSocket(invocation));
}
