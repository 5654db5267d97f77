// What the card does: counts down by Home Assistant's clock, cancels, filters, reads out its trend.
import { describe, expect, it } from "vitest";
import { call, openPage } from "./support/browser.ts";
import { browser, config, freshPages, headline, mount, page, rows, textOf } from "./support/card-page.ts";
import { deviceId, event, hour, iso, mainsEntity, nowMs, scenario } from "./support/scenario.ts";
import * as situations from "./support/situations.ts";

freshPages();
const chip = (name: string) => page.getByRole("button", { name, exact: true });

describe("what it says", () => {
  it("tells mains, charge and outages to a screen reader", async () => {
    await mount();
    const tree = await page.locator("pi-ups-card").ariaSnapshot();
    expect(tree).toContain('heading "On mains" [level=2]');
    expect(tree).toMatch(/meter "Battery"/);
    expect(tree).toMatch(/slider "Battery, 24 hours: 2 outages, the longest 58\smin\s12\ss"/);
    expect(tree).toContain('img "Power flow: On mains"');
    expect(await page.getByRole("meter").getAttribute("aria-valuetext")).toMatch(/^100\s%, 5 hours$/);
    expect(tree).toContain('button "All" [pressed]');
    expect(tree).toContain('status: "Rack UPS: On mains"');
  });

  it("says of an estimated percent that it is one: in the figure, the bar, the trend and the events", async () => {
    await mount(situations.estimated);
    expect(await textOf(page.locator("pi-ups-card .figure b"))).toMatch(/^about 96\s%$/);
    expect(await page.getByRole("meter").getAttribute("aria-valuetext")).toMatch(/^about 96\s%, 5 hours$/);
    const slider = page.getByRole("slider");
    await slider.focus();
    await page.keyboard.press("Home");
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/· about 100\s%/);
    expect((await rows()).join(" ")).toMatch(/Mains lost\s*at about 100\s%/);
    // With another board the words of the day are others too.
    await call(page, "become", situations.onMains);
    await expect.poll(async () => (await rows()).join(" ")).toMatch(/Mains lost\s*at 100\s%/);
    expect(await textOf(page.locator("pi-ups-card .figure b"))).toMatch(/^100\s%$/);
  });

  it("never shows a charge of 0 %, an outage or a meter when there is no contact", async () => {
    const gone = scenario({
      device: { connected: false, last_seen: iso(nowMs - hour) },
      values: { battery_percent: null, ac_present: null },
    });
    await mount(gone, { blocks: ["flow", "battery"] });
    expect(await headline()).toBe("No contact since 14:00");
    const text = await textOf(page.locator("pi-ups-card .body"));
    expect(text).not.toMatch(/\b0\s%|battery|lost/i);
    expect(await page.getByRole("meter").count()).toBe(0);
    expect(await page.locator("pi-ups-card .flow.dim").count()).toBe(1);
  });

  it("tells the whole story after an outage that ended in a shutdown", async () => {
    await mount(situations.afterShutdown, { events_limit: 20 });
    const story = (await rows()).map((row) => row.replaceAll(/\s+/g, " "));
    expect(story).toEqual(
      [
        "Charging started at 10 %",
        "Mains restored after a clean shutdown",
        "Agent started after a clean shutdown · 14:30 · battery critical",
        "Shutting down battery critical",
        "Shutdown scheduled battery critical · in 30 s",
        "Battery voltage critical 3.19 V per cell · limit 3.20 V",
        "Battery low 20 % · limit 20 %",
        "Mains lost at 100 %",
      ].map((row) => row),
    );
  });

  it("asks for a reload when the integration is newer", async () => {
    const device = { integration_version: "9.9.9" };
    await mount(scenario({ device }));
    await page.getByText("Reload the page: version 9.9.9 of this card is there.").waitFor();
  });
});

