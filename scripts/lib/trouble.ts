// Trouble that a person can mend: printed as a sentence, without a stack trace.

export class Trouble extends Error {
  override readonly name = "Trouble";
}

/** Runs a script's main function; a `Trouble` ends it with its sentence and exit code 1. */
export async function main(run: () => Promise<number | undefined>): Promise<void> {
  const [major = 0] = process.versions.node.split(".").map(Number);
  if (major < 24) {
    process.stderr.write(
      `This script needs Node 24, this is Node ${process.versions.node}. Start it through npm (npm run demo, npm test): npm ci has put a Node 24 into node_modules.\n`,
    );
    process.exit(1);
  }
  try {
    process.exitCode = (await run()) ?? 0;
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
