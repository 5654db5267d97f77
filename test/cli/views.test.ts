// What people see: pinned, because every word of it was chosen.
import { describe, expect, it } from "vitest";
import { parseSince } from "../../agent/src/cli/commands/events.ts";
import { commands } from "../../agent/src/cli/commands.ts";
import { UsageError } from "../../agent/src/cli/exit.ts";
import { commandHelp, generalHelp } from "../../agent/src/cli/help.ts";
import { statusView } from "../../agent/src/cli/status-view.ts";
import { table } from "../../agent/src/cli/table.ts";
import type { StatusReport } from "../../agent/src/ports/control.ts";
import { report } from "./control-support.ts";

const view = (changes: Partial<StatusReport>): string => statusView({ ...report, ...changes }, false);

describe("status", () => {
  it("on mains", () => {
    expect(view({})).toMatchInlineSnapshot(`
      "Test Pi (test-pi)
        Board           Geekworm X1201
        Power           on mains for 3 h 12 min
        Battery         96 %, 4.12 V, charging
        Runtime left    about 1 h 25 min
        Temperature     48 °C
        Health          good (92 % of the rated capacity), 5520 mAh, 96 mΩ
        Cycles          0.3
        Shutdown        none planned
        Faults          none
        Home Assistant  connected
        Events          41 recorded, 0 waiting for Home Assistant
        Agent           version 1.2.3, process 4711, since 2026-11-23 04:00:00
      "
    `);
  });
  it("on battery, low, counting down", () => {
    expect(
      view({
        power: "on_battery",
        power_since: "2026-11-23T03:27:02.000+01:00",
        ac_present: false,
        battery_percent: 9.6,
        battery_voltage_v: 3.31,
        charging: false,
        battery_low: true,
        runtime_min: 4.24,
        runtime_state: "settling",
        shutdown: {
          state: "counting_down",
          deadline: "2026-11-23T04:18:34.600+01:00",
          reason: "battery_percent_critical",
          text: "Battery at 9.6 %, critical is 10 %.",
          by: "battery",
          remote_allowed: true,
        },
        home_assistant: {
          configured: true,
          connected: false,
          state: "connecting",
          code: "PI_UPS_HA_UNREACHABLE",
          message: "Home Assistant does not answer",
        },
        events: { last_seq: 44, unsent: 3 },
      }),
    ).toMatchInlineSnapshot(`
      "Test Pi (test-pi)
        Board           Geekworm X1201
        Power           on battery for 51 min 12 s
        Battery         10 %, 3.31 V, low, not charging
        Runtime left    about 4 min (settling)
        Temperature     48 °C
        Health          good (92 % of the rated capacity), 5520 mAh, 96 mΩ
        Cycles          0.3
        Shutdown        in 21 s: Battery at 9.6 %, critical is 10 %.
        Faults          none
        Home Assistant  connecting: Home Assistant does not answer (PI_UPS_HA_UNREACHABLE)
        Events          44 recorded, 3 waiting for Home Assistant
        Agent           version 1.2.3, process 4711, since 2026-11-23 04:00:00
      "
    `);
  });
  it("says that an estimated percent and a rough runtime are no more than that", () => {
    const text = view({ battery_percent_estimated: true, runtime_confidence: "low" });
    expect(text).toContain("Battery         about 96 %, 4.12 V");
    expect(text).toContain("Runtime left    about 1 h 25 min (rough)");
    expect(view({})).not.toContain("rough");
  });

  it("just started, nothing known: unknown, never 0", () => {
    const text = view({
      power: "unknown",
      power_since: null,
      ac_present: null,
      battery_percent: null,
      battery_percent_raw: null,
      battery_voltage_v: null,
      charging: null,
      battery_low: null,
      runtime_min: null,
      runtime_state: "unknown",
      temperature_c: null,
      health: "unknown",
      health_percent: null,
      capacity_mah: null,
      resistance_mohm: null,
      cycles: 0,
      last_good_at: null,
      home_assistant: { configured: false, connected: false, state: "off", code: null, message: null },
      events: { last_seq: 0, unsent: 0 },
    });
    expect(text).toMatchInlineSnapshot(`
      "Test Pi (test-pi)
        Board           Geekworm X1201
        Power           unknown
        Battery         unknown, charging unknown
        Runtime left    unknown
        Temperature     unknown
        Health          not measured: this board senses no battery current
        Cycles          0.0
        Shutdown        none planned
        Faults          none
        Home Assistant  not configured
        Events          0 recorded
        Agent           version 1.2.3, process 4711, since 2026-11-23 04:00:00
      "
    `);
    expect(text).not.toMatch(/\b0 (%|V|°C|min)/);
  });
  it("stale figures carry their age, faults their code, and what cannot be sensed has no line", () => {
    const { temperature_c: _t, charging: _c, ...without } = report;
    const text = statusView(
      {
        ...without,
        stale: true,
        last_good_at: "2026-11-23T04:17:32.000+01:00",
        faults: [
          {
            code: "PI_UPS_GAUGE_SILENT",
            message: "The gauge does not answer.",
            since: "2026-11-23T04:18:04.000+01:00",
          },
          { code: "PI_UPS_X", message: "Something else.", since: "2026-11-23T04:18:13.000+01:00" },
        ],
        battery_current_a: null,
        board: { ...report.board, simulated: true, confidence: "experimental" },
        agent: { ...report.agent, name: "test-pi" },
        shutdown: { ...report.shutdown, remote_allowed: false },
      },
      false,
    );
    expect(text).toMatchInlineSnapshot(`
      "test-pi
        Board           Geekworm X1201, simulated, experimental
        Power           on mains for 3 h 12 min
        Battery         96 %, 4.12 V, unknown, stale (last good read 42 s ago)
        Runtime left    about 1 h 25 min
        Health          good (92 % of the rated capacity), 5520 mAh, 96 mΩ
        Cycles          0.3
        Shutdown        none planned, not allowed from Home Assistant
        Faults          The gauge does not answer. (PI_UPS_GAUGE_SILENT, for 10 s)
                        Something else. (PI_UPS_X, for 1 s)
        Home Assistant  connected
        Events          41 recorded, 0 waiting for Home Assistant
        Agent           version 1.2.3, process 4711, since 2026-11-23 04:00:00
      "
    `);
  });
  it("shows further figures of the board in the units of people, and says when none can be read", () => {
    const figures = [
      { name: "input_voltage", value: 15, unit: "V" },
      { name: "cell_1", value: 4.049, unit: "V" },
      { name: "remaining", value: 4350, unit: "mAh" },
      { name: "time_to_empty", value: 620, unit: "min" },
      { name: "time_to_full", value: 65, unit: "min" },
    ] as const;
    expect(view({ board_figures: figures })).toContain(
      "  Board says      input voltage 15.00 V, cell 1 4.05 V, remaining 4350 mAh, time to empty 620 min\n" +
        "                  time to full 65 min\n",
    );
    expect(view({ board_figures: [] })).toContain("  Board says      unknown\n");
    expect(view({})).not.toContain("Board says");
  });

  it("tells the 5 V output where it is known, and too much current also where it is not", () => {
    expect(view({})).not.toMatch(/5 V output|Current/);
    expect(view({ dc_out: { ok: true, voltage_v: 5.09 }, overcurrent: false })).toContain(
      "  5 V output      good, 5.09 V\n  Runtime",
    );
    expect(view({ dc_out: { ok: false, voltage_v: null } })).toContain("  5 V output      too low\n");
    expect(view({ dc_out: { ok: null, voltage_v: null } })).toContain("  5 V output      unknown\n");
    expect(view({ overcurrent: true })).toContain("  Current         too high\n");
  });

  it("tells the current into the Pi beside the 5 V output, or alone", () => {
    const good = { ok: true, voltage_v: 5.09 };
    const rows = [
      [{ dc_out: good, output_current_a: 1.2 }, "good, 5.09 V, 1.20 A"],
      [{ dc_out: good, output_current_a: null }, "good, 5.09 V"],
      [{ output_current_a: 0 }, "0.00 A"],
      [{ output_current_a: null }, "unknown"],
    ] as const;
    for (const [parts, row] of rows) expect(view(parts)).toContain(`  5 V output      ${row}\n`);
  });

  it("says why health stays unknown on a board without a current", () => {
    const unmeasured = {
      health: "unknown",
      health_percent: null,
      capacity_mah: null,
      resistance_mohm: null,
    } as const;
    expect(view(unmeasured)).toContain(
      "Health          not measured: this board senses no battery current\n",
    );
    expect(view({ ...unmeasured, battery_current_a: -0.8 })).toContain("Health          unknown\n");
  });

  it("uses colour only when asked to", () => {
    const colourStart = "\u001B[";
    expect(statusView(report, true)).toContain(colourStart);
    expect(statusView(report, false)).not.toContain(colourStart);
  });
});

