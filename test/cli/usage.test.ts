// Wrong use: one sentence on stderr, nothing on stdout, the right exit code. Real processes.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { piUps, simConfig, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const nowhere = ["--socket", join(folder, "none.sock")];

describe("wrong use (exit code 2)", () => {
  it.each([
    [[], "No command is given. `pi-ups help` lists all commands."],
    [["stats"], 'There is no command "stats". Did you mean `pi-ups status`?'],
    [["frobnicate"], 'There is no command "frobnicate". `pi-ups help` lists all commands.'],
    [["status", "--josn"], "There is no option --josn: did you mean --json?"],
    [["status", "--since", "2h"], "`pi-ups status` has no option --since; it belongs to `pi-ups events`."],
    [["status", "--config"], "The option --config needs a value: --config FILE."],
    [["--config", "--json", "status"], "The option --config needs a value: --config FILE."],
    [["status", "--json=1"], "The option --json takes no value."],
    [["status", "now"], '`pi-ups status` does not know what to do with "now".'],
    [["events", "--type", "ac_los"], 'There is no event type "ac_los". Did you mean ac_power_loss?'],
    [["events", "--since", "soon"], '--since: found "soon", expected a time ago such as 2h'],
    [["events", "--limit", "0"], '--limit: found "0", expected a whole number from 1 to 10000.'],
    [["shutdown", "now"], '`pi-ups shutdown` does not know "now"; expected is nothing or "cancel".'],
    [["shutdown", "--in", "soon"], '--in: "soon" is not a duration'],
    [["shutdown", "cancel", "--in", "5s"], "`pi-ups shutdown cancel` takes neither --in nor --reason."],
    [["sim"], "`pi-ups sim` needs a word: ac, load,"],
    [["sim", "lod", "3W"], '`pi-ups sim` does not know "lod". Did you mean load?'],
    [["sim", "load"], "`pi-ups sim load` needs a value: pi-ups sim load WATTS."],
    [["sim", "load", "12kg"], '`pi-ups sim load`: "12kg" is not a load: the unit "kg" is not known here.'],
    [["sim", "ac", "maybe"], '`pi-ups sim ac`: "maybe" is neither on nor off.'],
    [["sim", "ac", "on", "--for", "3s"], 'only with "fault".'],
    [["sim", "scenario"], "`pi-ups sim scenario` needs a file"],
    [["config"], "`pi-ups config` needs a word. Expected is one of check, example, schema."],
    [["config", "exampel"], '`pi-ups config` does not know "exampel". Did you mean example?'],
    [["help", "stats"], 'There is no command "stats". Did you mean status?'],
    [["run", "--sim", "--speed", "fast"], '--speed: "fast" is not a time factor'],
  ])("pi-ups %j", async (args, sentence) => {
    const ended = await piUps(args);
    expect(ended).toMatchObject({ code: 2, out: "" });
    expect(ended.err).toContain(sentence);
    expect(ended.err).toMatch(/^pi-ups: [^\n]+\n$/);
  });
});

describe("no agent (exit code 3)", () => {
  it.each([[["status"]], [["events"]], [["shutdown"]], [["shutdown", "cancel"]], [["sim", "show"]]])(
    "pi-ups %j",
    async (args) => {
      const ended = await piUps([...args, ...nowhere]);
      expect(ended).toMatchObject({ code: 3, out: "" });
      expect(ended.err).toMatch(
        /^pi-ups: No agent is running: there is no socket \S+none\.sock\. [^\n]+ \(PI_UPS_NO_AGENT\)\n$/,
      );
    },
  );
});

