// Events and logs for tests of the stores.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { EventDraft, EventType } from "../../../agent/src/core/model.ts";
import type { Log, LogLevel } from "../../../agent/src/ports/ports.ts";

export const firstMs = Date.UTC(2026, 10, 23, 4, 18, 14, 123);

/** The `n`-th event of a run: one second after the one before. */
export function draft(n: number, type: EventType = "ac_power_loss", bootId = "b00t"): EventDraft {
  return {
    id: `${bootId}-${n}`,
    at: { monoMs: n * 1000, wallMs: firstMs + n * 1000, utcOffsetMin: 60 },
    type,
    value: 96,
    threshold: null,
    unit: "%",
    message: `Event ${n}.`,
    detail: { battery_percent: 96 },
  };
}

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface TestLog extends Log {
  readonly lines: LogLine[];
}

export function testLog(): TestLog {
  const lines: LogLine[] = [];
  return { lines, log: (level, message, fields = {}) => lines.push({ level, message, fields }) };
}

/** A folder that goes away with the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pi-ups-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
