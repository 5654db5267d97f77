// events.jsonl on a real file system: whole lines, rotation, and an end that was torn.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { createEventLogFile, type EventLogFile } from "../../../agent/src/platform/event-log-file.ts";
import type { UpsEvent } from "../../../agent/src/protocol/events.ts";
import { type TestLog, testFolder, testLog } from "../support/events.ts";

function event(seq: number, message = `Event ${seq}.`): UpsEvent {
  const time = "2026-11-23T05:18:15.123+01:00";
  return {
    id: `b00t-${seq}`,
    seq,
    time,
    type: "ups_fault",
    value: null,
    threshold: null,
    unit: null,
    message,
    detail: {},
  };
}

interface Opened {
  readonly file: EventLogFile;
  readonly log: TestLog;
}

function open(path: string, limits: { maxBytes?: number; files?: number } = {}): Opened {
  const log = testLog();
  const file = createEventLogFile({ path, maxBytes: 1_000_000, files: 3, ...limits }, log);
  onTestFinished(() => file.close());
  return { file, log };
}

const newPath = () => join(testFolder(), "events.jsonl");
const seqsIn = (path: string) =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as UpsEvent).seq);

describe("events.jsonl", () => {
  it("has one line of JSON per event", () => {
    const path = newPath();
    const { file } = open(path);
    file.append(event(1, "two\nlines, and ü"));
    file.append(event(2));
    const lines = readFileSync(path, "utf8").split("\n");
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0] ?? "")).toEqual(event(1, "two\nlines, and ü"));
  });

  it("tells the last number it has", () => {
    const path = newPath();
    expect(open(path).file.start()).toBe(null);
    const { file } = open(path);
    for (const seq of [4, 5, 9]) file.append(event(seq));
    file.close();
    expect(open(path).file.start()).toBe(9);
  });

  it("is rotated before it grows too large, and keeps so many files", () => {
    const path = newPath();
    const size = JSON.stringify(event(10)).length + 1;
    const { file } = open(path, { maxBytes: 2 * size, files: 3 });
    for (let seq = 10; seq <= 17; seq += 1) file.append(event(seq));
    expect(seqsIn(path)).toEqual([16, 17]);
    expect(seqsIn(`${path}.1`)).toEqual([14, 15]);
    expect(seqsIn(`${path}.2`)).toEqual([12, 13]);
    expect(existsSync(`${path}.3`)).toBe(false);
  });

  it("writes an event that is larger than the limit all the same", () => {
    const path = newPath();
    const { file } = open(path, { maxBytes: 10, files: 1 });
    file.append(event(1));
    file.append(event(2));
    expect(seqsIn(path)).toEqual([2]);
    expect(readdirSync(join(path, ".."))).toEqual(["events.jsonl"]);
  });

  it("knows the last number when the newest file is still empty", () => {
    const path = newPath();
    const { file } = open(path);
    file.append(event(3));
    file.close();
    writeFileSync(`${path}.1`, readFileSync(path));
    writeFileSync(path, "");
    expect(open(path).file.start()).toBe(3);
  });
});

describe("a torn last line", () => {
  it("is cut off, so that the next event stands on its own line, and the log says so", () => {
    const path = newPath();
    const { file } = open(path);
    file.append(event(1));
    file.close();
    appendFileSync(path, JSON.stringify(event(2)).slice(0, 40));
    const again = open(path);
    expect(again.file.start()).toBe(1);
    again.file.append(event(3));
    expect(seqsIn(path)).toEqual([1, 3]);
    expect(again.log.lines.map(({ level }) => level)).toEqual(["notice"]);
  });

  it("is kept when only its line end is missing", () => {
    const path = newPath();
    writeFileSync(path, JSON.stringify(event(7)));
    const { file, log } = open(path);
    expect(file.start()).toBe(7);
    file.append(event(8));
    expect(seqsIn(path)).toEqual([7, 8]);
    expect(log.lines).toEqual([]);
  });

  it("is mended wherever the power was cut", async () => {
    const whole = `${JSON.stringify(event(1))}\n${JSON.stringify(event(2))}\n`;
    await fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), fc.boolean(), (length, zeros) => {
        const path = newPath();
        // Some file systems leave zeros where data was on its way.
        writeFileSync(path, whole.slice(0, length) + (zeros ? "\0".repeat(100) : ""));
        const { file } = open(path);
        file.start();
        file.append(event(3));
        expect(seqsIn(path).at(-1)).toBe(3);
        file.close();
      }),
      { numRuns: 60 },
    );
  });
});

describe("a file that cannot be written", () => {
  it("is said once, throws nothing, and is written again when it works", () => {
    const path = newPath();
    mkdirSync(path);
    const { file, log } = open(path);
    file.append(event(1));
    file.append(event(2));
    expect(log.lines.map(({ level, fields }) => [level, fields["code"]])).toEqual([
      ["warning", "PI_UPS_EVENTS_FILE_UNWRITABLE"],
    ]);
  });
});
