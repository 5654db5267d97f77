// `PI_UPS_RECORD_INPUTS=FILE`: writes down what the core is told, to be replayed (app/recording.ts). For debugging; a
// file that cannot be written ends the recording, never the agent.
import { openSync, writeSync } from "node:fs";
import type { Log } from "../ports/ports.ts";

/** @param head the first line. Returns a function that takes each input. */
export function createInputRecorder(path: string, head: string, log: Log): (input: unknown) => void {
  let fd: number | null = null;
  const write = (line: string) => {
    if (fd !== null) writeSync(fd, `${line}\n`);
  };
  const guarded = (run: () => void) => {
    try {
      run();
    } catch (error) {
      fd = null;
      const why = error instanceof Error ? error.message : String(error);
      log.log("warning", `The inputs cannot be recorded in ${path}: ${why}`);
    }
  };
  guarded(() => {
    fd = openSync(path, "w", 0o600);
    write(head);
  });
  return (input) => guarded(() => write(JSON.stringify(input)));
}
