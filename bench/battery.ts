// `npm run bench:battery`: how far the runtime estimate is off in simulated outages and in the one that was measured on
// a real board. Prints the tables and keeps them in bench/BATTERY.md; a minute or two, and the same on every machine.
import { writeFileSync } from "node:fs";
import { allCases, boards, type Case, type Cells, x1206Case } from "./battery-cases.ts";
import { errorOf, marks, type OutageResult } from "./battery-outage.ts";
import { median } from "./stats.ts";

/** A single run's noise would be a good part of a row of nine cases. */
const repeats = 3;

type Which = "first" | "second";

function percent(part: number | null): string {
  return part === null ? "none told" : `${Math.round(part * 100)} %`;
}

function errors(results: readonly OutageResult[], mark?: number): readonly number[] {
  return results
    .flatMap(({ told }) => told)
    .filter(({ leftPart }) => mark === undefined || leftPart === mark)
    .map((one) => errorOf(one) ?? 1);
}

function summary(cases: readonly Case[]): readonly string[] {
  const row = (name: string, results: readonly OutageResult[]) => {
    const by = marks.map((mark) => percent(median(errors(results, mark))));
    const all = errors(results);
    return `| ${[name, ...by, percent(median(all)), percent(Math.max(...all))].join(" | ")} |`;
  };
  return [
    "| board measures | 75 % left | 50 % left | 25 % left | median | worst |",
    "|---|---|---|---|---|---|",
    ...boards.flatMap((board) => {
      const here = cases.filter((one) => one.board === board);
      return (["first", "second"] as const).map((which: Which) =>
        row(
          `${board}, ${which} outage`,
          here.map((one) => one[which]),
        ),
      );
    }),
  ];
}

/** What was told on mains after one outage, against what the next one at the same load lasted. */
function onMains(cases: readonly Case[]): readonly string[] {
  const off = ({ again: { before, minutes } }: Case) =>
    before === null ? 1 : Math.abs(before - minutes) / minutes;
  return [
    "| board measures | median | worst |",
    "|---|---|---|",
    ...boards.map((board) => {
      const here = cases.filter((one) => one.board === board).map(off);
      return `| ${board} | ${percent(median(here))} | ${percent(Math.max(...here))} |`;
    }),
  ];
}

function single(name: string, { told, minutes }: OutageResult): string {
  const cells = told.map((one) => {
    const said = one.minutes === null ? "none" : `${Math.round(one.minutes)} min (${one.confidence})`;
    return `${said}, true ${Math.round(one.trueMinutes)}: ${percent(errorOf(one))}`;
  });
  return `| ${[name, `${Math.round(minutes)} min`, ...cells].join(" | ")} |`;
}

const singleHead = [
  "| outage | lasted | 75 % left | 50 % left | 25 % left |",
  "|---|---|---|---|---|",
] as const;

function details(cases: readonly Case[]): readonly string[] {
  return [
    ...singleHead,
    ...cases
      .filter(({ repeat }) => repeat === 0)
      .flatMap((one) => {
        const name = `${one.board}, ${one.loadW} W, ${one.age}`;
        return [single(`${name}, first`, one.first), single(`${name}, second`, one.second)];
      }),
  ];
}

function section(
  title: string,
  cells: Cells,
  note: string,
): { text: readonly string[]; cases: readonly Case[] } {
  const cases = allCases(cells, repeats);
  return { cases, text: [`## ${title}`, "", note, "", ...summary(cases), ""] };
}

const like = section(
  "Cells like the agent's table",
  "like the table",
  "The simulated cell follows the table that the agent reads voltages with, but ends at 3.0 V instead of the cut-off.",
);
const unlike = section(
  "Cells unlike the agent's table",
  "unlike the table",
  "The simulated cell follows another maker's curve, up to 27 points away at the same voltage: how much the percent and the minutes of a board without a gauge then are worth.",
);
const real = x1206Case();

const text = [
  "# The last run of `npm run bench:battery`",
  "",
  "How far the minutes left were off, as a part of the true minutes to the cut-off (10 % or 3.20 V under load, whichever came first), when 75, 50 and 25 % of the outage were left.",
  "Three loads (3, 5, 8 W, each jittering by a fifth) by three ages (capacity 100, 80, 60 %; resistance x1, x1.5, x2.5), 6000 mAh rated, 90 mOhm new, 2 mV and 20 mA of noise, gauge in steps of 1/256 %, voltage of boards without one in steps of 4 mV.",
  "*First*: nothing is known but the rated capacity. *Second*: after one earlier outage at another load. Each case three times with other noise.",
  "Aim: a median of at most 15 % with cells like the table. Everything simulated, except the X1206.",
  "",
  ...like.text,
  ...unlike.text,
  "## On mains, after one outage",
  "",
  "What is shown on mains of a full battery, against what the next outage at the same load then lasted. Cells like the table.",
  "",
  ...onMains(like.cases),
  "",
  "## A real run on an X1206",
  "",
  "20 Ah, about 5 W, from full: 50 % after 4.2 h, 10 % (the cut-off) after 5.9 h (mor-lock/x120x-dkms: docs/battery-profiles.md). Its gauge is far from linear, which nobody can know before the first outage; the second row is the same run again with what the first one taught.",
  "",
  ...singleHead,
  single("X1206, first", real.first),
  single("X1206, second", real.second),
  "",
  "## Every case, cells like the table, the first of three runs",
  "",
  ...details(like.cases),
  "",
].join("\n");

writeFileSync(new URL("./BATTERY.md", import.meta.url), text);
process.stdout.write(text);
