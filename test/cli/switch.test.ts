// `pi-ups switch`: the words, and a running agent whose simulated board obeys.
import { beforeAll, describe, expect, it } from "vitest";
import type { SwitchName } from "../../agent/src/boards/board.ts";
import { switches } from "../../agent/src/boards/board.ts";
import { parseSwitch, switchArguments } from "../../agent/src/cli/switch-command.ts";
import { piUps, simConfig, start, temporaryFolder, until } from "./support.ts";

describe("words", () => {
  it.each<[SwitchName, string[], unknown]>([
    ["allow_charge", ["off"], { kind: "allow_charge", on: false }],
    ["restart_on_mains", ["on"], { kind: "restart_on_mains", on: true }],
    ["buzzer", ["on"], { kind: "buzzer", on: true }],
    ["power_cut", ["90s"], { kind: "power_cut", delayS: 90 }],
    ["power_cut", ["off"], { kind: "power_cut", delayS: null }],
    ["wake_on_charge", ["50%"], { kind: "wake_on_charge", percent: 50 }],
    ["wake_on_charge", ["off"], { kind: "wake_on_charge", percent: null }],
    ["wake_at", ["2026-11-24T06:00Z"], { kind: "wake_at", wallMs: Date.UTC(2026, 10, 24, 6) }],
    ["wake_at", ["off"], { kind: "wake_at", wallMs: null }],
    ["watchdog", ["5 min"], { kind: "watchdog", minutes: 5 }],
    ["watchdog", ["off"], { kind: "watchdog", minutes: 0 }],
    ["led", ["2", "#ff8000"], { kind: "led", index: 2, red: 255, green: 128, blue: 0 }],
    ["led", ["1", "off"], { kind: "led", index: 1, red: 0, green: 0, blue: 0 }],
  ])("%s %j", (name, words, command) => {
    expect(parseSwitch(name, words)).toEqual(command);
  });

  it.each<[SwitchName, string[]]>([
    ["allow_charge", ["maybe"]],
    ["allow_charge", []],
    ["power_cut", []],
    ["wake_at", []],
    ["buzzer", ["on", "off"]],
    ["power_cut", ["soon"]],
    ["wake_on_charge", ["150%"]],
    ["wake_at", ["tomorrow"]],
    ["led", ["0", "#ff8000"]],
    ["led", ["1", "orange"]],
  ])("refuses %s %j with what is expected", (name, words) => {
    expect(() => parseSwitch(name, words)).toThrow(/[Ee]xpected|takes one word/);
  });

  it("names the values where none is given", () => {
    expect(() => parseSwitch("power_cut", [])).toThrow("power_cut: a value is missing. Expected is 60s|off.");
  });

  it("says for every switch what stands behind it", () => {
    expect(Object.keys(switchArguments).toSorted()).toEqual([...switches].toSorted());
  });
});

describe("on a running agent", () => {
  const folder = temporaryFolder();
  const config = simConfig(folder, "log: {status_interval_s: 0}\n", "sim:x728_v2_5");
  const cli = (...args: readonly string[]) => piUps([...args, "--config", config]);
  beforeAll(async () => {
    start(["run", "--config", config]);
    await until("the agent answers", async () => (await cli("status")).code === 0, 20_000);
    await until("the board is there", async () => (await cli("switch")).out.includes("buzzer"), 20_000);
  });

  it("lists what the board has", async () => {
    const { out, code } = await cli("switch");
    expect(code).toBe(0);
    expect(out.split("\n").map((line) => line.split(" ")[0])).toEqual(
      expect.arrayContaining(["allow_charge", "power_cut", "buzzer"]),
    );
  });

  it("switches, and the simulated world follows", async () => {
    await cli("sim", "battery", "50%");
    expect((await cli("sim", "show")).out).toContain("charging with");
    expect(await cli("switch", "allow_charge", "off")).toMatchObject({
      code: 0,
      out: "Charging is forbidden.\n",
    });
    expect((await cli("sim", "show")).out).toContain("resting");
    expect((await cli("switch", "allow_charge", "on")).code).toBe(0);
    expect((await cli("sim", "show")).out).toContain("charging with");
  });

  it("refuses what the board does not have, and a power cut that nobody confirms", async () => {
    const missing = await cli("switch", "led", "1", "#ff0000");
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.err).toContain("PI_UPS_NO_SWITCH");
    const unconfirmed = await cli("switch", "power_cut", "60s");
    expect(unconfirmed).toMatchObject({ code: 2 });
    expect(unconfirmed.err).toContain("--yes");
    expect((await cli("switch", "bazzer", "on")).err).toContain("Did you mean buzzer?");
  });
});
