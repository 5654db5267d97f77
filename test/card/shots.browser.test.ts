// Every state of the card in light and dark, wide and narrow, as a picture for people; the pictures are in
// test/results/card. What must be true of each state is asserted here as well: no sideways overflow, no error.
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, launch, openPage, resultsFolder } from "./support/browser.ts";
import { contactSheet } from "./support/contact-sheet.ts";
import { situations } from "./support/situations.ts";

const widths = [460, 260];
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  for (const theme of ["light", "dark"] as const) {
    for (const width of widths) {
      const names = Object.keys(situations).map((name) => `${name}-${theme}-${width}`);
      await contactSheet(browser, `sheet-${width}`, theme, names);
    }
  }
  await browser.close();
});

describe.each(["light", "dark"] as const)("%s", (theme) => {
  it.each(Object.entries(situations))("%s", async (name, scenario) => {
    const page = await openPage(browser);
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await call(page, "theme", theme);
    for (const width of widths) {
      await call(page, "mount", { scenario, config: { device: "rack-pi" }, width });
      const card = page.locator("pi-ups-card");
      await card.locator("h2").waitFor();
      await card.locator("pi-ups-trend svg").waitFor();
      const overflow = await card.evaluate(
        (element: { scrollWidth: number; clientWidth: number }) => element.scrollWidth - element.clientWidth,
      );
      expect(overflow, "nothing sticks out sideways").toBeLessThanOrEqual(0);
      await card.screenshot({ path: join(resultsFolder, `${name}-${theme}-${width}.png`) });
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
