// The simulated world's file: whole or not at all (temp file and rename), so that the command line can plug the mains
// in while the simulated Pi is off, and a supervisor can watch it.
import { readFileSync } from "node:fs";
import type { Board } from "../boards/board.ts";
import { findBoard } from "../boards/registry.ts";
import type { Result } from "../core/model.ts";
import type { SimCommand } from "../ports/control.ts";
import type { Answer } from "../ports/ha-link.ts";
import type { Clock } from "../ports/ports.ts";
import { applyToSaved, parseSaved, type SimSaved } from "../sim/saved-world.ts";
import type { PackOptions } from "../sim/sim-pack.ts";
import { writeWhole } from "./write-whole.ts";

export interface SimStore {
  readonly path: string;
  /** The saved world; null when there is none. Code of a refusal: `PI_UPS_SIM_SAVED_INVALID`. */
  load(): Result<SimSaved | null>;
  /** Replaces the file in one step; throws `UpsError` (`PI_UPS_FILE_NOT_WRITTEN`) when it cannot. */
  save(saved: SimSaved): void;
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}

function unusable(path: string, why: string): Result<never> {
  return {
    ok: false,
    code: "PI_UPS_SIM_SAVED_INVALID",
    message: `The simulated world's file ${path} is not usable: ${why}. Delete it to begin with a fresh world.`,
  };
}

function load(path: string): Result<SimSaved | null> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (isMissing(cause)) return { ok: true, value: null };
    return unusable(path, cause instanceof Error ? cause.message : String(cause));
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unusable(path, "it is not JSON");
  }
  const parsed = parseSaved(value);
  return parsed.ok ? parsed : { ...parsed, message: `${path}: ${parsed.message}` };
}

function save(path: string, saved: SimSaved): void {
  writeWhole(path, `${JSON.stringify(saved, null, 2)}\n`);
}

/** The world's file at a path. Touches nothing before `load` or `save`. */
export function createSimStore(path: string): SimStore {
  return { path, load: () => load(path), save: (saved) => save(path, saved) };
}

/**
 * Saves a running world now and then, so that a killed process loses little of it. Commands and the power switch are
 * saved by `onChange` of the simulator's options. The returned function saves once more and ends it; idempotent.
 */
export function keepSaved(
  store: SimStore,
  simulator: { save(): SimSaved },
  clock: Clock,
  everyMs = 10_000,
): () => void {
  let ended = false;
  let cancel = () => {};
  const again = () => {
    store.save(simulator.save());
    cancel = clock.after(everyMs, again);
  };
  again();
  return () => {
    if (ended) return;
    ended = true;
    cancel();
    store.save(simulator.save());
  };
}

function refused(code: string, message: string): Answer {
  return { accepted: false, code, message };
}

/**
 * A command while no agent runs: the saved world moves on to `wallMs`, obeys and is saved again.
 * @param ownBoard the board of the configuration, which may not be a built-in one
 * Refusals: `PI_UPS_SIM_NO_WORLD` (no file), `PI_UPS_SIM_SAVED_INVALID`, `PI_UPS_SIM_BAD_COMMAND`.
 */
export function applyToStore(
  store: SimStore,
  command: SimCommand,
  wallMs: number,
  ownBoard: Board | null = null,
  packOptions: PackOptions = {},
): Answer {
  const loaded = store.load();
  if (!loaded.ok) return refused(loaded.code, loaded.message);
  if (loaded.value === null) {
    return refused(
      "PI_UPS_SIM_NO_WORLD",
      `There is no simulated world at ${store.path}. Start the agent on a simulated board first, for example with: pi-ups run --sim`,
    );
  }
  const { board: id } = loaded.value;
  const board = ownBoard?.id === id ? ownBoard : findBoard(id);
  if (board === null) {
    return refused("PI_UPS_SIM_SAVED_INVALID", `${store.path} names the unknown board "${id}".`);
  }
  const { saved, answer } = applyToSaved(loaded.value, command, board, wallMs, packOptions);
  if (answer.accepted && command.kind !== "show") store.save(saved);
  return answer;
}
