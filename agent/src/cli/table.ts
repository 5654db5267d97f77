// Columns that line up, whatever is in them.

/** Columns on a terminal; combining marks and emoji are not counted right, and do not appear in what we print. */
function widthOf(text: string): number {
  return [...text].length;
}

/** Rows as lines; each column is as wide as its widest cell, the last one is not padded. */
export function table(rows: readonly (readonly string[])[], indent = ""): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  }
  return rows
    .map((row) => {
      const cells = row.map((cell, column) =>
        column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - widthOf(cell)),
      );
      return `${indent}${cells.join("  ")}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join("");
}
