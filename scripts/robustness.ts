// `npm run robustness`: a million reads per chip family on a disturbed bus (more with --reads), as a table that is kept
// in bench/ROBUSTNESS.md. The test suite runs the same with one seed; this takes any.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { faultKinds } from "../bench/disturbed-bus.ts";
import { families, lateLimitMs, type RobustnessFigures, robustness } from "../bench/robustness.ts";
import { options } from "./lib/args.ts";
import { checkout } from "./lib/paths.ts";
import { main, Trouble } from "./lib/trouble.ts";

const usage = `Usage: npm run robustness -- [--reads N] [--seed N] [--board ID] [--faults PERCENT]

  --reads N         transfers per chip family (1000000)
  --seed N          another seed is another run (1)
  --board ID        only the family of this board; nothing is written
  --faults PERCENT  share of the transfers that are disturbed (5)`;

function number(text: string | undefined, fallback: number, least: number, most: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw new Trouble(`Found ${JSON.stringify(text)}, expected a number from ${least} to ${most}.\n\n${usage}`);
}

function sound(figures: RobustnessFigures): boolean {
  return (
    figures.falseMains === 0 &&
    figures.falseShutdownClass === 0 &&
    figures.outagesSeen === figures.outages &&
    Math.max(figures.slowestLossMs, figures.slowestRestoredMs) <= lateLimitMs
  );
}

function row(figures: RobustnessFigures): string {
  const { family, board, reads, faults, glitches, samples, refused, outages, outagesSeen } = figures;
  const pin = glitches === 0 ? "no pin" : `${glitches}`;
  const injected = faultKinds.reduce((sum, kind) => sum + faults[kind], 0);
  const seen = outages === 0 ? "cannot sense mains" : `${outagesSeen} of ${outages}`;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const { slowestLossMs: lossMs, slowestRestoredMs: returnMs } = figures;
  const late = outages === 0 ? "" : `${seconds(lossMs)}, ${seconds(returnMs)}`;
  return `| ${family} | ${board} | ${reads} | ${injected} | ${pin} | ${refused} of ${samples} | ${figures.falseShutdownClass} | ${figures.falseMains} | ${seen} | ${late} |`;
}

const head = `| chip family | board | reads | faults injected | pin glitches | samples refused | false low, critical or shutdown | false mains events | outages seen | slowest loss, return beyond the debounce |
|---|---|---|---|---|---|---|---|---|---|`;

await main(async () => {
  const given = options(usage, {
    reads: { type: "string" },
    seed: { type: "string" },
    board: { type: "string" },
    faults: { type: "string" },
  });
  const reads = number(given.reads, 1_000_000, 1000, 1e9);
  const seed = number(given.seed, 1, 0, 2 ** 31);
  const percent = number(given.faults, 5, 0, 50);
  const chosen = families().filter(({ board }) => given.board === undefined || board.id === given.board);
  if (chosen.length === 0) {
    const known = families().map(({ board }) => board.id);
    throw new Trouble(`No family is run with the board ${given.board}; there are ${known.join(", ")}.`);
  }
  console.log(head);
  const rows: string[] = [];
  let bad = 0;
  for (const family of chosen) {
    const figures = await robustness(family, { reads, seed, faultShare: percent / 100 });
    if (!sound(figures)) bad += 1;
    rows.push(row(figures));
    console.log(rows.at(-1));
  }
  if (given.board === undefined) {
    const text = `# The last run of \`npm run robustness\`

Each chip family lives on its register simulator, sampled as often as the agent does (once a second, twice where mains is seen only by looking), with ${percent} % of all transfers disturbed (no answer, 0x00, 0xFF, one flipped bit, a register that hangs, an answer after the time limit), seed ${seed}. A mains pin shows the wrong level for up to 0.7 s in as many of the looks, and the debounce counts from the end of that. Mains fails and returns all the time; the battery is never below 40 %. Aims: no false word, every outage and its end seen within debounce + ${lateLimitMs / 1000} s.

${head}
${rows.join("\n")}
`;
    writeFileSync(join(checkout, "bench/ROBUSTNESS.md"), text);
  }
  return bad === 0 ? 0 : 1;
});
