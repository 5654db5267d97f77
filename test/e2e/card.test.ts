// What a person sees: the card on the example dashboard of a real Home Assistant, in a real browser, through a whole outage.
/// <reference lib="dom" />
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor, waitForState } from "../../scripts/ha/api.ts";
import { checkout } from "../../scripts/lib/paths.ts";
import { supervise } from "../../scripts/stack/agent.ts";
import { type OpenPage, openPage, startBrowser } from "../../scripts/stack/browser.ts";
import { confirmAgent, openDashboard } from "../../scripts/stack/home.ts";
import { agentId, connected, type DemoHome, openDemoHome, plug, sim } from "../support/demo-home.ts";

const pictures = join(checkout, "test/results/e2e");
const agentYaml = `debounce:
  ac_lost_s: 0.2
  ac_restored_s: 0.5
sample_interval_s: 0.5
shutdown:
  grace_s: 12
sim:
  speed: 30
`;
const forms = {
  wide: { dark: false, width: 1280, height: 900 },
  dark: { dark: true, width: 1280, height: 900 },
  narrow: { dark: false, width: 400, height: 860 },
} as const;
type Form = keyof typeof forms;

const ending = new AbortController();
const pages = new Map<Form, OpenPage>();
let demo: DemoHome;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  demo = await openDemoHome({ agentYaml, confirmed: false });
  void supervise(demo.agent, demo.folder, ending.signal, () => undefined);
  await confirmAgent(demo.home, agentId);
  await connected(demo.agent);
  const path = `${await openDashboard(demo.home)}/power`;
  browser = await startBrowser();
  for (const [form, options] of Object.entries(forms)) {
    pages.set(form as Form, await openPage(browser, demo.home, { path, ...options }));
  }
});
afterAll(async () => {
  ending.abort();
  await browser?.close();
  await demo?.end();
});

function page(form: Form): Page {
  const found = pages.get(form);
  if (found === undefined) throw new Error(`The page "${form}" was not opened.`);
  return found.page;
}

function card(form: Form): Locator {
  return page(form).locator("pi-ups-card").first();
}

async function title(form: Form): Promise<string> {
  return (await card(form).getByRole("heading", { level: 2 }).textContent()) ?? "";
}

/** Waits until every form of the page shows this headline. */
async function headline(text: RegExp, timeoutMs = 15_000): Promise<void> {
  for (const form of pages.keys()) {
    const heading = card(form).getByRole("heading", { level: 2 }).filter({ hasText: text });
    await heading.waitFor({ state: "visible", timeout: timeoutMs });
  }
}

/** Waits until every form of the page shows these words somewhere on the card. */
async function shows(text: RegExp, timeoutMs = 15_000): Promise<void> {
  for (const form of pages.keys()) {
    await card(form).getByText(text).first().waitFor({ state: "visible", timeout: timeoutMs });
  }
}

async function picture(name: string): Promise<void> {
  for (const form of pages.keys())
    await page(form).screenshot({ path: join(pictures, `${name}-${form}.png`) });
}

/** Everything that the card says, in one line, whatever shadow tree it stands in. */
async function words(form: Form): Promise<string> {
  const text = await card(form).evaluate((element) => {
    const collect = (node: Node): string => {
      if (node.nodeType === 3) return node.textContent ?? "";
      if (/^(STYLE|SCRIPT)$/i.test(node.nodeName)) return "";
      const { shadowRoot } = node as Element;
      return [...(shadowRoot?.childNodes ?? []), ...node.childNodes].map(collect).join(" ");
    };
    return collect(element);
  });
  return text.replaceAll(/\s+/g, " ");
}

/** The rows of the event list, newest first. */
async function rows(form: Form): Promise<readonly string[]> {
  const texts = await card(form).getByRole("listitem").allInnerTexts();
  return texts.map((text) => text.replaceAll(/\s+/g, " ").trim());
}

async function newestRow(text: RegExp): Promise<void> {
  for (const form of pages.keys()) {
    await waitFor(`${text} as the newest row (${form})`, 15_000, async () =>
      text.test((await rows(form))[0] ?? "") ? true : null,
    );
  }
}

/** The outages of the trend: their pixels, and what a screen reader hears. */
async function outages(form: Form) {
  const bands = await card(form)
    .locator(".band.outage")
    .evaluateAll((found) => found.map((band) => band.getBoundingClientRect().toJSON() as DOMRect));
  const plot = await card(form).getByRole("slider").boundingBox();
  return { bands, plot, spoken: await card(form).getByRole("slider").getAttribute("aria-label") };
}

async function neverEmpty(): Promise<void> {
  for (const form of pages.keys()) expect(await words(form)).not.toMatch(/(^|[^\d.,])0 %/);
}

