// A real browser on the dashboard of a home: logged in without a form, in the theme and width that a test asks for.
import { type Browser, chromium, type Page } from "playwright-core";
import { chromiumLaunch } from "../env/chromium.ts";
import { browserTokens } from "../ha/api.ts";
import type { Home } from "./home.ts";

export interface PageOptions {
  readonly path: string;
  readonly dark: boolean;
  readonly width: number;
  readonly height: number;
}

export interface OpenPage {
  readonly page: Page;
  /** Errors on the page's console since it was opened. */
  readonly errors: readonly string[];
}

/** Starts a browser; close it in the end. */
export async function startBrowser(): Promise<Browser> {
  const { executablePath, args } = await chromiumLaunch();
  return await chromium.launch({
    executablePath,
    args: [
      ...args,
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Opens a page of Home Assistant as the owner. */
export async function openPage(browser: Browser, home: Home, options: PageOptions): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: options.width, height: options.height },
    colorScheme: options.dark ? "dark" : "light",
    deviceScaleFactor: 2,
    timezoneId: "UTC",
  });
  const tokens = browserTokens(home.ha.url, home.tokens);
  await context.addInitScript((text) => {
    localStorage.setItem("hassTokens", text);
    // The side bar is not what is looked at.
    localStorage.setItem("dockedSidebar", '"always_hidden"');
  }, tokens);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`${home.ha.url}${options.path}`);
  return { page, errors };
}
