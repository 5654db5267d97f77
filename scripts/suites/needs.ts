// Brings what suites need, each thing once, and remembers why a thing could not be brought: only the suites that need it
// fail then.
import { ensureChromium } from "../env/chromium.ts";
import { ensurePythonTools } from "../env/pytest.ts";
import { ensureHomeAssistant } from "../ha/install.ts";
import { checkout } from "../lib/paths.ts";
import { run } from "../lib/run.ts";
import { step } from "../lib/step.ts";
import { Trouble } from "../lib/trouble.ts";
import type { Need } from "./suite.ts";

const bring: Readonly<Record<Need, () => Promise<unknown>>> = {
  build: () =>
    step("Building agent and card", (detail) =>
      run(process.execPath, ["scripts/build.ts"], {
        cwd: checkout,
        what: "the build",
        timeoutMs: 300_000,
        onLine: detail,
      }),
    ),
  chromium: ensureChromium,
  python: ensurePythonTools,
  "home-assistant": ensureHomeAssistant,
};

/** What stands in the way, per need that could not be met. */
export type Obstacles = ReadonlyMap<Need, string>;

/** A mistake of our own keeps its stack trace; trouble that a person can mend is a sentence. */
export function reason(error: unknown): string {
  if (error instanceof Trouble) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Brings the needs in order. */
export async function bringAll(needs: Iterable<Need>): Promise<Obstacles> {
  const obstacles = new Map<Need, string>();
  for (const need of new Set(needs)) {
    try {
      await bring[need]();
    } catch (error) {
      obstacles.set(need, reason(error));
    }
  }
  return obstacles;
}
