// What comes over the test machine's serial line must never look greener than it was.
import { describe, expect, test } from "vitest";
import { CannotRun, inOneLine } from "../../scripts/vm/cannot-run.ts";
import { emptyReport, flaw, verdict, withLine } from "../../scripts/vm/report.ts";

function read(...lines: readonly string[]) {
  return lines.reduce(withLine, emptyReport);
}

describe("the guest's report", () => {
  test("is read line by line, with what serial lines and programs add", () => {
    const report = read(
      "# Linux 6.12\r",
      "ok 1 the X1201 is present (4.1 V)\r",
      "Failed to connect to system scope bus",
      "okay 7 is no check",
      "not ok 2 mains goes (found nothing, expected an edge)",
      "1..2",
    );
    expect(report).toEqual({
      checks: [
        { number: 1, passed: true, what: "the X1201 is present (4.1 V)" },
        { number: 2, passed: false, what: "mains goes (found nothing, expected an edge)" },
      ],
      notes: ["Linux 6.12"],
      planned: 2,
    });
    expect(flaw(report)).toBeNull();
  });

  test.each([
    [["ok 1 a", "ok 2 b"], /ends after 2 checks/],
    [["ok 1 a", "ok 3 c", "1..3"], /Check 3 stands at place 2/],
    [["ok 1 a", "ok 1 a", "1..2"], /Check 1 stands at place 2/],
    [["ok 1 a", "1..2"], /ran 2 checks, and 1 arrived/],
    [["1..0"], /ran no check/],
    [[], /ends after 0 checks/],
  ])("%j is not whole", (lines, sentence) => {
    expect(flaw(read(...lines))).toMatch(sentence);
  });
});

describe("the verdict", () => {
  test("counts, and shows each check", () => {
    const { table, passed, failed } = verdict(
      read("ok 1 a", "not ok 2 b (found 1, expected 2)", "1..2"),
      null,
    );
    expect([passed, failed]).toEqual([1, 1]);
    expect(table.split("\n")).toEqual(["  1  ok      a", "  2  NOT OK  b (found 1, expected 2)"]);
  });

  test("takes a machine that died for a failure, though every line it sent was ok", () => {
    const { table, passed, failed } = verdict(read("ok 1 a"), "The machine was stopped after 15 min.");
    expect([passed, failed]).toEqual([1, 1]);
    expect(table).toContain("stopped after 15 min");
    expect(table).toContain("ends after 1 checks");
  });

  test("takes QEMU's failure for one even behind a whole report", () => {
    expect(verdict(read("ok 1 a", "1..1"), "QEMU ended with 1: no").failed).toBe(1);
    expect(verdict(read("ok 1 a", "1..1"), null).failed).toBe(0);
  });
});

describe("a machine that cannot run it", () => {
  test("says so in one line", () => {
    const line = inOneLine(
      new CannotRun(
        "Booting a machine needs: qemu-system-x86. Installing them needs root.\nEither run: sudo apt-get",
      ),
    );
    expect(line).toBe(
      "npm run test:vm cannot run here: Booting a machine needs: qemu-system-x86. Installing them needs root.",
    );
  });
});
