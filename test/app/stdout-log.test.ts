// What people read: priorities or times, levels, one line per entry, repeats, and a reader that does not read.
import { expect, it } from "vitest";
import { Secret } from "../../agent/src/config/secret.ts";
import { createStdoutLog, type StdoutLogOptions } from "../../agent/src/platform/log-stdout.ts";

function open(options: Partial<StdoutLogOptions> = {}) {
  const lines: string[] = [];
  const world = { nowMs: new Date(2026, 10, 23, 4, 18, 14).getTime(), backlog: 0 };
  const log = createStdoutLog({
    level: "info",
    style: "journal",
    write: (line) => lines.push(line),
    backlog: () => world.backlog,
    nowMs: () => world.nowMs,
    ...options,
  });
  return { log, lines, world };
}

it("begins each line with syslog's priority under systemd", () => {
  const { log, lines } = open({ level: "debug" });
  for (const level of ["error", "warning", "notice", "info", "debug"] as const) log.log(level, "Words.");
  expect(lines).toEqual(["<3>Words.\n", "<4>Words.\n", "<5>Words.\n", "<6>Words.\n", "<7>Words.\n"]);
});

it("begins each line with the time of day on a terminal, with the date in a file", () => {
  const terminal = open({ style: "terminal" });
  terminal.log.log("info", "Words.");
  expect(terminal.lines).toEqual(["04:18:14 info    Words.\n"]);
  const file = open({ style: "file" });
  file.log.log("warning", "Words.");
  expect(file.lines).toEqual(["2026-11-23 04:18:14 warning Words.\n"]);
});

it("leaves out what is less important than the chosen level", () => {
  const { log, lines } = open({ level: "warning" });
  log.log("notice", "A");
  log.log("warning", "B");
  expect(lines).toEqual(["<4>B\n"]);
});

it("appends fields, quoted where needed, without those that say nothing", () => {
  const { log, lines } = open();
  const loop: { self?: unknown } = {};
  loop.self = loop;
  const fields = { code: "PI_UPS_X", seq: 7, reason: 'a "b"', gone: null, un: undefined, list: [1, 2], loop };
  log.log("info", "Words.", { ...fields, error: new Error("it broke") });
  expect(lines).toEqual([
    '<6>Words. code=PI_UPS_X seq=7 reason="a \\"b\\"" list=[1,2] loop="[object Object]" error="it broke"\n',
  ]);
});

it("keeps every entry on one line, and control characters out", () => {
  const { log, lines } = open();
  log.log("notice", "One\n  two\r\nthree \u001b[2Jfour", { user: "\u001b]0;title\u0007" });
  expect(lines.join("")).toBe('<5>One | two | three  [2Jfour user=" ]0;title "\n'.replaceAll('"', ""));
});

it("never shows a secret", () => {
  const { log, lines } = open();
  log.log("info", "Token.", { token: new Secret("abc.def"), nested: { token: new Secret("abc.def") } });
  expect(lines.join("")).not.toContain("abc.def");
});

it("says trouble that repeats once, and after ten minutes again with a count", () => {
  const { log, lines, world } = open();
  for (let n = 0; n < 600; n += 1) {
    log.log("warning", `No answer for ${n + 1} s.`);
    world.nowMs += 1000;
  }
  expect(lines).toEqual(["<4>No answer for 1 s.\n"]);
  log.log("warning", "No answer for 601 s.");
  expect(lines[1]).toBe("<4>No answer for 601 s. (and 599 times more since)\n");
});

it("says different trouble, and the same events, every time", () => {
  const { log, lines } = open();
  log.log("error", "The gauge is silent.");
  log.log("error", "The pin is silent.");
  log.log("warning", "Mains lost.", { event: "ac_power_loss", seq: 1 });
  log.log("warning", "Mains lost.", { event: "ac_power_loss", seq: 2 });
  log.log("info", "Status.");
  log.log("info", "Status.");
  expect(lines).toHaveLength(6);
});

it("drops lines while nobody reads, and says how many", () => {
  const { log, lines, world } = open();
  world.backlog = 10_000_000;
  for (let n = 0; n < 5; n += 1) log.log("info", `Line ${n}.`);
  expect(lines).toEqual([]);
  world.backlog = 0;
  log.log("info", "Read again.");
  expect(lines).toEqual(["<4>5 lines were left out, because nobody read them.\n", "<6>Read again.\n"]);
});
