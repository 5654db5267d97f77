// A recorded log of inputs gives the same effects, byte for byte. A difference is either a mistake or a decision: when
// it is a decision, write the files anew with UPDATE_GOLDEN=1 and look at what changed.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CoreInput } from "../../agent/src/core/engine.ts";
import { recordOutage, replay } from "./support/recorded-outage.ts";
import { config } from "./support/run.ts";

const inputsFile = new URL("./fixtures/outage.inputs.jsonl", import.meta.url);
const effectsFile = new URL("./fixtures/outage.effects.jsonl", import.meta.url);
const update = process.env["UPDATE_GOLDEN"] === "1";

function lines(values: readonly unknown[]): string {
  return values.map((value) => `${typeof value === "string" ? value : JSON.stringify(value)}\n`).join("");
}

/** The recorded runs; each begins with its `started`. */
function recorded(): readonly (readonly CoreInput[])[] {
  if (update && !existsSync(inputsFile)) writeFileSync(inputsFile, lines(recordOutage().flat()));
  const runs: CoreInput[][] = [];
  for (const line of readFileSync(inputsFile, "utf8").trimEnd().split("\n")) {
    const input = JSON.parse(line) as CoreInput;
    if (input.type === "started") runs.push([]);
    runs.at(-1)?.push(input);
  }
  return runs;
}

describe("the recorded outage", () => {
  it("replays to the same effects, byte for byte", () => {
    const effects = lines(recorded().flatMap((inputs) => replay(inputs, config())));
    if (update) writeFileSync(effectsFile, effects);
    expect(effects).toBe(readFileSync(effectsFile, "utf8"));
  });

  it("is worth replaying: it tells a whole story", () => {
    const text = readFileSync(effectsFile, "utf8");
    const story = [...text.matchAll(/"type":"record","event":\{.*?"type":"(\w+)"/g)].map((match) => match[1]);
    for (const type of [
      "ac_power_loss",
      "battery_voltage_low",
      "battery_voltage_critical",
      "shutdown_scheduled",
      "shutdown_cancelled",
      "shutdown_started",
      "agent_started",
      "ac_power_restored",
      "charging_started",
      "agent_stopping",
    ]) {
      expect(story).toContain(type);
    }
    expect(text).toContain('"type":"power_off"');
    expect(text).toContain('"type":"save_counters"');
  });

  it("gives other effects for another configuration, so the comparison can fail", () => {
    const other = config({ debounce: { acLostMs: 0, acRestoredMs: 0 } });
    const effects = lines(recorded().flatMap((inputs) => replay(inputs, other)));
    expect(effects).not.toBe(readFileSync(effectsFile, "utf8"));
  });
});