describe("countdown", () => {
  it("ticks by itself and ends in now", async () => {
    await mount(situations.countingDown);
    const first = Number((await headline()).split(":")[1]);
    await page.clock.runFor(1100);
    expect(Number((await headline()).split(":")[1])).toBe(first - 1);
    await page.clock.runFor(30_000);
    expect(await headline()).toBe("Shutting down now");
  });

  it("is right on a tablet whose clock is ten minutes fast", async () => {
    const wrong = await openPage(browser, {}, nowMs + 10 * 60_000);
    await call(wrong, "mount", { scenario: situations.countingDown, config });
    await expect.poll(() => textOf(wrong.locator("pi-ups-card h2"))).toMatch(/^Shutting down in 0:2[34]$/);
    await wrong.context().close();
  });

  it("is spoken at 60, 30 and 10 seconds and not in between", async () => {
    const deadline = { shutdown_deadline: iso(nowMs + 65_000) };
    const { device, events } = situations.countingDown;
    await mount(scenario({ values: { ...device.values, ...deadline }, events }));
    const spoken = new Set<string>();
    for (let second = 0; second < 66; second += 1) {
      spoken.add(await textOf(page.locator("pi-ups-card [role=alert]").first()));
      await page.clock.runFor(1000);
    }
    expect([...spoken].filter((text) => text !== "")).toEqual([
      "Shutting down in 1 minute",
      "Shutting down in 30 seconds",
      "Shutting down in 10 seconds",
    ]);
    expect(await textOf(page.locator("pi-ups-card [role=status]"))).toBe(
      "Rack UPS: Shutdown: battery critical",
    );
  });

  it("is cancelled with one press, by keyboard too", async () => {
    await mount(situations.countingDown);
    await call(page, "answerWith", null);
    await page.getByRole("button", { name: "Cancel" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Cancelling …" }).waitFor();
    await page.keyboard.press("Enter");
    const { calls } = await call(page, "counts");
    expect(calls).toEqual([{ service: "cancel_shutdown", target: { device_id: deviceId } }]);
    await call(page, "become", situations.onBattery);
    expect(await headline()).toBe("On battery");
    expect(await page.getByRole("button", { name: /Cancel/ }).count()).toBe(0);
  });

  it("takes the press back with Home Assistant's sentence", async () => {
    await mount(situations.countingDown);
    await call(page, "answerWith", { code: "home_assistant_error", message: "Rack UPS is not in contact." });
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Not cancelled: Rack UPS is not in contact.").waitFor();
    await page.getByRole("button", { name: "Cancel" }).waitFor();
  });

  it("takes the press back when nobody answers", async () => {
    await mount(situations.countingDown);
    await call(page, "answerWith", null);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.clock.runFor(10_000);
    await page.getByText("Not cancelled: No answer within 10 s.").waitFor();
  });

  it("offers no button that the agent would refuse", async () => {
    await mount({ ...situations.countingDown, device: { ...situations.countingDown.device, commands: [] } });
    expect(await page.getByRole("button", { name: "Cancel" }).count()).toBe(0);
    await page.getByText("Stable mains cancels it too.").waitFor();
  });
});

describe("trend", () => {
  it("is read with the keyboard", async () => {
    await mount();
    const slider = page.getByRole("slider");
    await slider.focus();
    for (let step = 0; step < 34; step += 1) await page.keyboard.press("ArrowLeft");
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/^06:30 · 9\d\s% On battery, 36\smin$/);
    expect(await textOf(page.locator("pi-ups-trend .tip"))).toContain("06:30");
    await page.keyboard.press("Home");
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/^Sun, Nov 22, 15:00 · 100\s%/);
    await page.keyboard.press("Escape");
    expect(await page.locator("pi-ups-trend .tip").count()).toBe(0);
    const before = await slider.getAttribute("aria-valuetext");
    await page.keyboard.press("Control+ArrowLeft");
    expect(await slider.getAttribute("aria-valuetext"), "combinations belong to the browser").toBe(before);
  });

  it("is read with the pointer", async () => {
    await mount(situations.noContact);
    const box = await page.getByRole("slider").boundingBox();
    if (box === null) throw new Error("no trend");
    await page.mouse.move(box.x + box.width - 3, box.y + 20);
    expect(await textOf(page.locator("pi-ups-trend .tip"))).toMatch(/not known/);
    await page.mouse.move(box.x + box.width / 2, box.y - 60);
    expect(await page.locator("pi-ups-trend .tip").count()).toBe(0);
  });

  it("keeps a blip of five seconds visible, and hatches what nobody knows", async () => {
    const blip = [
      [30, "on"],
      [5, "off"],
      [5 - 5 / 3600, "on"],
      [3, "unavailable"],
      [2, "on"],
    ] as const;
    await mount(
      scenario({
        mains: blip,
        charge: [
          [30, 100],
          [3, "unavailable"],
          [2, 100],
        ],
      }),
    );
    const bands = await page
      .locator("pi-ups-trend .band")
      .evaluateAll((all: { className: string; getBoundingClientRect(): { width: number } }[]) =>
        all.map((band) => [band.className, Math.round(band.getBoundingClientRect().width)]),
      );
    expect(bands[0]).toEqual(["band outage", 2]);
    expect(bands[1]?.[0]).toBe("band unknown");
    const line = await page.locator("pi-ups-trend .line").getAttribute("d");
    expect(line?.match(/M/g), "the line is broken where nothing is known").toHaveLength(2);
  });

  it("says when there is no history, and lives without a recorder", async () => {
    await mount(situations.unknown);
    await page.getByText("No history yet").waitFor();
    await call(page, "mount", { scenario: situations.onMains, config });
    await call(page, "refuse", "history/stream", "unknown_command", "Unknown command.");
    await call(page, "setConfig", { ...config, hours: 12 });
    await page.getByText("No history yet").waitFor();
    expect(await headline()).toBe("On mains");
  });

  it("grows with what the recorder sends", async () => {
    await mount();
    await call(page, "history", { states: { [mainsEntity]: [{ s: "off", lu: nowMs / 1000 - 600 }] } });
    await call(page, "message", {
      kind: "events",
      events: [event(1 / 6, "ac_power_loss", { value: 100, unit: "%" })],
    });
    expect(await page.getByRole("slider").getAttribute("aria-label")).toContain("3 outages");
  });
});

