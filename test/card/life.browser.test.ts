// The card among others: no work for what is none of its business, nothing left behind, back after every interruption,
// and what Home Assistant's card picker and editor get of it.
import { describe, expect, it } from "vitest";
import { call } from "./support/browser.ts";
import { config, freshPages, headline, mount, page, rows } from "./support/card-page.ts";
import { deviceId, iso, nowMs } from "./support/scenario.ts";
import * as situations from "./support/situations.ts";

freshPages();

describe("life", () => {
  it("does nothing for 10 000 state changes elsewhere", async () => {
    await mount();
    await expect.poll(rows).toHaveLength(6);
    await page.clock.runFor(50);
    const before = (await call(page, "counts")).renders;
    await call(page, "unrelated", 10_000);
    // A render from before (fonts, a late measure of the width) may still be under way; the changes themselves cause none.
    expect((await call(page, "counts")).renders - before).toBeLessThanOrEqual(1);
  });

  it("leaves nothing behind after 100 views", async () => {
    await mount();
    for (let view = 0; view < 100; view += 1) {
      await call(page, "detach");
      await call(page, "attach");
    }
    expect((await call(page, "counts")).open, "one subscription each for device and history").toBe(2);
    const asked = (await call(page, "counts")).asked.length;
    expect(asked, "a change of view asks for nothing again").toBeLessThan(10);
    await call(page, "detach");
    await page.clock.runFor(6_000);
    const after = await call(page, "counts");
    expect([after.open, after.listeners]).toEqual([0, 0]);
    const { renders } = after;
    await page.clock.runFor(120_000);
    expect((await call(page, "counts")).renders, "no timer runs on").toBe(renders);
    await call(page, "attach");
    await expect.poll(async () => (await call(page, "counts")).open).toBe(2);
  });

  it("shares one subscription between two cards", async () => {
    await mount();
    await call(page, "another");
    await expect.poll(() => page.locator("pi-ups-card h2").count()).toBe(2);
    expect((await call(page, "counts")).open).toBe(2);
  });

  it("starts anew after a reconnect", async () => {
    await mount();
    await call(page, "become", { ...situations.onBattery });
    await call(page, "reconnect");
    await expect.poll(rows).toContain("Mains lost\nat 96 %".replace(" %", "\u00a0%"));
    const line = await page.locator("pi-ups-trend .line").getAttribute("d");
    expect(line?.match(/M/g), "replayed history replaces the old one").toHaveLength(1);
    expect((await call(page, "counts")).open).toBe(2);
  });

  it("finds a UPS that is set up while it looks on", async () => {
    await call(page, "mount", { scenario: { ...situations.onMains, devices: [] }, config });
    await page.getByText("No Pi UPS is set up in Home Assistant yet.").waitFor();
    expect(await page.getByRole("link", { name: "Add Pi UPS" }).getAttribute("href")).toContain(
      "domain=pi_ups",
    );
    await call(page, "mount", { scenario: situations.onMains, config: { device: "gone" } });
    await page.getByText('No Pi UPS has the id "gone".').waitFor();
    await call(page, "mount", { scenario: situations.onMains, config: { device: deviceId } });
    await expect.poll(headline).toBe("On mains");
  });

  it("waits for a Home Assistant that is still starting", async () => {
    await mount();
    await call(page, "refuse", "pi_ups/events/subscribe", "unknown_command", "Unknown command.");
    await call(page, "reconnect");
    expect(await headline(), "what was known stays").toBe("On mains");
    await call(page, "accept", "pi_ups/events/subscribe");
    await page.clock.runFor(1_500);
    await expect.poll(async () => (await call(page, "counts")).open).toBe(2);
  });

  it("follows the contact", async () => {
    await mount(situations.onBattery);
    const { device } = situations.onBattery;
    await call(page, "message", {
      kind: "device",
      device: { ...device, connected: false, last_seen: iso(nowMs) },
    });
    expect(await headline()).toBe("No contact since 15:00");
    const bye = { reason: "shutdown", detail: "requested", message: "Bye.", at: iso(nowMs) };
    await call(page, "message", { kind: "device", device: { ...device, connected: false, bye } });
    expect(await headline()).toBe("Shut down at 15:00");
    await page.getByText("requested").first().waitFor();
  });

  it("moves nothing out of sight, nor for people who asked for less motion", async () => {
    await mount(situations.onBattery);
    const animation = () =>
      page.locator("pi-ups-card .run").evaluate((run) => {
        const style = (
          globalThis as unknown as { getComputedStyle(e: unknown): Record<string, string> }
        ).getComputedStyle(run);
        return `${style["animationName"]} ${style["animationPlayState"]}`;
      });
    expect(await animation()).toBe("run running");
    await page.locator("#frame").evaluate((frame) => frame.setAttribute("style", "margin-top: 5000px"));
    await expect.poll(animation).toBe("run paused");
    await page.emulateMedia({ reducedMotion: "reduce" });
    expect(await animation()).toContain("none");
  });
});

describe("Home Assistant's side of the card", () => {
  it("opens more-info through Home Assistant's own action, unless that is switched off", async () => {
    await mount();
    await page.getByRole("button", { name: "Rack UPS: Details" }).click();
    const { actions } = await call(page, "counts");
    expect(actions).toEqual([
      { config: { entity: "sensor.rack_ups_battery", tap_action: { action: "more-info" } }, action: "tap" },
    ]);
    await mount(situations.onMains, { tap_action: { action: "none" } });
    expect(await page.getByRole("button", { name: /Details/ }).count()).toBe(0);
  });

  it("is in the card picker once, with an editor, a first example and suggestions", async () => {
    await mount();
    const registered = await call(page, "registration");
    expect(registered).toEqual([
      expect.objectContaining({
        type: "pi-ups-card",
        name: "Pi UPS",
        preview: true,
        getEntitySuggestion: "function",
      }),
    ]);
    expect(await call(page, "suggestion", "sensor.rack_ups_battery")).toEqual({
      config: { type: "custom:pi-ups-card", device: deviceId },
    });
    expect(await call(page, "suggestion", "light.kitchen")).toBeNull();
    const statics = await call(page, "statics");
    expect(statics).toMatchObject({
      label: "History (h)",
      stub: { device: deviceId },
      emptyStub: { device: "demo" },
      grid: { columns: 12 },
    });
    expect(JSON.stringify(statics["schema"])).toContain('{"device":{"integration":"pi_ups"}}');
  });

  it("shows a sentence for a configuration that cannot work, and keeps the old one", async () => {
    await mount();
    expect(await call(page, "setConfig", { type: "custom:pi-ups-card" })).toContain('"device" is missing');
    expect(await headline()).toBe("On mains");
  });
});
