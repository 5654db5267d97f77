// Writes a file whole or not at all: a draft beside it, synced, then renamed over it.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { UpsError } from "../core/ups-error.ts";

function write(path: string, text: string, mode: number): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(draft, "w", mode);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/**
 * Replaces the file in one step; makes its folder when it is missing.
 * Throws `UpsError` (`PI_UPS_FILE_NOT_WRITTEN`) with a sentence when the system refuses.
 */
export function writeWhole(path: string, text: string, mode = 0o644): void {
  try {
    write(path, text, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const denied = code === "EACCES" || code === "EPERM" || code === "EROFS";
    const mend = denied ? " Run the command with sudo, or name another file with --config." : "";
    const found = error instanceof Error ? error.message : String(error);
    throw new UpsError("PI_UPS_FILE_NOT_WRITTEN", `${path} cannot be written: ${found}.${mend}`);
  }
}
