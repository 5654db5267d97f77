// The list of all boards that this version knows; the configuration, the docs and the tests read it from here.
import type { Board } from "./board.ts";
import { geekwormX120x } from "./geekworm-x120x.ts";

/** Every known board, in the order of the docs. */
export const boards: readonly Board[] = [...geekwormX120x];

/** The board with this id (`x1201`, without `sim:`), or null. Ids are lower case. */
export function findBoard(id: string): Board | null {
  return boards.find((board) => board.id === id) ?? null;
}

/** The ids that `findBoard` knows, in the order of the docs. */
export function boardIds(): readonly string[] {
  return boards.map((board) => board.id);
}
