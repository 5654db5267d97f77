// `pi-ups boards [ID]`: which boards this version knows, what each can sense and switch, and how sure that is.

import type { Board } from "../../boards/board.ts";
import { boardReport } from "../../boards/board-words.ts";
import { boardIds, boards, findBoard, needsRevision } from "../../boards/registry.ts";
import { didYouMean } from "../../config/suggest.ts";
import { boardsView, boardView } from "../boards-view.ts";
import type { CommandRun } from "../command.ts";
import { UsageError } from "../exit.ts";
import { noWords } from "../words.ts";

function boardFor(word: string): Board {
  const id = word.replace(/^sim:/, "");
  const board = findBoard(id);
  if (board !== null) return board;
  const revision = needsRevision(id);
  if (revision !== null) {
    throw new UsageError(`${id} is ${revision.ids.join(" or ")}: ${revision.why}.`);
  }
  throw new UsageError(
    `There is no board ${JSON.stringify(word)}. ${didYouMean(id, boardIds(), "`pi-ups boards` lists them; own_boards in the configuration describes others.")}`,
  );
}

/** The board as an entry of `own_boards`, to be adapted. */
async function yamlOf(board: Board): Promise<string> {
  const [{ formOf }, { stringify }] = await Promise.all([
    import("../../config/board-form.ts"),
    import("yaml"),
  ]);
  const id = `my_${board.id}`;
  return stringify({ board: id, own_boards: { [id]: formOf(board) } }, { lineWidth: 0 }).replaceAll(
    /address: (\d+)$/gm,
    (_, address: string) => `address: 0x${Number(address).toString(16).padStart(2, "0")}`,
  );
}

export const run: CommandRun = async ({ io, options, words }) => {
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
  const board = boardFor(word);
  if (options["yaml"] === true) io.out(await yamlOf(board));
  else if (options["json"] === true) asJson(boardReport(board));
  else io.out(boardView(boardReport(board)));
  return 0;
};
