// Pages that are written from data say what the data say now.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { boardsDocument } from "../../scripts/lib/boards-doc.ts";

it("docs/boards.md is what `npm run docs` writes", () => {
  const file = new URL("../../docs/boards.md", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(boardsDocument());
});
