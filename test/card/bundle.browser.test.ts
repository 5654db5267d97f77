// The built file as Home Assistant serves it: small enough, one module without imports, and the same in both places.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleFile, ensureBundle } from "./support/browser.ts";

const served = join(import.meta.dirname, "../../custom_components/pi_ups/frontend/pi-ups-card.js");

describe("the card's bundle", () => {
  beforeAll(ensureBundle);

  it("is at most 25 kB with gzip", () => {
    expect(gzipSync(readFileSync(bundleFile), { level: 9 }).length).toBeLessThanOrEqual(25_000);
  });

  it("is what the integration serves", () => {
    expect(existsSync(served)).toBe(true);
    expect(readFileSync(served).equals(readFileSync(bundleFile))).toBe(true);
  });

  it("stands alone and carries no way to run text as code or markup", () => {
    const code = readFileSync(bundleFile, "utf8");
    for (const forbidden of [
      /\bimport\s*[("'{*]|\bfrom\s*["']/,
      /\beval\(|new Function|unsafeHTML|console\./,
    ]) {
      expect(code.match(forbidden)?.[0]).toBeUndefined();
    }
  });
});
