// Scenarios: what happens to the simulated world and when, written as YAML by people. This file checks the parsed
// YAML and plays it; reading the file is for the caller.
import type { ReadFailure, Result } from "../core/model.ts";
import type { SimCommand } from "../ports/control.ts";
import type { Answer } from "../ports/ha-link.ts";
import type { CancelSignal, Clock } from "../ports/ports.ts";
import { parseDurationMs } from "./quantities.ts";
import { parseSimCommand, simCommandWords } from "./sim-command.ts";

export interface ScenarioStep {
  /** Since the start of the scenario, ms of the clock (not of the battery's faster time). */
  readonly atMs: number;
  /** In the order of the file. */
  readonly commands: readonly SimCommand[];
}

export interface Scenario {
  readonly name: string | null;
  /** In the order of time. */
  readonly steps: readonly ScenarioStep[];
}

const stepWords = Object.keys(simCommandWords).filter((word) => word !== "show");
const stepKeys = ["at", ...stepWords, "for"];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a mapping" : JSON.stringify(value);
}

/** Collects every mistake, so that a person mends a file once. */
class Problems {
  readonly list: string[] = [];

  add(where: string, message: string): null {
    this.list.push(`${where}: ${message}`);
    return null;
  }

  take<T>(where: string, result: Result<T>): T | null {
    return result.ok ? result.value : this.add(where, result.message);
  }
}

function parseCommands(
  step: Readonly<Record<string, unknown>>,
  where: string,
  problems: Problems,
): SimCommand[] {
  const commands: SimCommand[] = [];
  for (const [word, argument] of Object.entries(step)) {
    if (word === "at" || word === "for") continue;
    if (!stepWords.includes(word)) {
      problems.add(where, `the key "${word}" is not known. Expected are: ${stepKeys.join(", ")}.`);
      continue;
    }
    const forText = word === "fault" ? step["for"] : undefined;
    const command = problems.take(`${where}.${word}`, parseSimCommand(word, argument, forText));
    if (command !== null) commands.push(command);
  }
  return commands;
}

function parseStep(value: unknown, where: string, problems: Problems): ScenarioStep | null {
  if (!isRecord(value)) {
    return problems.add(
      where,
      `expected is a mapping such as "at: 10s" and "ac: off", found is ${kindOf(value)}.`,
    );
  }
  if (value["at"] === undefined)
    problems.add(where, `"at" is missing. Expected is a time such as "at: 10s".`);
  if (value["for"] !== undefined && value["fault"] === undefined) {
    problems.add(where, `"for" belongs to "fault", which is missing.`);
  }
  const atMs = value["at"] === undefined ? null : problems.take(`${where}.at`, parseDurationMs(value["at"]));
  const before = problems.list.length;
  const commands = parseCommands(value, where, problems);
  if (commands.length === 0 && problems.list.length === before) {
    problems.add(where, `nothing happens in it. Expected is at least one of: ${stepWords.join(", ")}.`);
  }
  return atMs === null ? null : { atMs, commands };
}

function checkOrder(steps: readonly (ScenarioStep | null)[], problems: Problems): void {
  let latestMs = 0;
  for (const [index, step] of steps.entries()) {
    if (step === null) continue;
    if (step.atMs < latestMs) {
      problems.add(
        `steps[${index}].at`,
        "is earlier than a step before it. Expected are steps in the order of time.",
      );
    }
    latestMs = Math.max(latestMs, step.atMs);
  }
}

function invalid(problems: readonly string[]): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_SCENARIO_INVALID",
    message: `The scenario cannot be played. ${problems.join(" ")}`,
  };
}

/**
 * Checks a scenario that was parsed from YAML: `name` (may be absent) and `steps`, each with `at` and what happens:
 * `ac: off`, `load: 12W`, `battery: 15%`, `temp: 70`, `speed: 60`, `fault: i2c-nack` with `for: 10s`, `clear: true`.
 * A refusal (`PI_UPS_SCENARIO_INVALID`) names every mistake with its place, steps counted from 0.
 */
export function parseScenario(value: unknown): Result<Scenario> {
  if (!isRecord(value)) {
    return invalid([`Expected is a mapping with the key "steps", found is ${kindOf(value)}.`]);
  }
  const problems = new Problems();
  for (const key of Object.keys(value)) {
    if (key !== "name" && key !== "steps") {
      problems.add("at the top", `the key "${key}" is not known. Expected are: name, steps.`);
    }
  }
  const { name, steps } = value;
  if (name !== undefined && typeof name !== "string") {
    problems.add("name", `expected is a text, found is ${kindOf(name)}.`);
  }
  if (!Array.isArray(steps) || steps.length === 0) {
    problems.add("steps", `expected is a list with at least one step, found is ${kindOf(steps)}.`);
    return invalid(problems.list);
  }
  const parsed = steps.map((step: unknown, index) => parseStep(step, `steps[${index}]`, problems));
  checkOrder(parsed, problems);
  if (problems.list.length > 0) return invalid(problems.list);
  return {
    ok: true,
    value: {
      name: typeof name === "string" ? name : null,
      steps: parsed.filter((step) => step !== null),
    },
  };
}

/** Whoever obeys commands: a simulator in this process, or a running agent over its socket. */
export interface SimTarget {
  apply(command: SimCommand): Answer | Promise<Answer>;
}

export interface ScenarioRun {
  /** `refused`: the target refused a command, and the rest was not played. */
  readonly end: "played" | "aborted" | "refused";
  /** The last answer, if any command was given. */
  readonly answer: Answer | null;
}

/**
 * Plays a scenario in the clock's time; ends early when the signal aborts or a command is refused.
 * @param onStep called after each command, for progress
 */
export async function runScenario(
  target: SimTarget,
  scenario: Scenario,
  clock: Clock,
  signal: CancelSignal,
  onStep: (step: ScenarioStep, command: SimCommand, answer: Answer) => void = () => {},
): Promise<ScenarioRun> {
  const startMs = clock.now().monoMs;
  let answer: Answer | null = null;
  for (const step of scenario.steps) {
    const waitMs = startMs + step.atMs - clock.now().monoMs;
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    for (const command of step.commands) {
      if (signal.aborted) return { end: "aborted", answer };
      answer = await target.apply(command);
      onStep(step, command, answer);
      if (!answer.accepted) return { end: "refused", answer };
    }
  }
  return { end: "played", answer };
}
