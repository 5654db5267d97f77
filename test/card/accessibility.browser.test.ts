// axe-core's rules on every state of the card, in light and dark: names, roles, contrast, target sizes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, launch, openPage } from "./support/browser.ts";
import { situations } from "./support/situations.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

describe.each(["light", "dark"] as const)("%s", (theme) => {
  it.each(Object.entries(situations))("%s", async (_, scenario) => {
    const page = await openPage(browser);
    await call(page, "theme", theme);
    await call(page, "mount", { scenario, config: { device: "rack-pi" } });
    await page.locator("pi-ups-card h2").waitFor();
    // The library waits with timers of its own.
    await page.clock.resume();
    await page.addScriptTag({ content: axe });
    const violations = await page.evaluate(async (wanted) => {
      const { axe: run } = globalThis as unknown as {
        axe: { run(where: string, options: unknown): Promise<{ violations: readonly unknown[] }> };
      };
      // One card is no page: headings above it and landmarks around it are the dashboard's.
      const rules = {
        region: { enabled: false },
        "page-has-heading-one": { enabled: false },
        "heading-order": { enabled: false },
      };
      return (await run.run("pi-ups-card", { runOnly: wanted, rules })).violations;
    }, tags);
    const told = (violations as readonly Violation[]).map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("\n")}`,
    );
    expect(told).toEqual([]);
    await page.context().close();
  });
});
