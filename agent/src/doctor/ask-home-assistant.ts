// Logs in to Home Assistant once, as the agent would, and asks the questions that any user may ask. Changes nothing there.
import * as v from "valibot";
import { defaultTimings, type LinkTimings } from "../ha/timings.ts";
import { shownUrl, webSocketUrl } from "../ha/url.ts";
import { openWire, type Wire, type WireMessage, type WireResult } from "../ha/wire.ts";
import type { CreateSocket } from "../ports/message-socket.ts";
import type { Clock, Log } from "../ports/ports.ts";
import type { HomeAssistantFacts, IntegrationFacts, Looked } from "./facts.ts";

const domain = "pi_ups";

const userSchema = v.object({ name: v.nullable(v.string()), is_admin: v.boolean() });
const configSchema = v.object({ state: v.string(), components: v.array(v.string()) });
const manifestSchema = v.object({ version: v.optional(v.nullable(v.string())) });

export interface AskDeps {
  readonly url: string;
  readonly token: { reveal(): string };
  readonly createSocket: CreateSocket;
  readonly clock: Clock;
  /** Shorter than the agent's where tests want it. */
  readonly timings?: LinkTimings;
}

/** A person waits for the answer. */
const patientEnough: LinkTimings = { ...defaultTimings, connectMs: 5_000, authMs: 10_000 };
const silentLog: Log = { log: () => {} };

function ask(wire: Wire, message: WireMessage): Promise<WireResult> {
  return new Promise((resolve) => wire.request(message, resolve));
}

function whyOf(result: WireResult): string {
  return result.ok
    ? "Home Assistant's answer is not what was expected"
    : `Home Assistant says ${result.code} ${result.message}`.trim();
}

async function askUser(wire: Wire): Promise<Looked<{ readonly name: string; readonly isAdmin: boolean }>> {
  const result = await ask(wire, { type: "auth/current_user" });
  const user = v.safeParse(userSchema, result.ok ? result.value : null);
  if (!user.success) return { ok: false, why: whyOf(result) };
  return {
    ok: true,
    value: { name: user.output.name ?? "a user without a name", isAdmin: user.output.is_admin },
  };
}

async function askIntegration(wire: Wire): Promise<Looked<IntegrationFacts>> {
  const result = await ask(wire, { type: "get_config" });
  const config = v.safeParse(configSchema, result.ok ? result.value : null);
  if (!config.success) return { ok: false, why: whyOf(result) };
  const manifest = await ask(wire, { type: "manifest/get", integration: domain });
  if (!manifest.ok && manifest.code === "lost") return { ok: false, why: whyOf(manifest) };
  const about = v.safeParse(manifestSchema, manifest.ok ? manifest.value : null);
  const version = about.success ? (about.output.version ?? null) : null;
  if (config.output.components.includes(domain)) return { ok: true, value: { kind: "added", version } };
  if (config.output.state !== "RUNNING") return { ok: true, value: { kind: "starting" } };
  return { ok: true, value: manifest.ok ? { kind: "not_added", version } : { kind: "missing" } };
}

/** One login, three questions, and a polite goodbye. Never rejects. */
export function askHomeAssistant({
  url,
  token,
  createSocket,
  clock,
  timings,
}: AskDeps): Promise<HomeAssistantFacts> {
  const shown = shownUrl(url);
  return new Promise((resolve) => {
    const wire = openWire({
      url: webSocketUrl(url),
      shownUrl: shown,
      token,
      createSocket,
      clock,
      log: silentLog,
      timings: timings ?? patientEnough,
      onReady: async (haVersion) => {
        const user = await askUser(wire);
        const integration = await askIntegration(wire);
        resolve({ kind: "logged_in", url: shown, haVersion, user, integration });
        wire.close();
      },
      // After the answers were given this is only the goodbye.
      onEnd: ({ code, message }) => resolve({ kind: "trouble", url: shown, code, message }),
    });
  });
}
