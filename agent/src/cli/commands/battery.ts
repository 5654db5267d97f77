// `pi-ups battery`: what was measured of the battery over the years.
import type { BatteryMeasurement } from "../../core/learned.ts";
import type { CommandRun } from "../command.ts";
import { table } from "../table.ts";
import { findAgent } from "../target.ts";
import { noWords } from "../words.ts";

const howWords = {
  outage_charge: "charge drawn in an outage",
  ac_edge: "step at a change of mains",
} as const;

function cell(value: number | null, unit: string): string {
  return value === null ? "" : `${Math.round(value)} ${unit}`;
}

/** One line per measurement, oldest first. */
export function batteryView(measurements: readonly BatteryMeasurement[]): string {
  if (measurements.length === 0) {
    return "Nothing was measured yet: it takes an outage of 30 points on a board that senses the current.\n";
  }
  return table(
    measurements.map(({ atMs, capacityMah, resistanceMohm, how }) => [
      new Date(atMs).toISOString().slice(0, 10),
      cell(capacityMah, "mAh"),
      cell(resistanceMohm, "mΩ"),
      howWords[how],
    ]),
  );
}

export const run: CommandRun = async (invocation) => {
  noWords("battery", invocation.words);
  const { io, options } = invocation;
  const measurements = await (await findAgent(invocation)).measurements();
  if (options["json"] === true) io.out(`${JSON.stringify(measurements, null, 2)}\n`);
  else io.out(batteryView(measurements));
  return 0;
};
