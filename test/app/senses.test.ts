// What an agent can tell is decided once, at start: by what exists on the board and on the Pi, not by what answers then.
import { describe, expect, it } from "vitest";
import { sensedBy } from "../../agent/src/app/senses.ts";
import { boards, findBoard } from "../../agent/src/boards/registry.ts";
import { defaultOutput } from "../../agent/src/core/config-defaults.ts";
import type { OutputLimits } from "../../agent/src/core/engine.ts";
import type { ReadFailure, Result } from "../../agent/src/core/model.ts";
import type { PiReading } from "../../agent/src/ports/ports.ts";

const failure = (code: string): ReadFailure => ({ ok: false, code, message: "It failed." });
const noThermometer = failure("PI_UPS_THERMAL_NOT_FOUND");

interface Pi {
  readonly temperature?: Result<number>;
  readonly signals?: PiReading;
}

async function sensed(id: string, { temperature = noThermometer, signals = {} }: Pi = {}, output = {}) {
  const board = findBoard(id);
  if (board === null) throw new Error(`the registry has no ${id}`);
  const limits: OutputLimits = { ...defaultOutput, ...board.limits, ...output };
  const { senses, values } = await sensedBy(board, limits, {
    thermometer: { readC: () => Promise.resolve(temperature) },
    piSignals: { read: () => Promise.resolve(signals) },
  });
  return { senses: [...senses], values };
}

describe("a Pi that adds nothing", () => {
  it.each(boards)("leaves $id its own senses", async ({ id, senses }) => {
    expect((await sensed(id)).senses).toEqual(senses);
  });
});

describe("the processor's temperature", () => {
  it("is sensed where there is a thermometer, also when it fails at the start", async () => {
    for (const temperature of [{ ok: true, value: 48 } as const, failure("PI_UPS_THERMAL_IMPOSSIBLE")]) {
      const { senses, values } = await sensed("x1201", { temperature });
      expect(senses).toContain("temperature");
      expect(values).toContain("temperature_c");
    }
  });
});

describe("the 5 V rail", () => {
  it("is sensed by the Pi's flag, without a voltage that nothing measures", async () => {
    const { senses, values } = await sensed("x1201", {
      signals: { underVoltage: { ok: true, value: false } },
    });
    expect(senses).toContain("dc_out");
    expect(values).toContain("dc_out_ok");
    expect(values).not.toContain("dc_out_voltage_v");
  });

  it("has a voltage where the Pi measures it, also when that fails at the start", async () => {
    for (const railMv of [{ ok: true, value: 5085 } as const, failure("PI_UPS_PI_SIGNAL")]) {
      const { values } = await sensed("x1201", { signals: { railMv } });
      expect(values).toEqual(expect.arrayContaining(["dc_out_ok", "dc_out_voltage_v"]));
    }
  });

  it("has a voltage on a board that measures its output, whatever the Pi knows", async () => {
    const signals = { underVoltage: { ok: true, value: false } } as const;
    for (const { id } of boards.filter((board) => board.senses.includes("dc_out"))) {
      expect((await sensed(id, { signals })).values).toContain("dc_out_voltage_v");
    }
  });
});

describe("too much current", () => {
  it.each([
    ["of the battery", "pijuice", { batteryMa: 3000 }],
    ["into the Pi", "pipower5", { outputMa: 3000 }],
    ["into the Pi, on a board that knows no other current", "pisugar3", { outputMa: 3000 }],
  ])("%s is watched by a limit of the configuration", async (_which, id, limit) => {
    const none = { batteryMa: null, outputMa: null };
    expect((await sensed(id, {}, { ...none, ...limit })).senses).toContain("overcurrent");
  });

  it("is not watched where no current is measured, whatever the limit", async () => {
    const { senses, values } = await sensed("x1201", {}, { batteryMa: 3000, outputMa: 3000 });
    expect(senses).not.toContain("overcurrent");
    expect(values).not.toContain("overcurrent");
  });

  it("is not watched by a limit for the current that the board does not measure", async () => {
    expect((await sensed("pisugar2", {}, { batteryMa: null, outputMa: 3000 })).senses).not.toContain(
      "overcurrent",
    );
  });
});