describe("the card", () => {
  it("is there without anybody having copied a file or a line", async () => {
    await headline(/^(On mains|Charging)$/);
    await picture("1-on-mains");
    expect(await words("wide")).toContain("Rack UPS");
    const resources = await demo.home.admin.sendMessagePromise<readonly { readonly url: string }[]>({
      type: "lovelace/resources",
    });
    const loaded = await page("wide").evaluate(() =>
      performance.getEntriesByType("resource").map(({ name }) => name),
    );
    expect(resources).toHaveLength(1);
    expect(loaded).toContain(`${demo.home.ha.url}${resources[0]?.url}`);
  });

  it("follows the theme, and fits a telephone", async () => {
    const brightness = (form: Form) =>
      card(form)
        .locator("ha-card")
        .evaluate((element) => {
          const [red = 0, green = 0, blue = 0] = (
            getComputedStyle(element).backgroundColor.match(/[\d.]+/g) ?? []
          ).map(Number);
          return (red + green + blue) / 3;
        });
    expect(await brightness("wide")).toBeGreaterThan(200);
    expect(await brightness("dark")).toBeLessThan(60);
    const box = await card("narrow").boundingBox();
    expect(box?.width).toBeGreaterThan(300);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(400);
    const hidden = await card("narrow").evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(hidden).toBeLessThanOrEqual(0);
  });

  it("goes to battery when the plug is pulled, with the event and the outage in its trend", async () => {
    expect((await outages("wide")).bands).toEqual([]);
    await plug(demo.agent, "out");
    await headline(/^On battery$/);
    await newestRow(/^Mains lost at \d+ %/);
    await waitForState(demo.home.admin, "sensor.rack_ups_battery", ({ state }) => Number(state) < 94, 40_000);
    await picture("2-on-battery");
    for (const form of pages.keys()) {
      const { bands, plot, spoken } = await outages(form);
      expect(bands).toHaveLength(1);
      expect(bands[0]?.width).toBeGreaterThanOrEqual(2);
      // It goes on: the band reaches to the plot's right edge, which is now.
      expect(Math.abs((bands[0]?.right ?? 0) - ((plot?.x ?? 0) + (plot?.width ?? 0)))).toBeLessThan(2);
      expect(spoken).toMatch(/1 outage/);
    }
  });

  it("counts down to a shutdown that somebody asked for, and cancels it", async () => {
    const asked = await demo.agent.cli("shutdown", "--in", "5m", "--reason", "Cleaning");
    expect(asked.code).toBe(0);
    await headline(/^Shutting down in [45]:\d\d$/);
    await shows(/Cleaning/);
    await card("wide").getByRole("button", { name: "Cancel" }).click();
    await waitForState(demo.home.admin, "sensor.rack_ups_shutdown", "idle");
    await headline(/^On battery$/);
    await newestRow(/^Shutdown cancelled/);
  });

  it("counts down when the battery is critical, and says why", async () => {
    await sim(demo.agent, "battery", "8%");
    await headline(/^Shutting down in 0:\d\d$/);
    await shows(/battery critical/i);
    await picture("3-counting-down");
    const left = async () => Number(/0:(\d\d)/.exec(await title("wide"))?.[1]);
    const first = await left();
    await waitFor("the seconds to run", 5_000, async () => ((await left()) < first ? true : null));
    expect(await rows("wide")).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Shutdown scheduled/),
        expect.stringMatching(/^Battery critical/),
        expect.stringMatching(/^Battery low/),
      ]),
    );
    await neverEmpty();
  });

  it("tells a Pi that went down from a lost contact, and shows no wrong value", async () => {
    await headline(/^Shut down at /, 30_000);
    await shows(/waiting for mains/);
    await picture("4-shut-down");
    for (const form of pages.keys()) {
      const text = await words(form);
      expect(text).toMatch(/[1-9]\d? % at shutdown/);
      expect(text).not.toMatch(/No contact|On battery/);
    }
    await neverEmpty();
  });

  it("tells the whole story when mains is back", async () => {
    await plug(demo.agent, "in").catch(() => undefined);
    await headline(/^(On mains|Charging)$/, 30_000);
    await waitFor("the story's end", 15_000, async () =>
      (await rows("wide")).some((row) => row.startsWith("Mains restored")) ? true : null,
    );
    await picture("5-back");
    const story = (await rows("wide")).filter((row) => /^(Mains|Agent|Shutting)/.test(row));
    expect(story.slice(0, 3)).toEqual([
      expect.stringMatching(/^Mains restored after a clean shutdown/),
      expect.stringMatching(/^Agent started after a clean shutdown/),
      expect.stringMatching(/^Shutting down battery critical/),
    ]);
    const { bands, spoken } = await outages("wide");
    expect(bands).toHaveLength(1);
    expect(spoken).toMatch(/1 outage/);
  });

  it("filters the events by what they are about", async () => {
    const chosen = async (name: string) => {
      await card("wide").getByRole("button", { name, exact: true }).click();
      // The list is asked for anew; its words are compared once they rest.
      let last = "";
      return await waitFor(`the list of ${name}`, 5_000, async () => {
        const found = await rows("wide");
        const rests = found.join() === last;
        last = found.join();
        return rests && found.length > 0 ? found : null;
      });
    };
    for (const row of await chosen("Shutdown")) expect(row).toMatch(/^(Shut|Agent)/);
    // Loss and return with nothing between them are one row.
    expect(await chosen("Power")).toEqual([expect.stringMatching(/^Outage of \d+ s/)]);
    await chosen("All");
  });

  it("says no contact when the agent vanishes, and nothing that it does not know", async () => {
    demo.agent.pause();
    try {
      await headline(/^No contact since /, 25_000);
      await picture("6-no-contact");
      for (const form of pages.keys()) {
        expect(await title(form)).not.toMatch(/On battery/);
        expect(await words(form)).toContain("last known");
      }
      await neverEmpty();
    } finally {
      demo.agent.resume();
    }
    await headline(/^(On mains|Charging)$/, 25_000);
  });

  it("is the same after the page was loaded again", async () => {
    const before = await rows("dark");
    await page("dark").reload();
    await headline(/^(On mains|Charging)$/, 25_000);
    await waitFor("the list", 10_000, async () => ((await rows("dark"))[0] === before[0] ? true : null));
    expect((await outages("dark")).bands).toHaveLength(1);
  });

  it("caused no error on the page's console", () => {
    expect([...pages.values()].flatMap(({ errors }) => errors)).toEqual([]);
  });
});
