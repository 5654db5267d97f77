// `pi-ups boards [ID]`: which boards this version knows, what each can sense and switch, and how sure that is.

import type { Board } from "../../boards/board.ts";
import { boardReport } from "../../boards/board-words.ts";
import { boards, findBoard } from "../../boards/registry.ts";
import { boardsView, boardView } from "../boards-view.ts";
import type { CommandRun, Invocation } from "../command.ts";
import { UsageError } from "../exit.ts";
import { requireBoard } from "../require-board.ts";
import { noWords } from "../words.ts";

/** A built-in board, or the one that the configuration describes itself. */
async function boardFor(word: string, invocation: Invocation): Promise<Board> {
  const id = word.replace(/^sim:/, "");
  if (findBoard(id) !== null) return requireBoard(id);
  const { loadQuietly } = await import("../full-config.ts");
  const own = loadQuietly(invocation)?.board.description;
  return own?.id === id ? own : requireBoard(id);
}

/** The board as an entry of `own_boards`, to be adapted: what the user makes of it is no vendor's word any more. */
async function yamlOf(board: Board): Promise<string> {
  const [{ formOf }, { stringify }] = await Promise.all([
    import("../../config/board-form.ts"),
    import("yaml"),
  ]);
  const id = `my_${board.id}`;
  const own = { ...formOf(board), name: `My ${board.model}`, confidence: "experimental" };
  const header = `# Adapted from ${board.id} (${board.name}); a copy that changes nothing is not needed: board: ${board.id}\n`;
  return `${header}${stringify({ board: id, own_boards: { [id]: own } }, { lineWidth: 0 })}`.replaceAll(
    /(address|config_word): (\d+)$/gm,
    (_, key: string, word: string) => `${key}: 0x${Number(word).toString(16).padStart(2, "0")}`,
  );
}

export const run: CommandRun = async (invocation) => {
  const { io, options, words } = invocation;
  const [word, ...rest] = words;
  noWords("boards", rest);
  const asJson = (value: unknown) => io.out(`${JSON.stringify(value, null, 2)}\n`);
  if (word === undefined) {
    if (options["yaml"] === true) {
      throw new UsageError("--yaml prints one board; name it, for example: pi-ups boards x1201 --yaml");
    }
    const all = boards.map(boardReport);
    if (options["json"] === true) asJson(all);
    else io.out(boardsView(all));
    return 0;
  }
  const board = await boardFor(word, invocation);
  if (options["yaml"] === true) io.out(await yamlOf(board));
  else if (options["json"] === true) asJson(boardReport(board));
  else io.out(boardView(boardReport(board)));
  return 0;
};
