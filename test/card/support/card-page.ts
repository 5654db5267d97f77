// What every test of the card's behaviour begins with: a fresh page for each test, and short ways to what it shows.
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { call, launch, openPage } from "./browser.ts";
import type { Scenario } from "./scenario.ts";
import { onMains } from "./situations.ts";

export const config = { device: "rack-pi" };

export let browser: Browser;
export let page: Page;

/** Called once at the top of a test file. */
export function freshPages(): void {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    page = await openPage(browser);
  });
  afterEach(() => page.context().close());
}

/** Text with every run of white space, non-breaking ones too, as one space. */
export async function textOf(found: Locator): Promise<string> {
  return ((await found.textContent()) ?? "").replaceAll(/\s+/g, " ").trim();
}

export function headline(): Promise<string> {
  return textOf(page.locator("pi-ups-card h2"));
}

/** Title and small print of each event. */
export function rows(): Promise<string[]> {
  return page.locator("pi-ups-events li .text").allInnerTexts();
}

export async function mount(
  next: Scenario = onMains,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await call(page, "mount", { scenario: next, config: { ...config, ...more } });
  await page.locator("pi-ups-card h2").waitFor();
}
