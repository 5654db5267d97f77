// agent/bin/pi-ups.js in a small package of its own: which Node it takes, when it builds, and that it is transparent.
// "Older Node" is this Node with another version number, told by a preloaded module: the launcher looks at nothing else.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Ended, piUps, type StartOptions, start, temporaryFolder, until } from "./support.ts";

const launcher = fileURLToPath(new URL("../../agent/bin/pi-ups.js", import.meta.url));
const root = temporaryFolder();
let packages = 0;

/** Says what it was started with; ends as its first argument tells. */
const bundle = `
const [how, value] = process.argv.slice(2);
console.log(JSON.stringify({ node: process.versions.node, args: process.argv.slice(2) }));
if (how === "exit") process.exitCode = Number(value);
if (how === "die") process.kill(process.pid, value);
if (how === "wait") {
  process.on("SIGTERM", () => { console.log("TERM"); process.exit(7); });
  setInterval(() => {}, 1000);
  console.log("waiting");
}
`;

function put(file: string, text: string, ageS = 0): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const at = Date.now() / 1000 - ageS;
  utimesSync(file, at, at);
}

interface Package {
  readonly folder: string;
  run(args: readonly string[], options?: StartOptions): Promise<Ended>;
}

/** An installed package: launcher and bundle, no sources. */
function installed(): Package {
  const folder = join(root, `p${packages++}`);
  const script = join(folder, "agent", "bin", "pi-ups.js");
  mkdirSync(dirname(script), { recursive: true });
  copyFileSync(launcher, script);
  put(join(folder, "package.json"), '{"name":"pi-ups","type":"module"}', 100);
  put(join(folder, "dist", "agent", "pi-ups.mjs"), bundle);
  return { folder, run: (args, options = {}) => piUps(args, { script, ...options }) };
}

/** A clone: sources, a build script that writes the bundle, and something in the place of rollup. */
function clone(): Package {
  const made = installed();
  const build = `
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
appendFileSync("builds.log", process.env.PI_UPS_PART + "\\n");
await new Promise((resolve) => setTimeout(resolve, 300));
if (process.env.FAIL) { console.error("src/x.ts: no good"); process.exit(1); }
mkdirSync("dist/agent", { recursive: true });
writeFileSync("dist/agent/pi-ups.mjs", ${JSON.stringify(bundle)});
console.log("noise");
`;
  put(join(made.folder, "scripts", "build.ts"), build, 100);
  put(join(made.folder, "agent", "src", "cli", "main.ts"), "", 100);
  utimesSync(join(made.folder, "agent", "src", "cli"), 0, 0);
  utimesSync(join(made.folder, "agent", "src"), 0, 0);
  mkdirSync(join(made.folder, "node_modules", "rollup"), { recursive: true });
  return made;
}

const builds = ({ folder }: Package): number =>
  existsSync(join(folder, "builds.log"))
    ? readFileSync(join(folder, "builds.log"), "utf8").trim().split("\n").length
    : 0;

const pretend = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } });`;
/** Makes the launcher believe that it runs on Node 20; what it starts does not inherit it. */
const onNode20: StartOptions = { node: ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`] };

function giveNode24(made: Package): void {
  const folder = join(made.folder, "node_modules", `node-linux-${process.arch}`);
  put(join(folder, "package.json"), '{"version":"24.21.0"}');
  mkdirSync(join(folder, "bin"), { recursive: true });
  symlinkSync(process.execPath, join(folder, "bin", "node"));
}

describe("on Node 24", () => {
  it("runs the bundle itself, with arguments and exit code", async () => {
    const ended = await installed().run(["exit", "78", "--a=b c", ""]);
    expect(ended).toMatchObject({ code: 78, err: "" });
    expect(JSON.parse(ended.out)).toEqual({
      node: process.versions.node,
      args: ["exit", "78", "--a=b c", ""],
    });
  });
});

