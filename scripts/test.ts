// `npm test`: brings what is missing, runs every suite, and ends with one line: N passed, N failed.
import { options } from "./lib/args.ts";
import { say, step } from "./lib/step.ts";
import { main, Trouble } from "./lib/trouble.ts";
import { suites } from "./suites/all.ts";
import { bringAll, type Obstacles, reason } from "./suites/needs.ts";
import { type Outcome, type Suite, together, verdict } from "./suites/suite.ts";

const usage = `npm test [-- OPTIONS]
  --only NAME  run this suite only; may be given several times, or as NAME,NAME
  --list       show the suites
  --help       show this`;

interface Row extends Outcome {
  readonly name: string;
  readonly seconds: number;
}

function choose(only: readonly string[] | undefined): readonly Suite[] {
  if (only === undefined) return suites;
  const names = only.flatMap((value) => value.split(","));
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined) {
    const known = suites.map((suite) => suite.name).join(", ");
    throw new Trouble(`There is no suite "${unknown}". The suites are: ${known}.`);
  }
  return suites.filter((suite) => names.includes(suite.name));
}

async function outcomeOf(suite: Suite, obstacles: Obstacles): Promise<Outcome> {
  const absent = suite.needs.find((need) => obstacles.has(need));
  if (absent !== undefined)
    return verdict(
      false,
      `The suite "${suite.name}" could not run without "${absent}"; the reason is above.`,
    );
  try {
    const limitMs = suite.limitMin * 60_000;
    const outcome = await step(`${suite.name}: ${suite.what}`, (detail) => suite.run({ detail, limitMs }));
    if (outcome.passed + outcome.failed > 0) return outcome;
    return verdict(false, `The suite "${suite.name}" ran no test.`);
  } catch (error) {
    return verdict(false, reason(error));
  }
}

async function runSuite(suite: Suite, obstacles: Obstacles): Promise<Row> {
  const begun = Date.now();
  const outcome = await outcomeOf(suite, obstacles);
  if (outcome.report !== "") console.log(`\n${outcome.report.trim()}\n`);
  say(`${suite.name}: ${outcome.passed} passed, ${outcome.failed} failed`);
  return { ...outcome, name: suite.name, seconds: (Date.now() - begun) / 1000 };
}

function table(rows: readonly Row[]): string {
  const line = (name: string, ...cells: readonly string[]) =>
    `${name.padEnd(8)}${cells.map((cell) => cell.padStart(9)).join("")}`;
  return [
    line("suite", "passed", "failed", "skipped", "seconds"),
    ...rows.map((row) =>
      line(row.name, String(row.passed), String(row.failed), String(row.skipped), row.seconds.toFixed(1)),
    ),
  ].join("\n");
}

await main(async () => {
  const values = options(usage, {
    only: { type: "string", multiple: true },
    list: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  });
  if (values.help === true || values.list === true) {
    const list = suites.map((suite) => `${suite.name.padEnd(8)} ${suite.what}`).join("\n");
    console.log(values.help === true ? usage : list);
    return 0;
  }
  const chosen = choose(values.only);
  const obstacles = await bringAll(chosen.flatMap((suite) => suite.needs));
  for (const [need, why] of obstacles) console.log(`\nThere is no "${need}": ${why}\n`);
  const rows: Row[] = [];
  for (const suite of chosen) rows.push(await runSuite(suite, obstacles));
  const { passed, failed } = together(rows);
  console.log(`\n${table(rows)}\n\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
