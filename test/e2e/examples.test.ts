// Everything under ha-config-examples works in the real Home Assistant that the tests pin.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type HaState, states } from "../../scripts/ha/api.ts";
import { checkout } from "../../scripts/lib/paths.ts";
import { exampleAutomations, exampleDashboard, openDashboard } from "../../scripts/stack/home.ts";
import { type DemoHome, openDemoHome } from "../support/demo-home.ts";

const folder = join(checkout, "ha-config-examples");
let demo: DemoHome;
let all: readonly HaState[];
let actions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
beforeAll(async () => {
  demo = await openDemoHome();
  all = await states(demo.home.admin);
  actions = await demo.home.admin.sendMessagePromise({ type: "get_services" });
});
afterAll(() => demo?.end());

/** Entity ids that an example names anywhere, in templates too, and that do not exist. */
function missingEntities(example: unknown): readonly string[] {
  const domains = [...new Set(all.map(({ entity_id }) => entity_id.split(".")[0]))].join("|");
  const named = JSON.stringify(example).match(new RegExp(`\\b(?:${domains})\\.[a-z0-9_]+`, "g")) ?? [];
  const known = new Set(all.map(({ entity_id }) => entity_id));
  const isAction = (name: string) =>
    actions[name.split(".")[0] ?? ""]?.[name.split(".")[1] ?? ""] !== undefined;
  return [...new Set(named)].filter((name) => !known.has(name) && !isAction(name));
}

/** Everything that stands behind a key, at any depth. */
function valuesOf(key: string, node: unknown): readonly unknown[] {
  if (Array.isArray(node)) return node.flatMap((item) => valuesOf(key, item));
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(key, value),
  ]);
}

describe("the folder", () => {
  it("holds what its README names, and nothing else", () => {
    const files = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith(".yaml"));
    const text = readFileSync(join(folder, "README.md"), "utf8");
    const listed = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, file]) => file);
    expect(files.toSorted()).toEqual(listed.toSorted());
    for (const file of files) expect(parse(readFileSync(join(folder, file), "utf8"))).toBeTypeOf("object");
  });

  it("is loaded by these tests completely", () => {
    const kinds = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(kinds.map(({ name }) => name).toSorted()).toEqual(["automations", "dashboards"]);
    expect(readdirSync(join(folder, "dashboards"))).toEqual(["pi-ups.yaml"]);
  });
});

describe.each(exampleAutomations().map((automation) => [String(automation["alias"]), automation] as const))(
  "the automation %s",
  (alias, automation) => {
    it("is loaded and switched on", () => {
      const state = all.find(({ attributes }) => attributes["friendly_name"] === alias);
      // An automation that Home Assistant cannot set up is "unavailable".
      expect(state?.state).toBe("on");
      expect(state?.attributes["id"]).toBe(automation["id"]);
    });

    it("is valid, trigger by trigger and action by action", async () => {
      const { triggers, conditions, actions: steps } = automation;
      const verdict = await demo.home.admin.sendMessagePromise({
        type: "validate_config",
        triggers,
        conditions,
        actions: steps,
      });
      expect(verdict).toEqual({
        triggers: { valid: true, error: null },
        conditions: { valid: true, error: null },
        actions: { valid: true, error: null },
      });
    });

    it("names only what exists", () => {
      expect(missingEntities(automation)).toEqual([]);
      const called = valuesOf("action", automation).map(String);
      expect(called.length).toBeGreaterThan(0);
      const known = (name: string) => {
        const [domain = "", action = ""] = name.split(".");
        return actions[domain]?.[action] !== undefined;
      };
      expect(called.filter((name) => !known(name))).toEqual([]);
    });

    it("listens for an event that this agent can record", () => {
      const { attributes } = all.find(({ entity_id }) => entity_id === "event.rack_ups_events") ?? {};
      const wanted = valuesOf("conditions", automation)
        .flat()
        .map((condition) => (condition as { readonly state: string }).state);
      expect(wanted.length).toBeGreaterThan(0);
      for (const type of wanted) expect(attributes?.["event_types"]).toContain(type);
    });
  },
);

describe("the dashboard", () => {
  it("saves, and every entity on it exists", async () => {
    expect(await openDashboard(demo.home)).toBe("/pi-ups");
    const saved = await demo.home.admin.sendMessagePromise({ type: "lovelace/config", url_path: "pi-ups" });
    expect(saved).toEqual(exampleDashboard());
    expect(missingEntities(saved)).toEqual([]);
    const [listed] = valuesOf("entities", saved);
    expect(listed).toHaveLength(6);
  });

  it("shows the card of an agent that is here", async () => {
    const { devices } = await demo.home.admin.sendMessagePromise<{
      readonly devices: readonly { readonly agent_id: string }[];
    }>({ type: "pi_ups/devices" });
    expect(devices.map(({ agent_id }) => agent_id)).toEqual(valuesOf("device", exampleDashboard()));
  });
});

it("Home Assistant logged no error about us or the examples", () => {
  const lines = demo.home.ha.log().split("\n");
  const ours = lines.filter(
    (line) => /ERROR|Traceback/.test(line) && /pi_ups|automation|lovelace/.test(line),
  );
  expect(ours).toEqual([]);
});
