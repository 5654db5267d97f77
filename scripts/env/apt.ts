// Programs from Debian that demo, tests or bench need: Chromium and mosquitto. Asked for by name, installed once.
import { existsSync } from "node:fs";
import { run, which } from "../lib/run.ts";
import { step } from "../lib/step.ts";
import { Trouble } from "../lib/trouble.ts";

async function ensurePackages(why: string, packages: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0 || (await which("apt-get")) === null) {
    throw new Trouble(
      `${why} needs ${packages.join(", ")}. Install them (as root: apt-get install ${packages.join(" ")}), then try again.`,
    );
  }
  await step(`Installing ${packages.join(", ")} from Debian`, async (detail) => {
    await run("apt-get", ["update", "-q"], { onLine: detail });
    await run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages], {
      onLine: detail,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  });
}

/** The path of a Chromium; installs Debian's when there is none. */
export async function ensureChromium(): Promise<string> {
  const fonts =
    existsSync("/usr/share/fonts/truetype/roboto") || existsSync("/usr/share/fonts/truetype/roboto/unhinted");
  const found = (await which("chromium")) ?? (await which("chromium-browser"));
  if (found !== null && fonts) return found;
  await ensurePackages("The card's test", ["chromium", "fonts-roboto-unhinted", "fonts-liberation"]);
  return (await which("chromium")) ?? "/usr/bin/chromium";
}

/** The path of mosquitto; installs Debian's when there is none. */
export async function ensureMosquitto(): Promise<string> {
  const found =
    (await which("mosquitto")) ?? (existsSync("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : null);
  if (found !== null) return found;
  await ensurePackages("The comparison with the MQTT path", ["mosquitto"]);
  return "/usr/sbin/mosquitto";
}
