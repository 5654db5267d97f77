// The version: put in by the bundler, or read from package.json when the sources run.
import { readTextFile, resolvePath } from "../platform/config-file.ts";

declare const __PI_UPS_VERSION__: string | undefined;

/** For example `0.1.0`. */
export function packageVersion(): string {
  if (typeof __PI_UPS_VERSION__ === "string") return __PI_UPS_VERSION__;
  const read = readTextFile(resolvePath(import.meta.dirname, "../../../package.json"));
  const version = read.ok ? (JSON.parse(read.text) as { readonly version?: unknown }).version : undefined;
  return typeof version === "string" ? version : "unknown";
}
