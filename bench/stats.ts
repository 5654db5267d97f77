// Percentiles and the text of a table: what every measurement of the bench ends with.

/** The value below which `part` (0 to 1) of the sorted values lie; nearest rank. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** One line of the results: what was measured, the figure, what was aimed at, and whether it was reached. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly aim: string;
  /** null: a figure without an aim. */
  readonly reached: boolean | null;
}

/** The rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, figure, aim, reached }) => {
    const verdict = reached === null ? "" : reached ? "reached" : "**missed**";
    return `| ${what} | ${figure} | ${aim} | ${verdict} |`;
  });
  return ["| measured | figure | aim | |", "|---|---|---|---|", ...lines].join("\n");
}
