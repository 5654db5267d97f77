// The browser of the card's tests: Debian's Chromium, with the fonts that make Home Assistant look as it does for people.
import { existsSync, readdirSync } from "node:fs";
import { which } from "../lib/run.ts";
import { installPackages } from "./debian.ts";

/** What playwright's `chromium.launch()` wants to know. */
export interface ChromiumLaunch {
  readonly executablePath: string;
  readonly args: readonly string[];
}

const fontFolder = "/usr/share/fonts/truetype";

function hasFont(name: string): boolean {
  return existsSync(fontFolder) && readdirSync(fontFolder).some((folder) => folder.startsWith(name));
}

async function findChromium(): Promise<string | null> {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    const path = await which(name);
    if (path !== null) return path;
  }
  return null;
}

/** The path of a Chromium; installs Debian's, and the fonts, when they are missing. */
export async function ensureChromium(): Promise<string> {
  const found = await findChromium();
  const missing = [
    ...(found === null ? ["chromium"] : []),
    ...(hasFont("roboto") ? [] : ["fonts-roboto-unhinted"]),
    ...(hasFont("liberation") ? [] : ["fonts-liberation"]),
  ];
  // Without its fonts the page still works; a machine where we may not install any is good enough for all but the looks.
  const optional = found !== null && process.getuid?.() !== 0;
  if (missing.length > 0 && !optional) await installPackages("Testing the card in a browser", missing);
  return found ?? (await findChromium()) ?? "/usr/bin/chromium";
}

/** How to launch it here: Chromium's sandbox refuses to run as root. */
export async function chromiumLaunch(): Promise<ChromiumLaunch> {
  const executablePath = await ensureChromium();
  const args = ["--disable-dev-shm-usage", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])];
  return { executablePath, args };
}
