// The built-in board that a person named on the command line, or a sentence that leads to it.
import type { Board } from "../boards/board.ts";
import { boardIds, findBoard, needsRevision } from "../boards/registry.ts";
import { didYouMean } from "../config/suggest.ts";
import { UsageError } from "./exit.ts";

/** Throws `UsageError`: an unknown id, or a name whose revisions differ. */
export function requireBoard(id: string): Board {
  const board = findBoard(id);
  if (board !== null) return board;
  const revision = needsRevision(id);
  if (revision !== null) throw new UsageError(`${id} is ${revision.ids.join(" or ")}: ${revision.why}.`);
  const otherwise =
    "`pi-ups boards` lists them; one that own_boards describes is found when the configuration chooses it.";
  throw new UsageError(`There is no board ${JSON.stringify(id)}. ${didYouMean(id, boardIds(), otherwise)}`);
}