describe("help", () => {
  it("in general", () => {
    expect(generalHelp()).toMatchSnapshot();
  });
  it.each(commands)("$name", (command) => {
    expect(commandHelp(command)).toMatchSnapshot();
  });
  it("fits on a terminal", () => {
    for (const text of [generalHelp(), ...commands.map(commandHelp)]) {
      for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(120);
    }
  });
});

describe("--since", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  it.each([
    ["2h", now - 7_200_000],
    ["1h 30 min", now - 5_400_000],
    ["7d", now - 7 * 86_400_000],
    ["2h ago", now - 7_200_000],
    ["2026-11-23T04:00Z", Date.parse("2026-11-23T04:00:00Z")],
    ["2026-11-23T04:00:01.5+01:00", Date.parse("2026-11-23T03:00:01.500Z")],
    ["2026-11-23", new Date(2026, 10, 23).getTime()],
    ["2026-11-23 04:00", new Date(2026, 10, 23, 4).getTime()],
  ])("%s", (text, atMs) => {
    expect(parseSince(text, now)).toBe(atMs);
  });
  it.each(["", "yesterday", "2026-13-40", "2026-11", "-2h", "2x"])("%j is refused", (text) => {
    expect(() => parseSince(text, now)).toThrow(UsageError);
  });
});

describe("table", () => {
  it("lines up columns by characters, not bytes", () => {
    expect(
      table(
        [
          ["a", "48 °C", "x"],
          ["bcd", "é", "yy"],
        ],
        "  ",
      ),
    ).toBe("  a    48 °C  x\n  bcd  é      yy\n");
  });
});
