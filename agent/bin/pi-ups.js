#!/usr/bin/env node
// Starts `pi-ups` with Node 24, whatever Node runs this file (18 or newer), and builds the bundle first where a clone
// has newer sources. On a Pi the service runs the bundle itself; this file is for `npx pi-ups` and global installs.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const wantedMajor = 24;
/** For what is needed only now and then; the usual command on Node 24 starts quicker without. */
const require = createRequire(import.meta.url);
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const bundle = join(root, "dist", "agent", "pi-ups.mjs");
const buildScript = join(root, "scripts", "build.ts");

function fail(sentence) {
  process.stderr.write(`pi-ups: ${sentence}\n`);
  process.exit(1);
}

function majorOf(version) {
  return Number.parseInt(version, 10);
}

/** The npm package that carries Node itself; it may stand beside this package instead of in it. */
function packagedNode() {
  try {
    const manifest = require.resolve(`node-linux-${process.arch}/package.json`);
    const { version } = JSON.parse(readFileSync(manifest, "utf8"));
    const file = join(dirname(manifest), "bin", "node");
    return majorOf(version) >= wantedMajor && existsSync(file) ? file : null;
  } catch {
    return null;
  }
}

/** A Node that another package put among the commands. */
function commandNode() {
  const file = join(root, "node_modules", ".bin", "node");
  if (!existsSync(file)) return null;
  const { status, stdout } = require("node:child_process").spawnSync(file, ["--version"], {
    encoding: "utf8",
  });
  return status === 0 && majorOf(stdout.trim().replace(/^v/, "")) >= wantedMajor ? file : null;
}

/** Path of a Node that is new enough; this process's own when it is. */
function findNode() {
  if (majorOf(process.versions.node) >= wantedMajor) return process.execPath;
  const found = packagedNode() ?? commandNode();
  if (found !== null) return found;
  return fail(
    `Node ${wantedMajor} is needed, and this is Node ${process.versions.node}. Run \`npm ci\` in ${root}, which brings it along (64-bit Linux), or install Node ${wantedMajor}.`,
  );
}

function newestMs(path) {
  const about = statSync(path);
  if (!about.isDirectory()) return about.mtimeMs;
  return Math.max(about.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

/** Only a clone with its tools can build: an installed package has no sources. */
function canBuild() {
  return existsSync(buildScript) && existsSync(join(root, "node_modules", "rollup"));
}

function isStale() {
  if (!existsSync(bundle)) return true;
  const builtMs = statSync(bundle).mtimeMs;
  const sources = ["agent/src", "rollup.config.mjs", "package.json"].map((path) => join(root, path));
  return sources.some((path) => existsSync(path) && newestMs(path) > builtMs);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** A lock whose holder died, perhaps before it wrote its number. */
function isAbandoned(lock) {
  try {
    const holder = Number(readFileSync(lock, "utf8"));
    return holder > 0 ? !isAlive(holder) : Date.now() - statSync(lock).mtimeMs > 5_000;
  } catch {
    return false;
  }
}

/** Two commands at once must not build into the same folder. Returns false when another process built meanwhile. */
async function takeLock(lock) {
  mkdirSync(dirname(lock), { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      return !waited;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (isAbandoned(lock)) rmSync(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function build(node) {
  process.stderr.write(
    `pi-ups: building ${relative(process.cwd(), bundle) || bundle} from the sources ...\n`,
  );
  const { status, stdout, stderr } = require("node:child_process").spawnSync(node, [buildScript], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, PI_UPS_PART: "agent" },
  });
  if (status !== 0) fail(`the build failed:\n${stdout ?? ""}${stderr ?? ""}`);
}

async function buildWhenNeeded(node) {
  if (canBuild() && isStale()) {
    const lock = join(root, ".cache", "build.lock");
    const first = await takeLock(lock);
    try {
      if (first || isStale()) build(node);
    } finally {
      rmSync(lock, { force: true });
    }
  }
  if (!existsSync(bundle)) {
    fail(
      `${bundle} is missing. In a clone, run \`npm ci\` and try again; an installed package is broken without it.`,
    );
  }
}

/** Ctrl-C reaches the child by itself, because a terminal sends it to the whole group: a second one would hurry it. */
function forwardSignals(child) {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(name, () => {
      if (name !== "SIGINT" || !process.stdin.isTTY) child.kill(name);
    });
  }
}

function runWith(node) {
  const child = require("node:child_process").spawn(node, [bundle, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  forwardSignals(child);
  child.on("error", (error) => fail(`${node} cannot be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exit(signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0));
  });
}

const node = findNode();
await buildWhenNeeded(node);
if (node === process.execPath) await import(pathToFileURL(bundle).href);
else runWith(node);
