// What is wrong with a configuration, as facts and as a sentence. Every check speaks through this one form, so that a
// person always reads where, what was found, what is expected and how to mend it.

/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface ConfigProblem {
  readonly file: string;
  /** null: the trouble is the file itself. */
  readonly at: Position | null;
  /** The setting as `thresholds.low_percent`; null when the text could not be read that far. */
  readonly path: string | null;
  readonly found: string;
  readonly expected: string;
  /** One or two sentences. */
  readonly mend: string;
}

/** A problem before anybody knows which file it is in. */
export type LocalProblem = Omit<ConfigProblem, "file">;

/** `file:line:column`, as far as known. */
export function placeText(file: string, at: Position | null): string {
  return at === null ? file : `${file}:${at.line}:${at.column}`;
}

/** `FILE:LINE:COL: key path: found X, expected Y. How to mend.` */
export function problemText(problem: ConfigProblem): string {
  const { file, at, path, found, expected, mend } = problem;
  const subject = path === null ? "" : `${path}: `;
  return `${placeText(file, at)}: ${subject}found ${found}, expected ${expected}. ${mend}`;
}

/** Problems in the order in which a person meets them in the file. */
export function inFileOrder<P extends LocalProblem>(problems: readonly P[]): readonly P[] {
  const line = (problem: P) => problem.at?.line ?? 0;
  const column = (problem: P) => problem.at?.column ?? 0;
  return problems.toSorted((a, b) => line(a) - line(b) || column(a) - column(b));
}
