// Not a failure of the project: this machine cannot boot the test machine, and one line says what it lacks.
import { Trouble } from "../lib/trouble.ts";

/** Exit code of `npm run test:vm` where it cannot run; the usual one for a test that was left out. */
export const cannotRunCode = 77;

export class CannotRun extends Trouble {}

/** The first line of what stands in the way. */
export function inOneLine(error: Error): string {
  return `npm run test:vm cannot run here: ${error.message.trim().replace(/\s*\n[\s\S]*$/, "")}`;
}
