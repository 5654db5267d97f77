// What the guest tells over its serial line, read as TAP: `ok N what`, `not ok N what (found, expected)`, and the plan
// `1..N` as the last line. A report without that plan is one of a guest that did not come to its end.

export interface Check {
  readonly number: number;
  readonly passed: boolean;
  /** What was checked, with figures; for a failed one also what was found and expected. */
  readonly what: string;
}

export interface Report {
  readonly checks: readonly Check[];
  /** Lines `# ...`: what a person may want to know. */
  readonly notes: readonly string[];
  /** The number of checks that the guest says it ran; null while it has not come to its end. */
  readonly planned: number | null;
}

export const emptyReport: Report = { checks: [], notes: [], planned: null };

/** The report with one more line; lines that are not part of it (a program that prints) change nothing. */
export function withLine(report: Report, line: string): Report {
  const text = line.trim();
  const check = /^(not )?ok (\d+) (.+)$/.exec(text);
  if (check !== null) {
    const found = { number: Number(check[2]), passed: check[1] === undefined, what: check[3] ?? "" };
    return { ...report, checks: [...report.checks, found] };
  }
  const plan = /^1\.\.(\d+)$/.exec(text);
  if (plan !== null) return { ...report, planned: Number(plan[1]) };
  return text.startsWith("# ") ? { ...report, notes: [...report.notes, text.slice(2)] } : report;
}

/** What is wrong with the report itself, as a sentence; null when it is whole. */
export function flaw({ checks, planned }: Report): string | null {
  const misnumbered = checks.findIndex(({ number }, index) => number !== index + 1);
  if (misnumbered >= 0) {
    return `Check ${checks[misnumbered]?.number} stands at place ${misnumbered + 1}: a line of the report was lost.`;
  }
  if (planned === null) return `The guest's report ends after ${checks.length} checks without its end.`;
  if (planned !== checks.length) return `The guest ran ${planned} checks, and ${checks.length} arrived.`;
  return planned === 0 ? "The guest ran no check." : null;
}

export interface Verdict {
  readonly table: string;
  readonly passed: number;
  readonly failed: number;
}

/** The table for people and the count. `trouble` is what befell the machine around the report; it counts as a failure. */
export function verdict(report: Report, trouble: string | null): Verdict {
  const sentences = [trouble, flaw(report)].filter((sentence) => sentence !== null);
  const rows = report.checks.map(
    ({ number, passed, what }) => `${String(number).padStart(3)}  ${passed ? "ok    " : "NOT OK"}  ${what}`,
  );
  const failed = report.checks.filter(({ passed }) => !passed).length;
  return {
    table: [...rows, ...sentences.map((sentence) => `     NOT OK  ${sentence}`)].join("\n"),
    passed: report.checks.length - failed,
    // One flaw often causes the other (a killed machine tells no end), so together they are one failure.
    failed: failed + (sentences.length > 0 ? 1 : 0),
  };
}
