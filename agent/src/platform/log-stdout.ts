// Lines for people on stdout. Under systemd each begins with its `<N>` priority, which the journal understands; elsewhere
// with the time. Trouble that repeats is said once, then every ten minutes with how often it came.
import { fstatSync } from "node:fs";
import type { Log, LogLevel } from "../ports/ports.ts";

/** Syslog's numbers; systemd reads them from the start of a line (sd-daemon(3)). */
const priorities: Readonly<Record<LogLevel, number>> = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 };

const repeatEveryMs = 600_000;
/** Different repeated lines that are remembered; the longest silent ones are forgotten first. */
const mostRemembered = 200;
/** When nobody reads stdout, lines are dropped from here on: a stuck reader must not eat the memory. */
const longestBacklog = 256 * 1024;

/** `journal`: priorities. `terminal`: the time of day. `file`: date and time. */
export type LogStyle = "journal" | "terminal" | "file";

export interface StdoutLogOptions {
  readonly level: LogLevel;
  readonly style: LogStyle;
  readonly write: (line: string) => void;
  /** Bytes that were written but not taken yet. */
  readonly backlog: () => number;
  readonly nowMs: () => number;
}

function valueText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return value.message;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

/** `key=value`, with quotes where a value has spaces. */
function fieldsText(fields: Readonly<Record<string, unknown>> | undefined): string {
  return Object.entries(fields ?? {})
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => {
      const text = valueText(value);
      return ` ${key}=${/[\s"=]/.test(text) ? JSON.stringify(text) : text}`;
    })
    .join("");
}

/** One event is one line, and no text from outside can steer a terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " | ").replaceAll(/\p{Cc}/gu, " ");
}

function prefix(style: LogStyle, level: LogLevel, nowMs: number): string {
  if (style === "journal") return `<${priorities[level]}>`;
  const now = new Date(nowMs);
  const time = now.toTimeString().slice(0, 8);
  const local = new Date(nowMs - now.getTimezoneOffset() * 60_000);
  return `${style === "file" ? `${local.toISOString().slice(0, 10)} ` : ""}${time} ${level.padEnd(7)} `;
}

interface Repeated {
  saidAtMs: number;
  unsaid: number;
}

/** Says whether trouble is worth a line now; the text is what a line about it ends with, null for silence. */
function createRepeats(nowMs: () => number): (text: string) => string | null {
  const known = new Map<string, Repeated>();
  return (text) => {
    // Numbers change from line to line ("for 5 samples", "for 6 samples"); the trouble is the same.
    const key = text.replaceAll(/\d+/g, "0");
    const now = nowMs();
    const before = known.get(key);
    if (before !== undefined && Math.abs(now - before.saidAtMs) < repeatEveryMs) {
      before.unsaid += 1;
      return null;
    }
    known.delete(key);
    known.set(key, { saidAtMs: now, unsaid: 0 });
    const oldest = known.keys().next();
    if (known.size > mostRemembered && oldest.done !== true) known.delete(oldest.value);
    return before === undefined || before.unsaid === 0 ? "" : ` (and ${before.unsaid} times more since)`;
  };
}

/** Makes the log. Nothing is written above the chosen level. */
export function createStdoutLog(options: StdoutLogOptions): Log {
  const repeats = createRepeats(options.nowMs);
  let dropped = 0;
  const say = (level: LogLevel, text: string) => {
    options.write(`${prefix(options.style, level, options.nowMs())}${oneLine(text)}\n`);
  };
  return {
    log(level, message, fields) {
      if (priorities[level] > priorities[options.level]) return;
      const text = message + fieldsText(fields);
      const trouble = priorities[level] <= priorities.warning;
      const more = trouble && fields?.["event"] === undefined ? repeats(`${level} ${text}`) : "";
      if (more === null) return;
      if (options.backlog() > longestBacklog) {
        dropped += 1;
        return;
      }
      if (dropped > 0) say("warning", `${dropped} lines were left out, because nobody read them.`);
      dropped = 0;
      say(level, text + more);
    },
  };
}

/** systemd names the device and inode of its journal socket, so that a redirected stdout is not taken for it. */
function isJournal(fd: number, journalStream: string | undefined): boolean {
  if (journalStream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd);
    return journalStream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** The log on this process's stdout. */
export function createProcessLog(level: LogLevel): Log {
  const { stdout } = process;
  const journal = isJournal(stdout.fd, process.env["JOURNAL_STREAM"]);
  return createStdoutLog({
    level,
    style: journal ? "journal" : stdout.isTTY ? "terminal" : "file",
    write: (line) => stdout.write(line),
    backlog: () => stdout.writableLength,
    nowMs: Date.now,
  });
}