describe("a wrong configuration (exit code 78)", () => {
  it("one line for each problem, for run and for config check", async () => {
    const file = join(folder, "bad.yaml");
    writeFileSync(file, "bord: x1201\nshutdown:\n  grace_s: long\n");
    for (const args of [
      ["run", "--config", file],
      ["config", "check", file],
      ["config", "check", "--config", file],
    ]) {
      const ended = await piUps(args);
      expect(ended).toMatchObject({ code: 78, out: "" });
      expect(ended.err.split("\n")).toEqual([
        expect.stringMatching(/^\S+bad\.yaml:1:1: found the unknown key "bord".* Did you mean board\?$/),
        expect.stringMatching(
          /^\S+bad\.yaml:3:12: shutdown\.grace_s: found the text "long", expected a number/,
        ),
        "",
      ]);
    }
  });
  it.each([
    ["missing.yaml", "found no such file"],
    [".", "found a folder"],
    ["bad.yaml/x", "found no such file"],
  ])("%s cannot be read", async (name, found) => {
    const ended = await piUps(["status"], { cwd: folder, env: { PI_UPS_CONFIG: name } });
    expect(ended).toMatchObject({ code: 78, out: "" });
    expect(ended.err).toContain(found);
  });
  it("is no text", async () => {
    writeFileSync(join(folder, "binary.yaml"), Buffer.from([0xff, 0xfe, 0x00]));
    expect((await piUps(["config", "check", "binary.yaml"], { cwd: folder })).err).toContain(
      "bytes that are not UTF-8 text",
    );
  });
});

describe("what works without an agent", () => {
  it("help and version, in every spelling", async () => {
    const [help, flag, short, one, byFlag, version, versionFlag] = await Promise.all(
      [["help"], ["--help"], ["-h"], ["help", "sim"], ["sim", "--help"], ["version"], ["-V"]].map((args) =>
        piUps(args),
      ),
    );
    expect(help).toMatchObject({ code: 0, err: "" });
    expect([flag?.out, short?.out]).toEqual([help?.out, help?.out]);
    expect(one?.out).toContain("Usage: pi-ups sim ac on|off");
    expect(byFlag?.out).toBe(one?.out);
    expect(version?.out).toMatch(/^pi-ups \d+\.\d+\.\d+ \(Node 24\.\d+\.\d+, linux /);
    expect(versionFlag?.out).toBe(version?.out);
  });
  it("config check shows settings, where they come from, and no secret", async () => {
    const file = simConfig(folder, "home_assistant: {token: very-secret-token}\nsim: {load_w: 9}\n");
    const ended = await piUps(["config", "check", file, "--speed", "60"]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.out).toContain(`${file} is good.`);
    expect(ended.out).toMatch(/^ {2}board +sim:x1201 +line 1$/m);
    expect(ended.out).toMatch(/^ {2}home_assistant\.token +\(secret\) +line 5$/m);
    expect(ended.out).toMatch(/^ {2}sim\.load_w +9 W +line 6$/m);
    expect(ended.out).toMatch(/^ {2}sim\.speed +60 times +command line$/m);
    expect(ended.out).toMatch(/^ {2}thresholds\.low_percent +20 % +default$/m);
    expect(ended.out + ended.err).not.toContain("very-secret-token");
    expect(ended.err).toContain("Run `chmod 640` on it");
  });
  it("config example gives a file that config check accepts, config schema gives JSON", async () => {
    const [example, schema] = await Promise.all([piUps(["config", "example"]), piUps(["config", "schema"])]);
    const file = join(folder, "example.yaml");
    writeFileSync(file, example.out);
    expect(await piUps(["config", "check", file])).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(schema.out)).toMatchObject({ title: "Pi UPS agent", additionalProperties: false });
  });
  it("finds the socket in the configuration, even in a broken one", async () => {
    mkdirSync(join(folder, "etc"), { recursive: true });
    const file = join(folder, "etc", "c.yaml");
    writeFileSync(file, "bord: 1\nsocket: here.sock\n");
    expect((await piUps(["status", "--config", file])).err).toContain(join(folder, "etc", "here.sock"));
    writeFileSync(file, "# socket: not-this-one\n");
    expect((await piUps(["status", "--config", file])).err).toContain("/run/pi-ups/agent.sock");
  });
});
