// The whole configuration for the commands that need it (run, config check, sim without an agent).
import type { AgentConfig } from "../config/agent-config.ts";
import { type ConfigResult, type LoadedConfig, loadConfig } from "../config/load.ts";
import { type ConfigProblem, problemText } from "../config/problem.ts";
import type { Overrides } from "../config/resolve.ts";
import type { Surroundings } from "../config/surroundings.ts";
import { UpsError } from "../core/ups-error.ts";
import { folderOf, hostName, readTextFile, resolvePath } from "../platform/config-file.ts";
import { parseFactor } from "../sim/quantities.ts";
import { type Invocation, textOption } from "./command.ts";
import { UsageError } from "./exit.ts";
import { type ConfigChoice, chooseConfig, unreadableConfig } from "./target.ts";

/** A configuration that is wrong; the message has one line for each problem. */
export class ConfigError extends UpsError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super("PI_UPS_CONFIG_INVALID", problems.map(problemText).join("\n"));
    this.problems = problems;
  }
}

function overridesOf({ io, options }: Invocation): Overrides {
  const speed = textOption(options, "speed");
  const factor = speed === undefined ? null : parseFactor(speed);
  if (factor !== null && !factor.ok) throw new UsageError(`--speed: ${factor.message}`);
  const socket = textOption(options, "socket");
  const stateDir = textOption(options, "state-dir");
  return {
    simulated: options["sim"] === true,
    ...(factor === null ? {} : { speed: factor.value }),
    ...(socket === undefined ? {} : { socketPath: resolvePath(io.folder, socket) }),
    ...(stateDir === undefined ? {} : { stateDir: resolvePath(io.folder, stateDir) }),
  };
}

function load(choice: ConfigChoice, mayBeMissing: boolean, invocation: Invocation): ConfigResult {
  const surroundings: Surroundings = {
    env: invocation.io.env,
    hostName: hostName(),
    readText: readTextFile,
    resolvePath,
  };
  const overrides = overridesOf(invocation);
  const read = readTextFile(choice.file);
  const missing = !read.ok && read.kind === "missing" && mayBeMissing && !choice.named;
  if (!read.ok && !missing) throw unreadableConfig(choice.file, read);
  if (missing) invocation.io.err(`pi-ups: there is no ${choice.file}: every setting has its default.\n`);
  const source = read.ok ? { text: read.text, mode: read.mode } : { text: "", mode: null };
  const folder = folderOf(choice.file);
  return loadConfig({ file: choice.file, folder, ...source }, surroundings, overrides);
}

/**
 * Loads, prints warnings to stderr, and throws `ConfigError` when it is wrong.
 * @param mayBeMissing whether a default file that is not there means "all defaults"
 */
export function requireConfig(
  choice: ConfigChoice,
  invocation: Invocation,
  mayBeMissing: boolean,
): LoadedConfig {
  const result = load(choice, mayBeMissing, invocation);
  if (!result.ok) throw new ConfigError(result.problems);
  const { config } = result;
  for (const warning of result.warnings) invocation.io.err(`${problemText(warning)} (warning)\n`);
  if (textOption(invocation.options, "speed") !== undefined && !config.board.simulated) {
    throw new UsageError("--speed is for simulated boards; add --sim, or write `board: sim:...`.");
  }
  return result;
}

/** The configuration for a command to which it matters little: null when it is wrong or cannot be read. */
export function loadQuietly(invocation: Invocation): AgentConfig | null {
  const silent: Invocation = { ...invocation, options: {}, io: { ...invocation.io, err: () => {} } };
  try {
    const result = load(chooseConfig(invocation), true, silent);
    return result.ok ? result.config : null;
  } catch (error) {
    if (error instanceof UpsError) return null;
    throw error;
  }
}
