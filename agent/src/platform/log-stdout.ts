// Lines for people on stdout. Under systemd each begins with its `<N>` priority, which the journal understands; on a
// terminal with the time. An error that repeats is said once, then every ten minutes with how often it came.
import type { Log, LogLevel } from "../ports/ports.ts";

/** Syslog's numbers; systemd reads them from the start of a line (sd-daemon(3)). */
const priorities: Readonly<Record<LogLevel, number>> = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 };

const repeatEveryMs = 600_000;

export interface StdoutLogOptions {
  readonly level: LogLevel;
  /** True when stdout is the systemd journal (`JOURNAL_STREAM` is set). */
  readonly underJournal: boolean;
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
}

/** `key=value`, with quotes where a value has spaces. */
function fieldsText(fields: Readonly<Record<string, unknown>> | undefined): string {
  if (fields === undefined) return "";
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return ` ${key}=${/[\s"=]/.test(text) ? JSON.stringify(text) : text}`;
    })
    .join("");
}

/** Makes the log. Nothing is written above the chosen level. */
export function createStdoutLog(options: StdoutLogOptions): Log {
  const repeated = new Map<string, { saidAtMs: number; unsaid: number }>();
  const timeOf = (nowMs: number) => new Date(nowMs).toTimeString().slice(0, 8);
  const say = (level: LogLevel, text: string) => {
    const prefix = options.underJournal
      ? `<${priorities[level]}>`
      : `${timeOf(options.nowMs())} ${level.padEnd(7)} `;
    // One event is one line, whatever a message brought with it.
    options.write(`${prefix}${text.replaceAll(/\s*\n\s*/g, " | ")}\n`);
  };
  return {
    log(level, message, fields) {
      if (priorities[level] > priorities[options.level]) return;
      const text = message + fieldsText(fields);
      if (priorities[level] > priorities.warning) {
        say(level, text);
        return;
      }
      const now = options.nowMs();
      const before = repeated.get(text);
      if (before !== undefined && now - before.saidAtMs < repeatEveryMs) {
        before.unsaid += 1;
        return;
      }
      const more =
        before === undefined || before.unsaid === 0 ? "" : ` (${before.unsaid} more in the last minutes)`;
      if (repeated.size > 200) repeated.clear();
      repeated.set(text, { saidAtMs: now, unsaid: 0 });
      say(level, text + more);
    },
  };
}