describe("on an older Node", () => {
  it("runs the bundle with the Node of the package, transparently", async () => {
    const made = installed();
    giveNode24(made);
    const ended = await made.run(["exit", "3", "x y"], onNode20);
    expect(ended).toMatchObject({ code: 3, err: "" });
    expect(JSON.parse(ended.out)).toEqual({ node: process.versions.node, args: ["exit", "3", "x y"] });
    expect(await made.run(["die", "SIGKILL"], onNode20)).toMatchObject({ code: 137 });
  });
  it("takes the Node among the commands, if it is new enough", async () => {
    const made = installed();
    const command = join(made.folder, "node_modules", ".bin", "node");
    put(command, `#!/bin/sh\nexec "${process.execPath}" "$@"\n`);
    chmodSync(command, 0o755);
    expect(await made.run(["exit", "0"], onNode20)).toMatchObject({ code: 0 });
    put(command, "#!/bin/sh\necho v20.1.0\n");
    expect(await made.run(["exit", "0"], onNode20)).toMatchObject({ code: 1, out: "" });
  });
  it("says what to do when there is no other", async () => {
    const ended = await installed().run(["status"], onNode20);
    expect(ended).toMatchObject({ code: 1, out: "" });
    expect(ended.err).toMatch(
      /^pi-ups: Node 24 is needed, and this is Node 20\.1\.0\. Run `npm ci` in [^\n]+\n$/,
    );
  });
  it("forwards SIGTERM and waits for the end", async () => {
    const made = installed();
    giveNode24(made);
    const running = start(["wait"], { script: join(made.folder, "agent", "bin", "pi-ups.js"), ...onNode20 });
    await until("it waits", () => running.out().includes("waiting"));
    running.kill("SIGTERM");
    expect(await running.ended).toMatchObject({ code: 7, out: expect.stringContaining("TERM") });
  });
});

describe("in a clone", () => {
  it("builds when the bundle is missing, once, with one line on stderr", async () => {
    const made = clone();
    rmSync(join(made.folder, "dist"), { recursive: true });
    const first = await made.run(["exit", "0"]);
    expect(first).toMatchObject({ code: 0 });
    expect(first.err).toMatch(/^pi-ups: building \S+ from the sources \.\.\.\n$/);
    expect(first.out).not.toContain("noise");
    expect(await made.run(["exit", "0"])).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(join(made.folder, "builds.log"), "utf8")).toBe("agent\n");
  });
  it("builds when any source is newer", async () => {
    const made = clone();
    expect(await made.run(["exit", "0"])).toMatchObject({ err: "" });
    put(join(made.folder, "agent", "src", "core", "deep", "x.ts"), "", -5);
    expect((await made.run(["exit", "0"])).err).toContain("building");
  });
  it("builds once when several start together", async () => {
    const made = clone();
    rmSync(join(made.folder, "dist"), { recursive: true });
    const ends = await Promise.all(Array.from({ length: 4 }, () => made.run(["exit", "0"])));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(builds(made)).toBe(1);
    expect(existsSync(join(made.folder, ".cache", "build.lock"))).toBe(false);
  });
  it("takes over the lock of a builder that died", async () => {
    const made = clone();
    rmSync(join(made.folder, "dist"), { recursive: true });
    put(join(made.folder, ".cache", "build.lock"), "999999999");
    expect(await made.run(["exit", "0"])).toMatchObject({ code: 0 });
  });
  it("shows what went wrong with the build", async () => {
    const made = clone();
    rmSync(join(made.folder, "dist"), { recursive: true });
    const ended = await made.run(["exit", "0"], { env: { FAIL: "1" } });
    expect(ended).toMatchObject({ code: 1, out: "" });
    expect(ended.err).toContain("pi-ups: the build failed:\nsrc/x.ts: no good");
  });
});

describe("an installed package", () => {
  it("never builds, and says so when the bundle is missing", async () => {
    const made = installed();
    rmSync(join(made.folder, "dist"), { recursive: true });
    const ended = await made.run(["status"]);
    expect(ended).toMatchObject({ code: 1, out: "" });
    expect(ended.err).toMatch(/^pi-ups: \S+pi-ups\.mjs is missing\. [^\n]+\n$/);
  });
});
