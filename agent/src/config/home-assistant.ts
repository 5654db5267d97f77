// Where Home Assistant is and with which token: the two settings that people paste, with all the ways in which pasting
// goes wrong. The token is never part of a sentence.
import type { HomeAssistantConfig } from "./agent-config.ts";
import { quoted } from "./found.ts";
import type { LocalProblem, Position } from "./problem.ts";
import type { RawConfig } from "./schema.ts";
import { Secret } from "./secret.ts";
import { isTooOpen, type Surroundings, unreadableWords } from "./surroundings.ts";

/** The variable that goes before `token` and `token_file`. */
export const tokenVariable = "PI_UPS_HA_TOKEN";

const anyOfThree = `one of token_file, token, or the environment's ${tokenVariable}`;

interface Advice {
  readonly found: string;
  readonly mend: string;
}

/** Pages of Home Assistant's own frontend: an address copied from a browser that shows one of them. */
const frontendPage =
  /^\/(lovelace|dashboard-|config|home|profile|auth|history|logbook|energy|map|developer-tools)/;

function adviceFor(url: URL): Advice | null {
  const asWritten = quoted(url.href.replace(/\/\/[^/@]*@/, "//"));
  if (url.username !== "" || url.password !== "") {
    return {
      found: "an address with a user name",
      mend: "Remove everything from // to @; the agent logs in by token.",
    };
  }
  if (!["http:", "https:", "ws:", "wss:"].includes(url.protocol)) {
    const guess = /^[a-z][a-z0-9.-]*:\d+/i.test(url.href) ? `http://${url.href}` : "http:// or https://";
    return { found: asWritten, mend: `Begin it with http:// or https://, for example ${guess}.` };
  }
  if (url.search !== "" || url.hash !== "") {
    return { found: asWritten, mend: `Leave out everything from ? or #: ${url.origin}.` };
  }
  if (frontendPage.test(url.pathname)) {
    return { found: asWritten, mend: `Leave out the page: ${url.origin}.` };
  }
  return null;
}

/**
 * `ws://` becomes `http://`; slashes at the end and Home Assistant's own `/api/websocket` go away.
 * @returns the address that the link uses, or what is wrong with it
 */
export function normalizeUrl(text: string): { readonly url: string } | Advice {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) {
    const guess = `http://${trimmed}`;
    const hint = URL.canParse(guess) && !trimmed.includes("/") ? guess : "http://homeassistant.local:8123";
    return { found: `the text ${quoted(text)}`, mend: `Write it as ${quoted(hint).replaceAll('"', "")}.` };
  }
  const url = new URL(trimmed);
  const advice = adviceFor(url);
  if (advice !== null) return advice;
  const path = url.pathname.replace(/\/+$/, "").replace(/\/api(\/websocket)?$/, "");
  return { url: `${url.protocol.replace("ws", "http")}//${url.host}${path}` };
}

interface TokenContext {
  readonly settings: NonNullable<RawConfig["home_assistant"]>;
  readonly at: (path: string) => Position | null;
  readonly surroundings: Surroundings;
  readonly folder: string;
  readonly configMode: number | null;
}

export interface TokenFinding {
  readonly token: Secret | null;
  /** Where the token came from, for `config check`. */
  readonly from: string;
  readonly problems: readonly LocalProblem[];
  readonly warnings: readonly LocalProblem[];
}

/** A token is one word of printable ASCII; anything else was cut or pasted badly. */
function tokenTrouble(text: string): Advice | null {
  if (text === "")
    return {
      found: "nothing",
      mend: "Paste a long-lived access token (Home Assistant: your profile, Security).",
    };
  if (/^bearer\s/i.test(text)) return { found: 'the word "Bearer" before it', mend: "Keep the token only." };
  if (/\s/.test(text)) {
    return { found: "more than one word or line", mend: "Keep the token only: one line, no spaces." };
  }
  if (!/^[!-~]+$/.test(text)) {
    return {
      found: "characters that no token has",
      mend: "Copy the token again, without quotes or ellipsis.",
    };
  }
  return null;
}

function judged(text: string, from: string, path: string, at: Position | null): TokenFinding {
  const trouble = tokenTrouble(text.trim());
  if (trouble === null) return { token: new Secret(text.trim()), from, problems: [], warnings: [] };
  const problem = { at, path, ...trouble, expected: "a long-lived access token" };
  return { token: null, from, problems: [problem], warnings: [] };
}

