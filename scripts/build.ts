// `npm run build`: the agent's and the card's bundles by rollup, with their sizes.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { checkout } from "./lib/paths.ts";
import { run } from "./lib/run.ts";
import { main } from "./lib/trouble.ts";

const bundles = ["dist/agent/pi-ups.mjs", "dist/card/pi-ups-card.js"];

await main(async () => {
  await run(
    process.execPath,
    [join(checkout, "node_modules/rollup/dist/bin/rollup"), "-c", "rollup.config.mjs", "--silent"],
    {
      cwd: checkout,
      what: "rollup",
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    },
  );
  for (const bundle of bundles.filter((file) => existsSync(join(checkout, file)))) {
    const bytes = readFileSync(join(checkout, bundle));
    const kb = (size: number) => `${(size / 1000).toFixed(1)} kB`;
    console.log(`${bundle}  ${kb(bytes.length)}, gzip ${kb(gzipSync(bytes, { level: 9 }).length)}`);
  }
  return 0;
});
