// The one way from a file's text to a configuration. The answer is a value: either a configuration with warnings, or
// everything that is wrong, so that a person mends it in one go.
import * as v from "valibot";
import type { Board } from "../boards/board.ts";
import { watchesCurrent } from "../boards/derive.ts";
import { boardIds, findBoard, needsRevision } from "../boards/registry.ts";
import { UpsError } from "../core/ups-error.ts";
import type { AgentConfig } from "./agent-config.ts";
import { withChemistryLimits } from "./chemistry-limits.ts";
import { crossCheck } from "./cross-checks.ts";
import { quoted } from "./found.ts";
import { resolveHomeAssistant, tokenVariable } from "./home-assistant.ts";
import { type OwnBoards, readOwnBoards } from "./own-boards.ts";
import { type ConfigProblem, inFileOrder, type LocalProblem } from "./problem.ts";
import { type Overrides, resolveConfig, splitBoard } from "./resolve.ts";
import { apartKeys, configSchema, type RawConfig } from "./schema.ts";
import { closest } from "./suggest.ts";
import type { Surroundings } from "./surroundings.ts";
import { type Walked, walk } from "./walk.ts";
import { readYaml } from "./yaml-source.ts";

/** The text of a configuration and where it came from. */
export interface ConfigSource {
  /** As it is named in sentences. */
  readonly file: string;
  /** Absolute; relative paths in the file start here. */
  readonly folder: string;
  readonly text: string;
  /** Permission bits of the file; null when there is no file. */
  readonly mode: number | null;
}

export interface LoadedConfig {
  readonly ok: true;
  readonly config: AgentConfig;
  /** Not wrong, but worth a look. */
  readonly warnings: readonly ConfigProblem[];
  /** The file's words with defaults, for `config check`. The token is in it: never print it. */
  readonly raw: RawConfig;
  readonly walked: Walked;
  /** Where the token came from, in words; empty without Home Assistant. */
  readonly tokenFrom: string;
}

export type ConfigResult =
  | LoadedConfig
  | {
      readonly ok: false;
      /** At least one. */
      readonly problems: readonly ConfigProblem[];
    };

/** `sun_path` of a Unix socket holds 108 bytes, the last of which is zero (unix(7)). */
export const longestSocketPath = 107;

function inFile(file: string, problems: readonly LocalProblem[]): readonly ConfigProblem[] {
  return inFileOrder(problems).map((problem) => ({ file, ...problem }));
}

function checkSocketPath(walked: Walked, config: AgentConfig): readonly LocalProblem[] {
  const bytes = new TextEncoder().encode(config.socketPath).length;
  if (bytes <= longestSocketPath) return [];
  return [
    {
      at: walked.positions.get("socket") ?? null,
      path: "socket",
      found: `a path of ${bytes} bytes`,
      expected: `at most ${longestSocketPath} bytes`,
      mend: "Unix sockets cannot have longer names; choose a shorter path, for example in /run.",
    },
  ];
}

/** Paths that a shell would change, and we do not. */
function checkTilde(raw: RawConfig, walked: Walked): readonly LocalProblem[] {
  const paths: readonly (readonly [string, string | undefined])[] = [
    ["state_dir", raw.state_dir],
    ["socket", raw.socket],
    ["log.events_file.path", raw.log.events_file.path],
    ["home_assistant.token_file", raw.home_assistant?.token_file],
  ];
  return paths
    .filter(([, path]) => path?.startsWith("~") === true)
    .map(([path, text]) => ({
      at: walked.positions.get(path) ?? null,
      path,
      found: `the text ${quoted(text ?? "")}`,
      expected: "a path without ~",
      mend: "Write the whole path, for example /home/pi/...",
    }));
}

/** A charge limit on a board that charges as it likes. */
function idleWindow(config: AgentConfig, walked: Walked): readonly LocalProblem[] {
  const { description } = config.board;
  if (config.chargeWindow === null || description.switches.includes("allow_charge")) return [];
  const path = "charge.stop_percent";
  return [
    {
      at: walked.positions.get(path) ?? null,
      path,
      found: `${config.chargeWindow.stopPct}`,
      expected: "100 on this board",
      mend: `The ${description.name} cannot be kept from charging, so the limit changes nothing.`,
    },
  ];
}

/** A limit for a current that the board does not measure. */
function idleLimit(raw: RawConfig, config: AgentConfig, walked: Walked): readonly LocalProblem[] {
  const { description } = config.board;
  const limitA = raw.thresholds.overcurrent_a;
  if (limitA === undefined || watchesCurrent(description, config.output)) return [];
  const path = "thresholds.overcurrent_a";
  const mend = `The ${description.name} measures no current, so the limit changes nothing.`;
  const at = walked.positions.get(path) ?? null;
  return [{ at, path, found: `${limitA}`, expected: "nothing on this board", mend }];
}

