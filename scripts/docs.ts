// `npm run docs`: writes the pages that are made from data, and only those.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { boardsDocument } from "./lib/boards-doc.ts";
import { checkout } from "./lib/paths.ts";
import { main } from "./lib/trouble.ts";

await main(() => {
  writeFileSync(join(checkout, "docs/boards.md"), boardsDocument());
  console.log("docs/boards.md is written.");
  return Promise.resolve(0);
});
