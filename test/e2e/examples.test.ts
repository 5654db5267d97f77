// Everything under ha-config-examples works in the real Home Assistant that the tests pin.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HaState, states } from "../../scripts/ha/api.ts";
import { checkout } from "../../scripts/lib/paths.ts";
import { exampleAutomations, exampleDashboard, openDashboard } from "../../scripts/stack/home.ts";
import { type DemoHome, openDemoHome } from "../support/demo-home.ts";

let demo: DemoHome;
let all: readonly HaState[];
beforeAll(async () => {
  demo = await openDemoHome();
  all = await states(demo.home.admin);
});
afterAll(() => demo?.end());

/** Entity ids that a text names. */
function named(value: unknown): readonly string[] {
  const ids = JSON.stringify(value).match(/\b(?:sensor|binary_sensor|event)\.rack_ups_[a-z0-9_]+/g) ?? [];
  return [...new Set(ids)];
}

describe("examples", () => {
  const automations = exampleAutomations();

  it("there is a file behind every line of the folder's README", () => {
    const files = readdirSync(join(checkout, "ha-config-examples"), { recursive: true }).filter((file) =>
      String(file).endsWith(".yaml"),
    );
    expect(files.length).toBe(automations.length + 1);
  });

  it.each(automations.map((automation) => [String(automation["alias"]), automation]))(
    "%s",
    (alias, automation) => {
      const state = all.find(({ attributes }) => attributes["friendly_name"] === alias);
      // An automation that Home Assistant cannot load is "unavailable".
      expect(state?.state).toBe("on");
      expect(named(automation).filter((id) => !all.some(({ entity_id }) => entity_id === id))).toEqual([]);
    },
  );

  it("the dashboard saves, and every entity on it exists", async () => {
    expect(await openDashboard(demo.home)).toBe("/pi-ups");
    const saved = await demo.home.admin.sendMessagePromise({ type: "lovelace/config", url_path: "pi-ups" });
    expect(saved).toEqual(exampleDashboard());
    expect(named(saved).filter((id) => !all.some(({ entity_id }) => entity_id === id))).toEqual([]);
  });

  it("Home Assistant logged no error about us or the examples", () => {
    const ours = demo.home.ha
      .log()
      .split("\n")
      .filter((line) => /ERROR|Traceback/.test(line) && /pi_ups|automation|lovelace/.test(line));
    expect(ours).toEqual([]);
  });
});
