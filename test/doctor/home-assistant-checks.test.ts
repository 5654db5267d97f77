// Home Assistant, the token, its user and the integration: every level of every check.
import { describe, expect, it } from "vitest";
import type { HomeAssistantFacts, Looked } from "../../agent/src/doctor/facts.ts";
import { checkHomeAssistant, compareVersions } from "../../agent/src/doctor/home-assistant.ts";
import { about, levels, no, only } from "./support.ts";

describe("Home Assistant", () => {
  const url = "http://ha.local:8123";
  const trouble = (code: string, message = "It is so. Mend it."): HomeAssistantFacts => ({
    kind: "trouble",
    url,
    code,
    message,
  });
  type LoggedIn = Extract<HomeAssistantFacts, { kind: "logged_in" }>;
  const { homeAssistant } = about;
  if (homeAssistant.kind !== "logged_in") throw new Error("the good facts are logged in");
  const logged = (changes: Partial<LoggedIn>): HomeAssistantFacts => ({ ...homeAssistant, ...changes });
  const integrated = (value: LoggedIn["integration"] extends Looked<infer T> ? T : never) =>
    logged({ integration: { ok: true, value } });
  const first = ["ha_reachable ok", "ha_token ok"];
  const fine = [...first, "ha_user ok"];

  it.each<[string, HomeAssistantFacts, string[]]>([
    ["not configured", { kind: "not_configured" }, ["ha_configured note"]],
    [
      "unreachable",
      trouble("PI_UPS_HA_UNREACHABLE"),
      ["ha_reachable problem", "ha_token unknown", "ha_integration unknown"],
    ],
    [
      "banned",
      trouble("PI_UPS_HA_BANNED"),
      ["ha_reachable problem", "ha_token unknown", "ha_integration unknown"],
    ],
    [
      "wrong token",
      trouble("PI_UPS_HA_AUTH_INVALID"),
      ["ha_reachable ok", "ha_token problem", "ha_integration unknown"],
    ],
    [
      "token file gone",
      trouble("PI_UPS_HA_TOKEN_UNREADABLE"),
      ["ha_reachable ok", "ha_token problem", "ha_integration unknown"],
    ],
    ["fine", homeAssistant, [...fine, "ha_integration ok", "ha_integration_version ok"]],
    [
      "admin",
      logged({ user: { ok: true, value: { name: "Anna", isAdmin: true } } }),
      [...first, "ha_user note", "ha_integration ok", "ha_integration_version ok"],
    ],
    [
      "user untold",
      logged({ user: no("x") }),
      [...first, "ha_user unknown", "ha_integration ok", "ha_integration_version ok"],
    ],
    ["starting", integrated({ kind: "starting" }), [...fine, "ha_integration unknown"]],
    ["missing", integrated({ kind: "missing" }), [...fine, "ha_integration problem"]],
    [
      "not added",
      integrated({ kind: "not_added", version: "0.1.0" }),
      [...fine, "ha_integration problem", "ha_integration_version ok"],
    ],
    [
      "older",
      integrated({ kind: "added", version: "0.0.9" }),
      [...fine, "ha_integration ok", "ha_integration_version note"],
    ],
    [
      "newer",
      integrated({ kind: "added", version: "0.10.0" }),
      [...fine, "ha_integration ok", "ha_integration_version ok"],
    ],
    [
      "odd version",
      integrated({ kind: "added", version: "main" }),
      [...fine, "ha_integration ok", "ha_integration_version unknown"],
    ],
    [
      "no version",
      integrated({ kind: "added", version: null }),
      [...fine, "ha_integration ok", "ha_integration_version unknown"],
    ],
    ["untold", logged({ integration: no("x") }), [...fine, "ha_integration unknown"]],
  ])("%s", (_, facts, expected) => {
    expect(levels(checkHomeAssistant(facts, "0.1.0"))).toEqual(expected);
  });

  it("what was found and how to mend it are told apart", () => {
    const message =
      "Home Assistant at http://ha.local:8123 cannot be reached (ECONNREFUSED: x.y). Is it running?";
    const found = only(
      checkHomeAssistant(trouble("PI_UPS_HA_UNREACHABLE", message), "0.1.0"),
      "ha_reachable",
    );
    expect(found.what).toBe(
      "Home Assistant at http://ha.local:8123 cannot be reached (ECONNREFUSED: x.y) (PI_UPS_HA_UNREACHABLE).",
    );
    expect(found.mend).toEqual({ say: "Is it running?", run: ["curl -I http://ha.local:8123"] });
  });

  it.each([
    ["0.1.0", "0.1.0", 0],
    ["0.9.0", "0.10.0", -1],
    ["v1.0.0", "0.99.99", 1],
    ["1.0", "1.0.0", null],
  ])("%s against %s", (a, b, order) => {
    expect(compareVersions(a, b)).toBe(order);
  });
});