describe("events", () => {
  const many = Array.from({ length: 120 }, (_, index) =>
    event(0.5 + index / 10, index % 10 === 9 ? "ups_fault" : "charging_started", {
      message: `number ${index}`,
    }),
  );

  it("filters by kind, with the filter's own pages", async () => {
    await mount(
      scenario({
        events: [...many, event(70, "temperature_high", { value: 66, threshold: 65, unit: "°C" })],
      }),
    );
    await chip("Faults").click();
    expect(await chip("Faults").getAttribute("aria-pressed")).toBe("true");
    expect(await chip("All").getAttribute("aria-pressed")).toBe("false");
    await expect.poll(rows).toHaveLength(6);
    expect((await rows()).every((row) => row.includes("UPS fault"))).toBe(true);
    await page.getByRole("button", { name: "Show more" }).click();
    expect((await rows()).at(-1)?.replaceAll(/\s+/g, " "), "older than the first page of all events").toBe(
      "Temperature high 66 °C · limit 65 °C",
    );
    const asked = (await call(page, "counts")).log.filter((message) => message.type === "pi_ups/events/list");
    expect(asked.at(-1)?.["types"]).toContain("ups_fault");
  });

  it("loads older events by cursor until the end", async () => {
    await mount(scenario({ events: many }), { events_limit: 45 });
    const more = page.getByRole("button", { name: "Show more" });
    for (let press = 0; press < 20 && (await more.count()) > 0; press += 1) await more.click();
    expect(await rows()).toHaveLength(120);
    const cursors = (await call(page, "counts")).log.filter((message) => message["cursor"] !== undefined);
    expect(cursors.length, "120 events in pages of 50").toBe(2);
  });

  it("begins with the configured filter", async () => {
    await mount(situations.afterShutdown, { event_filter: "power" });
    expect(await chip("Power").getAttribute("aria-pressed")).toBe("true");
    await expect.poll(rows).toHaveLength(2);
  });

  it("folds a short outage into one row that opens", async () => {
    await mount();
    const folded = page.getByRole("button", { name: /Outage of 3\smin 12\ss/ });
    expect(await textOf(folded)).toContain("synced later");
    expect(await folded.getAttribute("aria-expanded")).toBe("false");
    const closed = (await rows()).length;
    await folded.press("Enter");
    expect(await folded.getAttribute("aria-expanded")).toBe("true");
    expect(await rows()).toHaveLength(closed + 2);
  });

  it("shows an event of the future by its own sentence, and a new one at the top", async () => {
    await mount();
    await call(page, "message", { kind: "weather", of: "tomorrow" });
    await call(page, "message", {
      kind: "events",
      events: [event(0, "meteor_seen", { message: "Look up." })],
    });
    expect((await rows())[0]).toBe("Look up.");
    const time = page.locator("pi-ups-events time").first();
    expect(await time.getAttribute("datetime")).toBe(iso(nowMs));
  });
});
