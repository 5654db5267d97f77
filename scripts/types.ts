// Type-checks every part with its own surroundings: Node for agent and tests, none for the pure layers, the browser for the card.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./lib/paths.ts";
import { tryRun } from "./lib/run.ts";
import { main } from "./lib/trouble.ts";

const projects = ["tsconfig.json", "agent/tsconfig.pure.json", "card/tsconfig.json"];

await main(async () => {
  const tsc = join(checkout, "node_modules/typescript/bin/tsc");
  let failed = 0;
  for (const project of projects.filter((file) => existsSync(join(checkout, file)))) {
    const { code, output } = await tryRun(
      process.execPath,
      [tsc, "-p", project, "--noEmit", "--pretty", "false"],
      {
        cwd: checkout,
      },
    );
    console.log(`${code === 0 ? "ok    " : "failed"} ${project}`);
    if (code !== 0) {
      failed += 1;
      console.log(output);
    }
  }
  return failed === 0 ? 0 : 1;
});
