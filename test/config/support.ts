// Loads configuration text as the agent would, with surroundings that the test chooses.
import { type ConfigResult, type LoadedConfig, loadConfig } from "../../agent/src/config/load.ts";
import { problemText } from "../../agent/src/config/problem.ts";
import type { Overrides } from "../../agent/src/config/resolve.ts";
import type { Surroundings } from "../../agent/src/config/surroundings.ts";
import { readTextFile, resolvePath } from "../../agent/src/platform/config-file.ts";

export interface Where {
  readonly env?: Readonly<Record<string, string>>;
  readonly hostName?: string;
  readonly folder?: string;
  readonly mode?: number;
  readonly overrides?: Overrides;
}

export function load(text: string, where: Where = {}): ConfigResult {
  const surroundings: Surroundings = {
    env: where.env ?? {},
    hostName: where.hostName ?? "raspberrypi",
    readText: readTextFile,
    resolvePath,
  };
  const source = {
    file: "config.yaml",
    folder: where.folder ?? "/etc/pi-ups",
    text,
    mode: where.mode ?? 0o600,
  };
  return loadConfig(source, surroundings, where.overrides);
}

/** The loaded configuration; fails with the sentences when it is refused. */
export function good(text: string, where: Where = {}): LoadedConfig {
  const result = load(text, where);
  if (!result.ok) throw new Error(`refused:\n${result.problems.map(problemText).join("\n")}`);
  return result;
}

/** The sentences of a refused configuration. */
export function refusals(text: string, where: Where = {}): readonly string[] {
  const result = load(text, where);
  return result.ok ? [] : result.problems.map(problemText);
}
