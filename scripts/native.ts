// Builds the native add-ons for real hardware (i2c-bus, and epoll for onoff) against the Node that will load them.
// It is its own command because a compiler is needed only on the Pi, never for the demo or the tests.
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { checkout } from "./lib/paths.ts";
import { run, which } from "./lib/run.ts";
import { step } from "./lib/step.ts";
import { main, Trouble } from "./lib/trouble.ts";

const addons = ["i2c-bus", "epoll"];

await main(async () => {
  const missing = addons.filter((name) => !existsSync(join(checkout, "node_modules", name)));
  if (missing.length > 0) {
    throw new Trouble(
      `${missing.join(" and ")} are not installed. They are optional dependencies; install them with: npm ci --include=optional`,
    );
  }
  for (const tool of ["make", "g++", "python3"]) {
    if ((await which(tool)) === null) {
      throw new Trouble(
        `Building the add-ons needs ${tool}. Install it with: sudo apt install build-essential python3`,
      );
    }
  }
  const headers = join(dirname(dirname(process.execPath)), "include/node/node.h");
  const nodedir = existsSync(headers) ? dirname(dirname(dirname(headers))) : undefined;
  const env = {
    ...process.env,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`,
    ...(nodedir === undefined ? {} : { npm_config_nodedir: nodedir }),
  };
  const npm = await which("npm");
  if (npm === null) throw new Trouble("npm is not on PATH. Start this script with: npm run native");
  await step(`Building i2c-bus and epoll for Node ${process.versions.node}`, (detail) =>
    run(npm, ["rebuild", "--ignore-scripts=false", "--foreground-scripts", ...addons], {
      cwd: checkout,
      env,
      onLine: detail,
      what: "npm rebuild i2c-bus epoll",
    }),
  );
  for (const name of ["i2c-bus", "onoff"]) {
    await import(name).catch((cause: unknown) => {
      throw new Trouble(`${name} was built but does not load: ${String(cause)}`, { cause });
    });
  }
  console.log("i2c-bus and onoff load. They were not tried on hardware by this project.");
  return 0;
});
