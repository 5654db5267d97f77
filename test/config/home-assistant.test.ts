// Address and token: everything that people paste, and that the token never comes out again.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { normalizeUrl } from "../../agent/src/config/home-assistant.ts";
import { problemText } from "../../agent/src/config/problem.ts";
import { Secret } from "../../agent/src/config/secret.ts";
import { good, load, refusals, type Where } from "./support.ts";

const token = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ0ZXN0In0.c2VjcmV0LXNlY3JldC1zZWNyZXQ";
const folder = mkdtempSync(join(tmpdir(), "pi-ups-token-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tokenFile(name: string, text: string, mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

describe("the address", () => {
  it.each([
    ["http://homeassistant.local:8123", "http://homeassistant.local:8123"],
    ["http://homeassistant.local:8123/", "http://homeassistant.local:8123"],
    ["https://ha.example.org///", "https://ha.example.org"],
    ["ws://ha:8123/api/websocket", "http://ha:8123"],
    ["wss://ha.example.org", "https://ha.example.org"],
    ["http://supervisor/core", "http://supervisor/core"],
    ["http://[fd00::1]:8123/", "http://[fd00::1]:8123"],
    [" http://ha:8123 ", "http://ha:8123"],
  ])("%j is used as %s", (written, used) => {
    expect(normalizeUrl(written)).toEqual({ url: used });
  });

  it.each([
    [
      "homeassistant.local:8123",
      "Begin it with http:// or https://, for example http://homeassistant.local:8123.",
    ],
    ["homeassistant.local", "Write it as http://homeassistant.local."],
    ["ftp://ha:8123", "Begin it with http:// or https://"],
    ["http://ha:8123/lovelace/0", "Leave out the page: http://ha:8123."],
    ["http://ha:8123/?kiosk", "Leave out everything from ? or #: http://ha:8123."],
    ["http://me:pass@ha:8123", "Remove everything from // to @"],
    ["http://", "Write it as http://homeassistant.local:8123."],
  ])("%j is refused with a cure", (written, cure) => {
    const [sentence] = refusals(`home_assistant:\n  url: ${JSON.stringify(written)}\n  token: ${token}\n`);
    expect(sentence).toMatch(/^config\.yaml:2:8: home_assistant\.url: found /);
    expect(sentence).toContain(cure);
    expect(sentence).not.toContain("pass");
  });
});

describe("the token", () => {
  it("comes from the file itself", () => {
    const { config, tokenFrom } = good(`home_assistant: {token: ${token}}`);
    expect(config.homeAssistant?.token.reveal()).toBe(token);
    expect(tokenFrom).toBe("this file");
  });
  it("comes from token_file, relative to the configuration's folder, without the line's end", () => {
    tokenFile("token", `${token}\n`);
    expect(good("home_assistant: {token_file: token}", { folder }).config.homeAssistant?.token.reveal()).toBe(
      token,
    );
  });
  it("is read anew for each login, and says which code there is when it cannot be", () => {
    tokenFile("token", `${token}\n`);
    const read = good("home_assistant: {token_file: token}", { folder }).config.homeAssistant?.token;
    tokenFile("token", "another\n");
    expect(read?.reveal()).toBe("another");
    rmSync(join(folder, "token"));
    expect(() => read?.reveal()).toThrow(expect.objectContaining({ code: "missing" }));
  });
  it("comes from the environment before anything in the file, and says so", () => {
    const env = { PI_UPS_HA_TOKEN: token };
    expect(good("home_assistant:", { env }).config.homeAssistant?.token.reveal()).toBe(token);
    const { config, warnings } = good("home_assistant: {token: other}", { env });
    expect(config.homeAssistant?.token.reveal()).toBe(token);
    expect(warnings.map(problemText)).toMatchInlineSnapshot(`
      [
        "config.yaml:1:25: home_assistant.token: found a token here and PI_UPS_HA_TOKEN in the environment, expected one of them. The environment's token is used.",
      ]
    `);
  });
  it("in the environment without the section is worth a warning", () => {
    const { config, warnings } = good("", { env: { PI_UPS_HA_TOKEN: token } });
    expect(config.homeAssistant).toBeNull();
    expect(warnings.map(problemText)).toMatchInlineSnapshot(`
      [
        "config.yaml: found PI_UPS_HA_TOKEN in the environment, expected a section home_assistant beside it. Add \`home_assistant:\` with its url, or unset the variable. The agent runs alone.",
      ]
    `);
  });
  it.each<[string, string, Where]>([
    ["is missing", "home_assistant:\n", {}],
    ["is given twice", "home_assistant:\n  token: a\n  token_file: b\n", {}],
    ["file is missing", "home_assistant:\n  token_file: /nowhere/token\n", {}],
    ["file is a folder", "home_assistant:\n  token_file: /usr\n", {}],
    ["is a number", "home_assistant:\n  token: 12345\n", {}],
    ["is a list", "home_assistant:\n  token: [a]\n", {}],
    ["has spaces", "home_assistant:\n  token: two words\n", {}],
    ["has the word Bearer", `home_assistant:\n  token: Bearer ${token}\n`, {}],
    ["has an ellipsis", "home_assistant:\n  token: abc…\n", {}],
    ["of the environment has lines", "home_assistant:\n", { env: { PI_UPS_HA_TOKEN: "a\nb" } }],
  ])("%s: refused", (_name, text, where) => {
    expect(refusals(text, where)).toMatchSnapshot();
  });
  it("file may not be empty", () => {
    tokenFile("empty", "\n");
    expect(refusals("home_assistant: {token_file: empty}", { folder })[0]).toContain(
      "found nothing, expected a long-lived",
    );
  });
  it("file may not hold a whole sentence", () => {
    tokenFile("noisy", `my token is ${token}`);
    expect(refusals("home_assistant: {token_file: noisy}", { folder })[0]).toContain(
      "more than one word or line",
    );
  });
  it("file that others can read is worth a warning", () => {
    tokenFile("open", token, 0o644);
    tokenFile("group", token, 0o640);
    expect(good("home_assistant: {token_file: open}", { folder }).warnings.map(problemText)[0]).toContain(
      "with permissions 644, expected a file that only its owner (and group) can read. Run `chmod 640`",
    );
    expect(good("home_assistant: {token_file: group}", { folder }).warnings).toEqual([]);
    expect(good(`home_assistant: {token: ${token}}`, { mode: 0o644 }).warnings).toHaveLength(1);
  });
});

describe("the token never comes out", () => {
  it("of the holder", () => {
    const secret = new Secret(token);
    for (const text of [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 9 }),
    ]) {
      expect(text).toContain("(secret)");
      expect(text).not.toContain(token);
    }
    expect(JSON.stringify(good(`home_assistant: {token: ${token}}`).config)).not.toContain(token);
  });
  it.each([
    `home_assistant: ${token}\n`,
    `${token}\n`,
    `home_assistant:\n  tokn: ${token}\n`,
    `home_assistant:\n  token: "${token}" x\n`,
    `home_assistant:\n  token: |${token}\n`,
    `home_assistant:\n  token: ${token}\n  token_file: x\n`,
    `home_assistant:\n  url: ${token}\n  token_file: x\n`,
    `home_assistant:\n  token: [${token}]\n`,
    `home_assistant:\n  ${token}\n`,
    `home_assistant:\n  token: !!int ${token}\n`,
    `agent:\n  id: ${token}\n`,
    `board: ${token}\n`,
    `? ${token}\n`,
  ])("of a sentence about %j", (text) => {
    const result = load(text);
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain(token.slice(0, 20));
  });
});
