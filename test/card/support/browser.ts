// One Chromium for the component tests, with a page that loads the built bundle as Home Assistant would: as a module.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { Harness } from "./harness-api.ts";
import { nowMs } from "./scenario.ts";

const checkout = join(import.meta.dirname, "../../..");
export const bundleFile = join(checkout, "dist/card/pi-ups-card.js");
export const resultsFolder = join(checkout, "test/results/card");
const origin = "http://card.test";

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return Math.max(...files.map((each) => statSync(join(each.parentPath, each.name)).mtimeMs));
}

/** Builds the card when the bundle is missing or older than its sources. */
export function ensureBundle(): void {
  const sources = Math.max(
    newest(join(checkout, "card/src")),
    statSync(join(checkout, "rollup.config.mjs")).mtimeMs,
  );
  if (existsSync(bundleFile) && statSync(bundleFile).mtimeMs >= sources) return;
  const rollup = join(checkout, "node_modules/rollup/dist/bin/rollup");
  const built = spawnSync(process.execPath, [rollup, "-c", "--silent"], {
    cwd: checkout,
    env: { ...process.env, PI_UPS_PART: "card" },
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(`The card could not be built:\n${built.stderr}`);
}

export function launch(): Promise<Browser> {
  ensureBundle();
  mkdirSync(resultsFolder, { recursive: true });
  return chromium.launch({
    executablePath: process.env["PI_UPS_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

const themes = readFileSync(new URL("../page/themes.css", import.meta.url), "utf8");
const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>card</title><style>${themes}</style>
  <body><main></main><script type="module" src="/pi-ups-card.js"></script><script type="module" src="/page/harness.ts"></script>`;

function typescript(path: string): string {
  return transformSync(readFileSync(path, "utf8"), { loader: "ts", target: "es2022" }).code;
}

/** A page with a clock that stands at the scenarios' moment and moves only when a test says so. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
  clockMs = nowMs,
): Promise<Page> {
  const context = await browser.newContext({
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    viewport: { width: 800, height: 1200 },
    ...options,
  });
  const page = await context.newPage();
  await page.route(`${origin}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === "/") return route.fulfill({ contentType: "text/html", body: html });
    const body =
      pathname === "/pi-ups-card.js"
        ? readFileSync(bundleFile, "utf8")
        : typescript(join(import.meta.dirname, "..", pathname));
    return route.fulfill({ contentType: "text/javascript", body });
  });
  await page.clock.install({ time: clockMs - 1000 });
  await page.clock.pauseAt(clockMs);
  await page.goto(origin);
  await page.waitForFunction("'harness' in window");
  return page;
}

/** Calls the page's side by name. */
export async function call<K extends keyof Harness>(
  page: Page,
  name: K,
  ...args: Parameters<Harness[K]>
): Promise<ReturnType<Harness[K]>> {
  const result = await page.evaluate(
    ([method, values]) => {
      const { harness } = globalThis as unknown as {
        harness: Record<string, (...all: unknown[]) => unknown>;
      };
      return harness[method]?.(...values);
    },
    [name, args] as const,
  );
  return result as ReturnType<Harness[K]>;
}
