// The hello is the contract's example when the facts are the example's facts, and addresses become what the library needs.
import { describe, expect, it } from "vitest";
import { findBoard } from "../../agent/src/boards/registry.ts";
import { defaultThresholds } from "../../agent/src/core/config-defaults.ts";
import type { Sense } from "../../agent/src/core/model.ts";
import { valuesFor } from "../../agent/src/ha/capabilities.ts";
import type { HelloFacts } from "../../agent/src/ha/hello.ts";
import { buildHello } from "../../agent/src/ha/hello.ts";
import { shownUrl, webSocketUrl } from "../../agent/src/ha/url.ts";
import { startMs } from "./support/clocks.ts";
import { example } from "./support/examples.ts";

function facts(changes: Partial<HelloFacts> = {}): HelloFacts {
  const board = findBoard("x1201");
  if (board === null) throw new Error("no x1201");
  const senses = changes.senses ?? new Set<Sense>([...board.senses, "temperature"]);
  return {
    agent: {
      id: "rack-pi",
      name: "Rack UPS",
      version: "0.1.0",
      bootId: "b3f2a1c09d4e",
      startedAt: { monoMs: 0, wallMs: startMs, utcOffsetMin: 60 },
    },
    board,
    simulated: true,
    senses,
    values: valuesFor(senses, false),
    thresholds: defaultThresholds,
    allowRemoteShutdown: true,
    ...changes,
  };
}

describe("buildHello", () => {
  it("says what the contract's example says", () => {
    expect(buildHello(facts(), 42)).toEqual(example("connect", "an X1201 on the simulator"));
  });

  it("offers only what the local configuration allows", () => {
    expect(buildHello(facts({ allowRemoteShutdown: false }), 0).commands).toEqual(["cancel_shutdown"]);
  });

  it("does not offer what the board cannot sense", () => {
    const hello = buildHello(facts({ senses: new Set<Sense>(["voltage"]) }), 0);
    expect(hello.values).not.toContain("ac_present");
    expect(hello.values).not.toContain("battery_percent");
    expect(hello.event_types).not.toContain("ac_power_loss");
    expect(hello.event_types).toContain("ups_fault");
  });
});

describe("webSocketUrl", () => {
  it.each([
    ["http://homeassistant.local:8123", "ws://homeassistant.local:8123/api/websocket"],
    ["http://homeassistant.local:8123/", "ws://homeassistant.local:8123/api/websocket"],
    ["https://ha.example", "wss://ha.example/api/websocket"],
    ["https://ha.example/base/path/", "wss://ha.example/base/path/api/websocket"],
    ["ws://10.0.0.2:8123/api/websocket", "ws://10.0.0.2:8123/api/websocket"],
    ["http://[fd00::1]:8123", "ws://[fd00::1]:8123/api/websocket"],
  ])("%s -> %s", (address, expected) => {
    expect(webSocketUrl(address)).toBe(expected);
  });

  it.each(["homeassistant.local:8123", "", "ftp://ha.local", "http://"])(
    "refuses %s with a sentence",
    (address) => {
      expect(() => webSocketUrl(address)).toThrowError(
        expect.objectContaining({
          code: "PI_UPS_HA_URL_INVALID",
          message: expect.stringContaining("expected"),
        }),
      );
    },
  );

  it("shows no password", () => {
    expect(shownUrl("http://ada:secret@ha.local:8123/x/?token=secret")).toBe("http://ha.local:8123/x");
    expect(() => webSocketUrl("ftp://ada:secret@ha.local")).toThrowError(/\*\*\*@ha\.local/);
  });
});
