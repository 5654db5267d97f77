// What a person sees: the card on the example dashboard of a real Home Assistant, in a real browser, through a whole outage.
/// <reference lib="dom" />
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor, waitForState } from "../../scripts/ha/api.ts";
import { checkout } from "../../scripts/lib/paths.ts";
import { supervise } from "../../scripts/stack/agent.ts";
import { type OpenPage, openPage, startBrowser } from "../../scripts/stack/browser.ts";
import { confirmAgent, openDashboard } from "../../scripts/stack/home.ts";
import { connected, type DemoHome, openDemoHome, quickYaml } from "../support/demo-home.ts";

const pictures = join(checkout, "test/results/e2e");
const ending = new AbortController();
let demo: DemoHome;
let browser: Browser;
let wide: OpenPage;
let dark: OpenPage;
let narrow: OpenPage;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  demo = await openDemoHome(quickYaml.replace("grace_s: 6", "grace_s: 12"), false);
  void supervise(demo.agent, demo.folder, ending.signal, () => undefined);
  await confirmAgent(demo.home, "rack-pi");
  await connected(demo.agent);
  const path = `${await openDashboard(demo.home)}/power`;
  browser = await startBrowser();
  wide = await openPage(browser, demo.home, { path, dark: false, width: 1280, height: 900 });
  dark = await openPage(browser, demo.home, { path, dark: true, width: 1280, height: 900 });
  narrow = await openPage(browser, demo.home, { path, dark: false, width: 400, height: 860 });
});
afterAll(async () => {
  ending.abort();
  await browser?.close();
  await demo?.end();
});

/** The text of the card, wherever in the page's shadow trees it is. */
function card(page: Page) {
  return page.locator("pi-ups-card").first();
}

async function shows(text: string | RegExp, timeoutMs = 15_000): Promise<void> {
  for (const { page } of [wide, dark, narrow]) {
    await card(page).getByText(text).first().waitFor({ state: "visible", timeout: timeoutMs });
  }
}

async function picture(name: string): Promise<void> {
  for (const [form, { page }] of Object.entries({ wide, dark, narrow })) {
    await page.screenshot({ path: join(pictures, `${name}-${form}.png`) });
  }
}

/** Everything that the card says, in one line, whatever shadow tree it stands in. */
async function words(page: Page): Promise<string> {
  const text = await card(page).evaluate((element) => {
    const collect = (node: Node): string => {
      if (node.nodeType === 3) return node.textContent ?? "";
      if (/^(STYLE|SCRIPT)$/i.test(node.nodeName)) return "";
      const { shadowRoot } = node as Element;
      const inside = [...(shadowRoot?.childNodes ?? []), ...node.childNodes];
      return inside.map(collect).join(" ");
    };
    return collect(element);
  });
  return text.replaceAll(/\s+/g, " ");
}

describe("the card", () => {
  it("is there without anybody having copied a file, on mains", async () => {
    await shows(/^(On mains|Charging)$/);
    await picture("1-on-mains");
    expect(await words(wide.page)).toContain("Rack UPS");
  });

  it("goes to battery when the plug is pulled, with the event and the outage in its trend", async () => {
    await demo.agent.cli("sim", "ac", "off");
    await shows("On battery");
    await shows(/Mains lost/);
    await waitForState(demo.home.admin, "sensor.rack_ups_battery", ({ state }) => Number(state) < 92, 30_000);
    await picture("2-on-battery");
  });

  it("counts down to the power-off, says why, and can be cancelled", async () => {
    await demo.agent.cli("sim", "battery", "8%");
    await shows(/Shutting down in/);
    await shows(/critical/i);
    await picture("3-counting-down");
    await card(wide.page)
      .getByRole("button", { name: /Cancel/ })
      .first()
      .click();
    await waitForState(demo.home.admin, "sensor.rack_ups_shutdown", "idle");
    await shows(/Shutdown cancelled|Power-off cancelled/);
  });

  it("tells a shutdown from a lost contact, and shows no wrong value", async () => {
    await demo.agent.cli("shutdown", "--in", "1s", "--reason", "End of the story");
    await waitForState(demo.home.admin, "binary_sensor.rack_ups_connected", "off", 30_000);
    await shows(/Shut down/);
    await picture("4-shut-down");
    const text = await words(wide.page);
    expect(text).toContain("Shut down");
    expect(text).not.toMatch(/\b0 %/);
  });

  it("is back with the whole story when mains is", async () => {
    await demo.agent.cli("sim", "ac", "on");
    await waitForState(demo.home.admin, "binary_sensor.rack_ups_connected", "on", 30_000);
    await shows(/^(On mains|Charging)$/, 20_000);
    await waitFor("the restart in the event list", 15_000, async () =>
      /Agent started|went down cleanly/.test(await words(wide.page)) ? true : null,
    );
    await picture("5-back");
  });

  it("says no contact when the agent vanishes", async () => {
    const status = await demo.agent.status();
    const agentPid = (status?.["agent"] as { readonly pid: number } | undefined)?.pid ?? 0;
    process.kill(agentPid, "SIGSTOP");
    try {
      await shows(/No contact/, 25_000);
      await picture("6-no-contact");
      expect(await words(wide.page)).not.toMatch(/On battery|\b0 %/);
    } finally {
      process.kill(agentPid, "SIGCONT");
    }
    await shows(/^(On mains|Charging)$/, 25_000);
  });

  it("caused no error on the page's console", () => {
    const ours = [...wide.errors, ...dark.errors, ...narrow.errors].filter((text) =>
      /pi-ups|pi_ups/i.test(text),
    );
    expect(ours).toEqual([]);
  });
});
