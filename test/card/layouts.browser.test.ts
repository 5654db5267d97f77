// The card's sizes: one line, compact, a height that the grid gives, right-to-left, and 12-hour German figures.
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, launch, openPage, resultsFolder } from "./support/browser.ts";
import type { Mount } from "./support/harness-api.ts";
import * as situations from "./support/situations.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

interface Case {
  readonly name: string;
  readonly mount: Partial<Mount> & Pick<Mount, "scenario">;
  readonly check: (page: Page) => Promise<void>;
}

async function text(page: Page): Promise<string> {
  return ((await page.locator("pi-ups-card .body").textContent()) ?? "").replaceAll(/\s+/g, " ");
}

async function boxOf(page: Page, selector: string) {
  const box = await page.locator(selector).first().boundingBox();
  if (box === null) throw new Error(`${selector} is not drawn`);
  return box;
}

const cases: readonly Case[] = [
  {
    name: "tile-on-mains",
    mount: {
      scenario: situations.onMains,
      config: { device: "rack-pi", layout: "tile" },
      width: 232,
      height: 56,
      layout: "grid",
    },
    async check(page) {
      expect(await text(page)).toMatch(/On mains[\s\S]*Rack UPS · full[\s\S]*100\s%/);
      expect(await page.locator("pi-ups-card pi-ups-trend").count()).toBe(0);
      expect((await boxOf(page, "pi-ups-card")).height).toBe(56);
    },
  },
  {
    name: "tile-estimated",
    mount: {
      scenario: situations.estimated,
      config: { device: "rack-pi", layout: "tile" },
      width: 232,
      height: 56,
      layout: "grid",
    },
    async check(page) {
      expect(await text(page)).toMatch(/On mains[\s\S]*about 96\s%/);
      const headline = page.locator("pi-ups-card h2");
      const cut = await headline.evaluate(
        (element: { scrollWidth: number; clientWidth: number }) => element.scrollWidth - element.clientWidth,
      );
      expect(cut, "the headline is whole").toBeLessThanOrEqual(0);
    },
  },
  {
    name: "tile-narrow",
    mount: {
      scenario: situations.estimated,
      config: { device: "rack-pi", layout: "tile" },
      width: 184,
      height: 56,
      layout: "grid",
    },
    async check(page) {
      const [title, figure] = [await boxOf(page, "pi-ups-card h2"), await boxOf(page, "pi-ups-card .figure")];
      expect(title.x + title.width, "nothing stands on the figure").toBeLessThanOrEqual(figure.x);
    },
  },
  {
    name: "tile-counting-down",
    mount: {
      scenario: situations.countingDown,
      config: { device: "rack-pi", layout: "tile" },
      width: 300,
      height: 56,
      layout: "grid",
    },
    async check(page) {
      await page.getByRole("button", { name: "Cancel" }).click();
      expect((await call(page, "counts")).calls).toHaveLength(1);
    },
  },
  {
    name: "compact-on-battery",
    mount: { scenario: situations.onBattery, config: { device: "rack-pi", layout: "compact" }, width: 232 },
    async check(page) {
      expect(await text(page)).toMatch(/1\sh\s10\smin[\s\S]*Shuts down at 10\s%/);
      expect(await page.getByRole("meter").count()).toBe(1);
      expect(await page.locator("pi-ups-events").count()).toBe(0);
    },
  },
  {
    name: "compact-counting-down",
    mount: {
      scenario: situations.countingDown,
      config: { device: "rack-pi", grid_options: { rows: 4 } },
      width: 340,
      height: 248,
      layout: "grid",
    },
    async check(page) {
      const card = await boxOf(page, "pi-ups-card");
      const button = await boxOf(page, "pi-ups-card .cancel");
      expect(button.y + button.height, "the button is inside the card").toBeLessThan(card.y + card.height);
    },
  },
  {
    name: "fixed-height",
    mount: {
      scenario: situations.afterShutdown,
      config: { device: "rack-pi", grid_options: { rows: 8 } },
      width: 460,
      height: 504,
      layout: "grid",
    },
    async check(page) {
      expect((await boxOf(page, "pi-ups-card")).height, "the card fills its rows").toBe(504);
      const scrolls = await page
        .locator("pi-ups-events .list")
        .evaluate(
          (list: { scrollHeight: number; clientHeight: number }) => list.scrollHeight > list.clientHeight,
        );
      expect(scrolls, "the list scrolls inside").toBe(true);
    },
  },
  {
    name: "german-right-to-left",
    mount: {
      scenario: situations.onBattery,
      config: { device: "rack-pi" },
      rtl: true,
      settings: { language: "de", time_format: "12", number_format: "decimal_comma" },
    },
    async check(page) {
      expect(await text(page)).toMatch(/Akkubetrieb[\s\S]*seit 12\smin\s40\ss/);
      expect(await page.locator("pi-ups-events .list").textContent()).toContain("Netz");
      const badge = await boxOf(page, "pi-ups-card .badge");
      const figure = await boxOf(page, "pi-ups-card .figure");
      expect(badge.x, "the headline begins at the right").toBeGreaterThan(figure.x);
      const [first, last] = await page
        .locator("pi-ups-trend .axis span")
        .evaluateAll((all: { getBoundingClientRect(): { x: number } }[]) => [
          all[0]?.getBoundingClientRect().x ?? 0,
          all.at(-1)?.getBoundingClientRect().x ?? 0,
        ]);
      expect(first, "time runs from left to right everywhere").toBeLessThan(last ?? 0);
    },
  },
  {
    name: "demo",
    mount: { scenario: situations.onMains, config: { device: "demo" }, preview: true },
    async check(page) {
      expect(await text(page)).toContain("Demo");
      expect((await call(page, "counts")).asked, "the demo asks nothing").toEqual([]);
    },
  },
];

describe.each(["light", "dark"] as const)("%s", (theme) => {
  it.each(cases)("$name", async ({ name, mount, check }) => {
    const page = await openPage(browser, { deviceScaleFactor: 2 });
    await call(page, "theme", theme);
    await call(page, "mount", { config: { device: "rack-pi" }, ...mount });
    await page.locator("pi-ups-card h2").waitFor();
    await page
      .locator("pi-ups-card")
      .screenshot({ path: join(resultsFolder, `layout-${name}-${theme}.png`) });
    await check(page);
    await page.context().close();
  });
});
