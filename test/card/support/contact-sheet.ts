// All pictures of one theme on one sheet, so that a person can look at every state of the card in one go.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { resultsFolder } from "./browser.ts";

const themes = { light: "#fafafa", dark: "#111" } as const;

/** @param names of pictures in the results folder, without `.png` */
export async function contactSheet(
  browser: Browser,
  name: string,
  theme: keyof typeof themes,
  names: readonly string[],
): Promise<void> {
  const images = names.map((each) => {
    const png = readFileSync(join(resultsFolder, `${each}.png`)).toString("base64");
    return `<img src="data:image/png;base64,${png}">`;
  });
  const page = await browser.newPage({ viewport: { width: 1940, height: 800 } });
  await page.setContent(
    `<!doctype html><style>body{margin:16px;columns:4;column-gap:16px;background:${themes[theme]}}img{display:block;max-width:100%;margin-bottom:16px;break-inside:avoid}</style>${images.join("")}`,
  );
  await page.screenshot({ path: join(resultsFolder, `${name}-${theme}.png`), fullPage: true });
  await page.close();
}