function openFileWarning(at: Position | null, path: string, what: string, mode: number): LocalProblem {
  const bits = (mode & 0o777).toString(8).padStart(3, "0");
  return {
    at,
    path,
    found: `${what} with permissions ${bits}`,
    expected: "a file that only its owner (and group) can read",
    mend: "Run `chmod 640` on it: whoever has the token has Home Assistant.",
  };
}

/** For each login, so that a new token counts without a restart. */
function readAgain(surroundings: Surroundings, file: string): string {
  const read = surroundings.readText(file);
  if (read.ok) return read.text.trim();
  throw Object.assign(new Error(`${file} is now ${unreadableWords(read).found}.`), { code: read.kind });
}

function fromFile(context: TokenContext, tokenFile: string): TokenFinding {
  const path = "home_assistant.token_file";
  const at = context.at(path);
  const file = context.surroundings.resolvePath(context.folder, tokenFile);
  const read = context.surroundings.readText(file);
  if (!read.ok) {
    const { found, mend } = unreadableWords(read);
    const problem = { at, path, found: `${found} (${file})`, expected: "a file with a token", mend };
    return { token: null, from: file, problems: [problem], warnings: [] };
  }
  const found = judged(read.text, `file ${file}`, path, at);
  const token = found.token && new Secret(() => readAgain(context.surroundings, file));
  const finding = { ...found, token };
  if (!isTooOpen(read.mode)) return finding;
  return { ...finding, warnings: [openFileWarning(at, path, `a token in ${file}`, read.mode)] };
}

function fromConfig(context: TokenContext, token: string): TokenFinding {
  const path = "home_assistant.token";
  const finding = judged(token, "this file", path, context.at(path));
  if (context.configMode === null || !isTooOpen(context.configMode)) return finding;
  const warning = openFileWarning(context.at(path), path, "a token in a file", context.configMode);
  return { ...finding, warnings: [warning] };
}

/** Finds the token: environment first, then the one of `token_file` and `token` that is set. */
export function findToken(context: TokenContext): TokenFinding {
  const { token, token_file: tokenFile } = context.settings;
  const at = (key: string) => context.at(`home_assistant.${key}`);
  if (token !== undefined && tokenFile !== undefined) {
    const found = `both token and token_file (line ${at("token_file")?.line})`;
    const problem = {
      at: at("token"),
      path: "home_assistant.token",
      found,
      expected: "one of them",
      mend: "Delete one.",
    };
    return { token: null, from: "", problems: [problem], warnings: [] };
  }
  const fromEnvironment = context.surroundings.env[tokenVariable];
  if (fromEnvironment !== undefined && fromEnvironment.trim() !== "") {
    return judged(
      fromEnvironment,
      `environment variable ${tokenVariable}`,
      tokenVariable,
      context.at("home_assistant"),
    );
  }
  if (tokenFile !== undefined) return fromFile(context, tokenFile);
  if (token !== undefined) return fromConfig(context, token);
  const problem: LocalProblem = {
    at: context.at("home_assistant"),
    path: "home_assistant",
    found: "no token",
    expected: anyOfThree,
    mend: "Make a long-lived access token in Home Assistant (your profile, Security) and save it to a file; or delete the section to run alone.",
  };
  return { token: null, from: "", problems: [problem], warnings: [] };
}

export interface HomeAssistantFinding {
  readonly homeAssistant: HomeAssistantConfig | null;
  readonly tokenFrom: string;
  readonly problems: readonly LocalProblem[];
  readonly warnings: readonly LocalProblem[];
}

/** Both together. */
export function resolveHomeAssistant(context: TokenContext): HomeAssistantFinding {
  const address = normalizeUrl(context.settings.url);
  const { token, from, problems, warnings } = findToken(context);
  if (!("url" in address)) {
    const path = "home_assistant.url";
    const expected = "an address such as http://homeassistant.local:8123";
    const problem = { at: context.at(path), path, expected, ...address };
    return { homeAssistant: null, tokenFrom: from, problems: [problem, ...problems], warnings };
  }
  const homeAssistant = token === null ? null : { url: address.url, token };
  return { homeAssistant, tokenFrom: from, problems, warnings };
}
