// From YAML to the agent's own units and names.
import { describe, expect, it } from "vitest";
import { findBoard } from "../../agent/src/boards/registry.ts";
import { slug } from "../../agent/src/config/resolve.ts";
import { agentIdPattern } from "../../agent/src/config/schema.ts";
import {
  defaultDebounce,
  defaultOutput,
  defaultShutdown,
  defaultThresholds,
} from "../../agent/src/core/config-defaults.ts";
import { good } from "./support.ts";

describe("an empty file", () => {
  it("gives every default", () => {
    const { config, warnings } = good("");
    expect(warnings).toEqual([]);
    expect(config).toEqual({
      agent: { id: "raspberrypi", name: "raspberrypi" },
      board: { id: "x1201", simulated: false, description: findBoard("x1201") },
      homeAssistant: null,
      stateDir: "/var/lib/pi-ups",
      socketPath: "/run/pi-ups/agent.sock",
      sampleIntervalMs: 1000,
      capacityMah: null,
      debounce: defaultDebounce,
      thresholds: defaultThresholds,
      shutdown: defaultShutdown,
      output: defaultOutput,
      chargeWindow: null,
      buttonsEnabled: true,
      gpioBackend: "auto",
      log: {
        level: "info",
        statusIntervalMs: 60_000,
        eventsFile: { path: "/var/lib/pi-ups/events.jsonl", maxBytes: 1_048_576, files: 5 },
      },
      sim: { speed: 1, loadW: 6, chargePct: 96, temperatureC: 48 },
    });
  });
  it.each([
    "\n",
    "# only a comment\n",
    "---\n",
    "agent:\ndebounce:\nlog:\n  events_file:\n",
    "\uFEFFboard: x1201\r\n",
  ])("and so does %j", (text) => {
    expect(good(text).config).toEqual(good("").config);
  });
});

describe("a full file", () => {
  it("is read into the code's units", () => {
    const text = `
board: sim:x1206
agent: {id: kitchen-pi, name: Kitchen}
state_dir: state
socket: agent.sock
sample_interval_s: 0.25
battery: {capacity_mah: 10000}
debounce: {ac_lost_s: 0, ac_restored_s: 0.5}
thresholds:
  low_percent: 30
  low_cell_v: 3.455
  recovered_cell_v_above: 0.1
  rail_low_v: 4.7
  rail_normal_v: 4.805
  overcurrent_a: 4.5
charge: {stop_percent: 80, start_percent: 70}
buttons: {enabled: false}
gpio: {backend: gpiod}
shutdown: {grace_s: 1.5, allow_remote: false}
log: {level: debug, status_interval_s: 0, events_file: {path: e.jsonl, max_kib: 4, files: 2}}
sim: {speed: 60, load_w: 12, battery_percent: 40, temperature_c: -5}
`;
    const { config } = good(text, { folder: "/srv/ups" });
    expect(config).toMatchObject({
      agent: { id: "kitchen-pi", name: "Kitchen" },
      board: { id: "x1206", simulated: true },
      stateDir: "/srv/ups/state",
      socketPath: "/srv/ups/agent.sock",
      sampleIntervalMs: 250,
      capacityMah: 10_000,
      debounce: { acLostMs: 0, acRestoredMs: 500 },
      thresholds: { lowPct: 30, lowCellMv: 3455, recoveredCellMvAbove: 100, criticalPct: 10 },
      output: { railLowMv: 4700, railNormalMv: 4805, batteryMa: 4500, outputMa: 4500 },
      chargeWindow: { stopPct: 80, startPct: 70 },
      buttonsEnabled: false,
      gpioBackend: "gpiod",
      shutdown: { graceMs: 1500, allowRemote: false },
      log: {
        level: "debug",
        statusIntervalMs: 0,
        eventsFile: { path: "/srv/ups/state/e.jsonl", maxBytes: 4096, files: 2 },
      },
      sim: { speed: 60, loadW: 12, chargePct: 40, temperatureC: -5 },
    });
  });
  it("starts charging again 5 points below the limit, where it says nothing else", () => {
    expect(good("charge: {stop_percent: 90}\n").config.chargeWindow).toEqual({ stopPct: 90, startPct: 85 });
  });
  it("follows YAML aliases", () => {
    const { config } = good("thresholds:\n  low_percent: &limit 30\n  temperature_normal_c: *limit\n");
    expect(config.thresholds).toMatchObject({ lowPct: 30, temperatureNormalC: 30 });
  });
});

describe("the command line goes before the file", () => {
  it("turns any board into a simulated one", () => {
    const { config } = good("board: x1202\n", { overrides: { simulated: true, speed: 60 } });
    expect(config.board).toEqual({ id: "x1202", simulated: true, description: findBoard("x1202") });
    expect(config.sim.speed).toBe(60);
  });
  it("moves socket and state, and what stands in the state folder", () => {
    const { config } = good("state_dir: /a\nsocket: /b\n", {
      overrides: { socketPath: "/x.sock", stateDir: "/y" },
    });
    expect([config.socketPath, config.stateDir]).toEqual(["/x.sock", "/y"]);
    expect(config.log.eventsFile.path).toBe("/y/events.jsonl");
  });
});

describe("the agent's id", () => {
  it.each([
    ["raspberrypi", "raspberrypi"],
    ["Küche Pi 5", "kuche-pi-5"],
    ["pi.example.org", "pi-example-org"],
    ["-_-", "pi-ups"],
    ["", "pi-ups"],
    ["日本", "pi-ups"],
    ["x".repeat(80), "x".repeat(63)],
  ])("of host %j is %j", (hostName, id) => {
    expect(slug(hostName)).toBe(id);
    expect(good("", { hostName }).config.agent.id).toMatch(agentIdPattern);
  });
});
