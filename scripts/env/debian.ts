// Packages from Debian: asked for by name, installed once, with a clear sentence where that needs rights we lack.
import { explained } from "../lib/network.ts";
import { run, tryRun, which } from "../lib/run.ts";
import { step } from "../lib/step.ts";
import { Trouble } from "../lib/trouble.ts";

/** Installs packages with apt. `why` begins the sentence that asks a person to do it where this process may not. */
export async function installPackages(why: string, packages: readonly string[]): Promise<void> {
  const names = packages.join(" ");
  if ((await which("apt-get")) === null) {
    throw new Trouble(
      `${why} needs what Debian calls: ${names}. This machine has no apt-get; install them its own way, then try again.`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new Trouble(
      `${why} needs: ${names}. Installing them needs root.\n` +
        `Either run: sudo apt-get install ${names}\nor run the same command again as root.`,
    );
  }
  await step(`Installing ${names} from Debian`, async (detail) => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    // A third party's list that fails must not keep Debian's own packages away; the installation itself tells.
    await tryRun("apt-get", ["update", "-q"], { onLine: detail, env });
    await run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages], {
      onLine: detail,
      env,
      what: `apt-get install ${names}`,
    }).catch((error: unknown) => {
      throw explained(
        error,
        `${why} needs ${names}, and Debian's packages are out of reach. Check the network.`,
      );
    });
  });
}

/** Debian's own address, which leads to a mirror nearby. */
export const debian = "http://deb.debian.org/debian";

/** This machine's own Debian mirror, or Debian's. */
export async function debianMirror(): Promise<string> {
  const asked = await tryRun("apt-get", [
    "indextargets",
    "--format",
    "$(SITE)",
    "Created-By: Packages",
    "Origin: Debian",
    "Component: main",
  ]).catch(() => ({ code: 1, output: "" }));
  const sites = asked.code === 0 ? asked.output.split("\n").map((line) => line.trim()) : [];
  return sites.find((site) => /^https?:/.test(site) && !site.includes("security")) ?? debian;
}

/** Options that give another apt this machine's way to the network. */
export async function aptProxyOptions(): Promise<readonly string[]> {
  const { code, output } = await tryRun("apt-config", ["dump", "--format", '%f "%v";%n', "Acquire"]).catch(
    () => ({
      code: 1,
      output: "",
    }),
  );
  if (code !== 0) return [];
  return output
    .split("\n")
    .filter((line) => /^Acquire::https?::Proxy(::[^ ]+)? "[^"]+";$/i.test(line.trim()))
    .map((line) => `--aptopt=${line.trim().replace(/;$/, "")}`);
}
