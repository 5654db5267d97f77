// What a test suite is for `npm test`, whatever language and tool it is written for.

/** Things that must be there before a suite can run. */
export type Need = "build" | "chromium" | "python" | "home-assistant";

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What a reader needs to see when something failed; empty otherwise. */
  readonly report: string;
}

/** Where a suite says what it is doing, and how long it may take. */
export interface Running {
  readonly detail: (text: string) => void;
  readonly limitMs: number;
}

export interface Suite {
  readonly name: string;
  readonly what: string;
  readonly needs: readonly Need[];
  /** After this time it is stopped and has failed. */
  readonly limitMin: number;
  run(running: Running): Promise<Outcome>;
}

/** One check that passed or failed as a whole. */
export function verdict(good: boolean, report: string): Outcome {
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0, report: good ? "" : report };
}

/** Several outcomes as one. */
export function together(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((sum, one) => sum + one.passed, 0),
    failed: outcomes.reduce((sum, one) => sum + one.failed, 0),
    skipped: outcomes.reduce((sum, one) => sum + one.skipped, 0),
    report: outcomes
      .map((one) => one.report.trim())
      .filter((report) => report !== "")
      .join("\n"),
  };
}
