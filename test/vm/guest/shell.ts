// Programs of the guest, run to their end.
import { execFile } from "node:child_process";

/** What the program printed; rejects with its words when it fails. */
export function sh(command: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: 180_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} ${args.join(" ")}: ${(stderr || error.message).trim()}`));
    });
  });
}

/** What the program printed, whether it failed or not. */
export function output(command: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 180_000 }, (_error, stdout) => resolve(stdout));
  });
}
