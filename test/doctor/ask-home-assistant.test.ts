// One login and three questions, over a real WebSocket.
import { afterEach, expect, it, vi } from "vitest";
import { askHomeAssistant } from "../../agent/src/doctor/ask-home-assistant.ts";
import { defaultTimings, type LinkTimings } from "../../agent/src/ha/timings.ts";
import { nodeClock } from "../../agent/src/platform/node-clock.ts";
import { createSocket } from "../../agent/src/platform/ws-socket.ts";
import { FarEnd } from "../link/support/far-end.ts";

vi.setConfig({ testTimeout: 60_000 });

const open: FarEnd[] = [];
afterEach(async () => {
  for (const far of open.splice(0)) await far.kill();
});

async function farEnd(isAdmin = false, version: string | null = "0.1.0"): Promise<FarEnd> {
  const far = new FarEnd();
  far.components.push("pi_ups");
  far.intercept = ({ type }) => {
    if (type === "auth/current_user")
      return { result: { id: "x", name: "Pi UPS", is_owner: false, is_admin: isAdmin } };
    return type === "manifest/get" && far.installed ? { result: { domain: "pi_ups", version } } : undefined;
  };
  await far.start();
  open.push(far);
  return far;
}

/** Waits long for what must come: a busy machine answers late. */
const ask = (
  far: { readonly url: string },
  token = "secret-token-of-the-test",
  timings: Partial<LinkTimings> = {},
) =>
  askHomeAssistant({
    url: far.url,
    token: { reveal: () => token },
    createSocket,
    clock: nodeClock,
    timings: { ...defaultTimings, ...timings },
  });

it("everything is there", async () => {
  const far = await farEnd();
  expect(await ask(far)).toEqual({
    kind: "logged_in",
    url: far.url,
    haVersion: "2026.11.0",
    user: { ok: true, value: { name: "Pi UPS", isAdmin: false } },
    integration: { ok: true, value: { kind: "added", version: "0.1.0" } },
  });
  await far.until("the socket is given back", () => far.openSockets === 0);
  expect(far.logins).toBe(1);
  expect(far.received.map(({ type }) => type)).toEqual([
    "supported_features",
    "auth/current_user",
    "get_config",
    "manifest/get",
  ]);
});

it("an administrator's token", async () => {
  expect(await ask(await farEnd(true))).toMatchObject({ user: { ok: true, value: { isAdmin: true } } });
});

it("the integration is missing, not added, or Home Assistant is starting", async () => {
  const far = await farEnd();
  far.components.length = 0;
  expect(await ask(far)).toMatchObject({ integration: { value: { kind: "not_added", version: "0.1.0" } } });
  far.installed = false;
  expect(await ask(far)).toMatchObject({ integration: { value: { kind: "missing" } } });
  far.haState = "STARTING";
  expect(await ask(far)).toMatchObject({ integration: { value: { kind: "starting" } } });
});

it("a wrong token is tried once", async () => {
  const far = await farEnd();
  const found = await ask(far, "wrong");
  expect(found).toMatchObject({ kind: "trouble", code: "PI_UPS_HA_AUTH_INVALID" });
  expect(JSON.stringify(found)).not.toContain("wrong");
  expect(far.logins).toBe(1);
});

it("a token that cannot be read, an answer that is no answer, nobody there", async () => {
  const far = await farEnd();
  const gone = () => {
    throw Object.assign(new Error("gone"), { code: "ENOENT" });
  };
  const deps = { url: far.url, createSocket, clock: nodeClock };
  expect(await askHomeAssistant({ ...deps, token: { reveal: gone } })).toMatchObject({
    kind: "trouble",
    code: "PI_UPS_HA_TOKEN_UNREADABLE",
  });
  far.intercept = ({ type }) =>
    type === "auth/current_user"
      ? { error: { code: "unknown_command", message: "Unknown command." } }
      : undefined;
  expect(await ask(far)).toMatchObject({
    user: { ok: false, why: "Home Assistant says unknown_command Unknown command." },
  });
  far.intercept = () => ({ silence: true });
  expect(await ask(far, undefined, { answerMs: 100 })).toMatchObject({
    kind: "trouble",
    code: "PI_UPS_HA_SILENT",
  });
  const url = far.url;
  await far.kill();
  expect(await ask({ url })).toMatchObject({ kind: "trouble", code: "PI_UPS_HA_UNREACHABLE" });
});
