// The report to the host: one line per check over the serial line, as TAP. A check that throws is a failed one, and the
// next goes on.

/** What a check throws when the world is not as it should be. */
export class Mismatch extends Error {
  constructor(found: unknown, expected: string) {
    super(`found ${typeof found === "string" ? found : JSON.stringify(found)}, expected ${expected}`);
  }
}

let count = 0;

function print(line: string): void {
  process.stdout.write(`${line.replaceAll(/\s*\n\s*/g, " | ")}\n`);
}

export function note(text: string): void {
  print(`# ${text}`);
}

/** Runs one check. What it resolves with (a figure that was measured) stands behind its name. */
export async function check(what: string, run: () => Promise<string | undefined>): Promise<void> {
  count += 1;
  const number = count;
  try {
    const figure = await run();
    print(`ok ${number} ${what}${figure === undefined ? "" : ` (${figure})`}`);
  } catch (error) {
    const why = error instanceof Mismatch ? error.message : `threw ${String(error)}`;
    print(`not ok ${number} ${what} (${why})`);
  }
}

/** The last line: without it the host knows that we did not come to our end. */
export function end(): void {
  print(`1..${count}`);
}