/** A token for nobody, or a file that is not used: allowed, but hardly meant. */
function oddities(raw: RawConfig, surroundings: Surroundings, walked: Walked): readonly LocalProblem[] {
  const fromEnvironment = (surroundings.env[tokenVariable] ?? "").trim() !== "";
  if (!fromEnvironment) return [];
  const inEnvironment = `${tokenVariable} in the environment`;
  if (raw.home_assistant === undefined) {
    const mend = "Add `home_assistant:` with its url, or unset the variable. The agent runs alone.";
    return [
      { at: null, path: null, found: inEnvironment, expected: "a section home_assistant beside it", mend },
    ];
  }
  const key = raw.home_assistant.token === undefined ? "token_file" : "token";
  if (raw.home_assistant[key] === undefined) return [];
  const path = `home_assistant.${key}`;
  const at = walked.positions.get(path) ?? null;
  const mend = "The environment's token is used.";
  return [{ at, path, found: `a token here and ${inEnvironment}`, expected: "one of them", mend }];
}

interface Chosen {
  readonly board: Board;
  readonly problems: readonly LocalProblem[];
}

/** The board that `board:` names; when there is none, the default stands in and a sentence says so. */
function chooseBoard(choice: string, own: readonly Board[], walked: Walked): Chosen {
  const { id } = splitBoard(choice);
  const board = own.find((one) => one.id === id) ?? findBoard(id);
  const fallback = findBoard("x1201");
  if (fallback === null) throw new UpsError("PI_UPS_UNKNOWN_BOARD", "The registry has no x1201.");
  if (board !== null) return { board, problems: [] };
  const at = walked.positions.get("board") ?? null;
  const found = `the text ${quoted(choice)}`;
  const revision = needsRevision(id);
  if (revision !== null) {
    const expected = `one of ${revision.ids.join(", ")}`;
    const mend = `Choose one: ${revision.why}.`;
    return { board: fallback, problems: [{ at, path: "board", found, expected, mend }] };
  }
  const known = [...own.map((one) => one.id), ...boardIds()];
  const expected = "a board that `pi-ups boards` lists or that own_boards describes, also with sim: in front";
  const near = closest(id, known);
  const mend =
    near === null
      ? "Run `pi-ups boards`."
      : `Did you mean ${choice.startsWith("sim:") ? "sim:" : ""}${near}?`;
  return { board: fallback, problems: [{ at, path: "board", found, expected, mend }] };
}

function resolveAll(
  source: ConfigSource,
  own: OwnBoards,
  walked: Walked,
  surroundings: Surroundings,
  overrides: Overrides,
): ConfigResult {
  const parsed = v.parse(configSchema, walked.values);
  const positionOf = (path: string) => walked.positions.get(path) ?? null;
  const chosen = chooseBoard(parsed.board, own.boards, walked);
  const { chemistry } = chosen.board.battery;
  const raw = withChemistryLimits(parsed, chemistry, (path) => walked.positions.has(path));
  const wrong = new Set(walked.problems.map(({ path }) => path));
  const ha =
    raw.home_assistant === undefined
      ? { homeAssistant: null, tokenFrom: "", problems: [], warnings: [] }
      : resolveHomeAssistant({
          settings: raw.home_assistant,
          at: (path) => positionOf(path) ?? positionOf("home_assistant"),
          surroundings,
          folder: source.folder,
          configMode: source.mode,
        });
  const config = resolveConfig(raw, {
    board: chosen.board,
    homeAssistant: ha.homeAssistant,
    hostName: surroundings.hostName,
    folder: source.folder,
    resolvePath: surroundings.resolvePath,
    overrides,
  });
  const problems = [
    ...walked.problems,
    ...own.problems,
    // A board that is described wrongly is not also an unknown one.
    ...(own.problems.length > 0 ? [] : chosen.problems),
    ...crossCheck(raw, positionOf, (path) => !wrong.has(path)),
    ...(walked.problems.some(({ path }) => path?.startsWith("home_assistant")) ? [] : ha.problems),
    ...checkTilde(raw, walked),
    ...checkSocketPath(walked, config),
  ];
  if (problems.length > 0) return { ok: false, problems: inFile(source.file, problems) };
  const warnings = inFile(source.file, [
    ...ha.warnings,
    ...oddities(raw, surroundings, walked),
    ...idleWindow(config, walked),
    ...idleLimit(raw, config, walked),
  ]);
  return { ok: true, config, warnings, raw, walked, tokenFrom: ha.tokenFrom };
}

/**
 * Reads, checks and completes a configuration. Never throws for what is written in it.
 * @param overrides what the command line changes
 */
export function loadConfig(
  source: ConfigSource,
  surroundings: Surroundings,
  overrides: Overrides = {},
): ConfigResult {
  const yaml = readYaml(source.text);
  if (!yaml.ok) return { ok: false, problems: inFile(source.file, yaml.problems) };
  const walked = walk(configSchema, yaml.source, apartKeys);
  const written = walked.apart.get("own_boards");
  const own =
    written === undefined
      ? { boards: [], problems: [] }
      : readOwnBoards(yaml.source, written.value, written.keyAt);
  return resolveAll(source, own, walked, surroundings, overrides);
}
