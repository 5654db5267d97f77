// Where things are: the checkout, and the cache outside git that survives clean clones.
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The top folder of the checkout. */
export const checkout = resolve(import.meta.dirname, "../..");

function firstSet(...names: readonly string[]): string | undefined {
  return names.map((name) => process.env[name]).find((value) => value !== undefined && value !== "");
}

/** Everything that the scripts install: `$PI_UPS_CACHE`, else `$XDG_CACHE_HOME/pi-ups`, else `~/.cache/pi-ups`. */
export const cache = resolve(
  firstSet("PI_UPS_CACHE") ?? join(firstSet("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "pi-ups"),
);

/** A short name for a set of pins, so that a changed pin gives a new folder and never a half-old one. */
export function pinHash(pins: unknown): string {
  return createHash("sha256").update(JSON.stringify(pins)).digest("hex").slice(0, 12);
}
