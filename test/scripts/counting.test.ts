// `npm test` must never look greener than it is: a crash, silence and an empty suite are failures.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tryRun } from "../../scripts/lib/run.ts";
import { program, vitest } from "../../scripts/suites/node.ts";
import { countJunit } from "../../scripts/suites/python.ts";
import { together, verdict } from "../../scripts/suites/suite.ts";

const checkout = join(import.meta.dirname, "../..");
const running = { detail: () => undefined, limitMs: 20_000 };
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pi-ups-counting-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("counting", () => {
  test("reads pytest's report", () => {
    const xml =
      '<?xml version="1.0"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="20" time="1.5"></testsuite></testsuites>';
    expect(countJunit(xml)).toEqual({ passed: 14, failed: 3, skipped: 3 });
    expect(countJunit("Segmentation fault")).toBeNull();
  });

  test("adds up suites", () => {
    const sum = together([verdict(true, "fine"), verdict(false, "the reason"), verdict(false, "another")]);
    expect(sum).toEqual({ passed: 1, failed: 2, skipped: 0, report: "the reason\nanother" });
  });

  test("takes a program's exit code, a crash and a hang for what they are", async () => {
    const file = join(folder, "program.mjs");
    const ends = async (text: string, limitMs = 20_000) => {
      writeFileSync(file, text);
      return await program([file], { ...running, limitMs });
    };
    expect(await ends("")).toMatchObject({ passed: 1, failed: 0 });
    expect(await ends("console.log('why'); process.exit(2)")).toMatchObject({
      passed: 0,
      failed: 1,
      report: expect.stringContaining("why"),
    });
    expect(await ends("process.abort()")).toMatchObject({ passed: 0, failed: 1 });
    expect(await ends("setInterval(() => {}, 1000)", 700)).toMatchObject({ passed: 0, failed: 1 });
  });

  test("takes a vitest project that does not exist for a failure", async () => {
    const outcome = await vitest("no-such-project", running);
    expect(outcome.passed).toBe(0);
    expect(outcome.failed).toBeGreaterThan(0);
    expect(outcome.report).not.toBe("");
  });
});

describe(".ci/run", () => {
  async function inFolder(npm: string) {
    mkdirSync(join(folder, ".ci"));
    mkdirSync(join(folder, "bin"));
    copyFileSync(join(checkout, ".ci/run"), join(folder, ".ci/run"));
    writeFileSync(join(folder, "bin/npm"), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}` };
    const { code, output } = await tryRun("bash", [join(folder, ".ci/run")], { env, timeoutMs: 20_000 });
    return { code, last: output.trimEnd().split("\n").at(-1) };
  }

  test("keeps the last line and the exit code of the tests", async () => {
    const npm = 'case "$1" in test) echo "7 passed, 2 failed"; exit 1;; esac';
    expect(await inFolder(npm)).toEqual({ code: 1, last: "7 passed, 2 failed" });
  });

  test("ends with a failure when the installation fails", async () => {
    expect(await inFolder("echo 'npm error code EUSAGE'; exit 9")).toEqual({
      code: 9,
      last: "0 passed, 1 failed",
    });
  });

  test("takes tests that say nothing for a failure", async () => {
    expect(await inFolder("exit 0")).toEqual({ code: 1, last: "0 passed, 1 failed" });
  });
});
