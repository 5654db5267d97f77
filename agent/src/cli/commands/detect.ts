// `pi-ups detect`: asks every address that a known board uses, by reading only, proposes a board and writes it into the
// configuration when a person agrees.
import { boards } from "../../boards/registry.ts";
import { withBoard } from "../../config/choose-board.ts";
import { UpsError } from "../../core/ups-error.ts";
import { type Candidate, type Detection, detectBoards } from "../../drivers/detect.ts";
import { readTextFile } from "../../platform/config-file.ts";
import { createNodeI2cBus } from "../../platform/i2c-bus.ts";
import { createKernelPower } from "../../platform/kernel-power.ts";
import { nodeClock } from "../../platform/node-clock.ts";
import { writeWhole } from "../../platform/write-whole.ts";
import { type CommandRun, type Invocation, textOption } from "../command.ts";
import { detectView } from "../detect-view.ts";
import { UsageError } from "../exit.ts";
import { requireBoard } from "../require-board.ts";
import { chooseConfig, unreadableConfig } from "../target.ts";
import { noWords } from "../words.ts";

/** All known boards sit on bus 1, the header's; other buses (the monitors' among them) are left alone. */
const headerBus = 1;

async function look(): Promise<Detection> {
  const i2c = createNodeI2cBus(headerBus);
  try {
    return await detectBoards(boards, { i2c, kernel: createKernelPower(), clock: nodeClock });
  } finally {
    await i2c.close();
  }
}

function jsonOf({ addresses, busFailure, candidates }: Detection): unknown {
  return {
    bus: headerBus,
    failure: busFailure === null ? null : { code: busFailure.code, message: busFailure.message },
    addresses,
    candidates: candidates.map(({ board, found }) => ({ id: board.id, name: board.name, found })),
  };
}

function numbered(answer: string, candidates: readonly Candidate[]): string | null {
  const index = Number(answer);
  if (Number.isInteger(index) && index >= 1) return candidates[index - 1]?.board.id ?? null;
  return candidates.find(({ board }) => board.id === answer)?.board.id ?? null;
}

/** The board that a person wants; null: none. */
async function choose({ io, options }: Invocation, { candidates }: Detection): Promise<string | null> {
  const named = textOption(options, "board");
  if (named !== undefined) {
    return requireBoard(named).id;
  }
  const [first] = candidates;
  if (first === undefined) return null;
  if (candidates.length === 1) return first.board.id;
  const answer = await io.ask(`\nWhich board is it? [1-${candidates.length}, Enter for none] `);
  if (answer === null || answer === "") return null;
  const id = numbered(answer, candidates);
  if (id === null) throw new UsageError(`${JSON.stringify(answer)} is none of the boards above.`);
  return id;
}

async function writeBoard(invocation: Invocation, id: string): Promise<void> {
  const { io, options } = invocation;
  const { file } = chooseConfig(invocation);
  const present = readTextFile(file);
  if (!present.ok && present.kind !== "missing") throw unreadableConfig(file, present);
  const next = withBoard(present.ok ? present.text : null, id);
  if (!next.ok) throw new UpsError(next.code, `${file}: ${next.message}`);
  const change = present.ok
    ? `\`board: ${id}\` goes into ${file}; the rest of it stays.`
    : `${file} will be:\n\n${next.value}`;
  io.out(`\n${change}\n`);
  const agreed = options["yes"] === true || /^y(es)?$/i.test((await io.ask("Write it? [y/N] ")) ?? "");
  if (!agreed) {
    io.out("Nothing was written.\n");
    return;
  }
  writeWhole(file, next.value, present.ok ? present.mode : 0o644);
  io.out(`${file} is written. \`pi-ups config check\` shows it, \`pi-ups run\` uses it.\n`);
}

export const run: CommandRun = async (invocation) => {
  noWords("detect", invocation.words);
  const { io, options } = invocation;
  const detection = await look();
  if (options["json"] === true) {
    io.out(`${JSON.stringify(jsonOf(detection), null, 2)}\n`);
    return detection.candidates.length > 0 ? 0 : 1;
  }
  io.out(detectView(detection));
  const id = await choose(invocation, detection);
  if (id !== null) await writeBoard(invocation, id);
  else if (detection.candidates.length > 1)
    io.out("\nNothing was chosen; name it with: pi-ups detect --board ID\n");
  return id === null ? 1 : 0;
};
