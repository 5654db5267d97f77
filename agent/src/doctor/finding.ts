// What `pi-ups doctor` says about one thing: how it stands, what was found, why it matters, and how to mend it.

/** `unknown`: it could not be looked at. Only a `problem` makes the exit code 1. */
export type Level = "ok" | "note" | "problem" | "unknown";

/** How to mend something: commands to copy, and what no command can do. */
export interface Mend {
  /** Commands for a shell, in order. */
  readonly run: readonly string[];
  /** A sentence; null when the commands say it all. */
  readonly say: string | null;
}

export interface Finding {
  /** Stable, snake_case: programs know the check by it. */
  readonly id: string;
  readonly level: Level;
  /** What was found: one or two sentences. */
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** null: there is nothing to mend. */
  readonly mend: Mend | null;
}

/** Findings about one subject, under one heading. */
export interface Chapter {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** One entry of `pi-ups doctor --json`. Keys are a public contract. */
export interface FindingReport {
  readonly id: string;
  readonly level: Level;
  readonly what: string;
  readonly why: string;
  /** The sentence first, then one command per line. */
  readonly mend: string | null;
}

/** Commands to run, in order. */
export function run(...commands: readonly string[]): Mend {
  return { run: commands, say: null };
}

/** A sentence, and the commands that go with it. */
export function say(sentence: string, ...commands: readonly string[]): Mend {
  return { run: commands, say: sentence };
}

/** Findings of one check share their id and their reason. */
export interface Check {
  ok(what: string): Finding;
  note(what: string, mend: Mend | null): Finding;
  problem(what: string, mend: Mend): Finding;
  unknown(what: string, mend?: Mend | null): Finding;
}

/**
 * @param id of all findings of the check
 * @param why the check matters
 */
export function check(id: string, why: string): Check {
  const finding = (level: Level, what: string, mend: Mend | null): Finding => ({
    id,
    level,
    what,
    why,
    mend,
  });
  return {
    ok: (what) => finding("ok", what, null),
    note: (what, mend) => finding("note", what, mend),
    problem: (what, mend) => finding("problem", what, mend),
    unknown: (what, mend = null) => finding("unknown", what, mend),
  };
}

/** For `--json`. */
export function findingReport({ id, level, what, why, mend }: Finding): FindingReport {
  const lines = mend === null ? null : [...(mend.say === null ? [] : [mend.say]), ...mend.run];
  return { id, level, what, why, mend: lines === null ? null : lines.join("\n") };
}
