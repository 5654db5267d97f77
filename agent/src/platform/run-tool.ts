// Runs a small program of the system for its output: no shell, a time limit, and an answer instead of an exception.
import { execFile } from "node:child_process";

export type ToolOutput =
  | { readonly ok: true; readonly text: string }
  /** `missing`: there is no such program. `late`: it was ended because its time was over. */
  | { readonly ok: false; readonly missing: boolean; readonly late: boolean; readonly why: string };

/** Its standard output; never rejects. */
export function runTool(
  program: string,
  args: readonly string[],
  limitMs: number,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ToolOutput> {
  return new Promise((resolve) => {
    const options = { timeout: limitMs, killSignal: "SIGKILL", encoding: "utf8", env } as const;
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error === null) {
        resolve({ ok: true, text: stdout });
        return;
      }
      const missing = error.code === "ENOENT";
      const late = error.killed === true;
      const why = late ? `it did not end within ${limitMs / 1000} s` : stderr.trim() || error.message;
      resolve({ ok: false, missing, late, why });
    });
  });
}
