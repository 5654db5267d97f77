// Several chips of one board give one sample: for each fact the first chip in the board's list that has it counts.
import type { RawReading, Result, Sample } from "../core/model.ts";
import type { ChipSample } from "./chip.ts";

/** What later chips know about the battery that the first one does not: a sensor's current beside a gauge's percent. */
function mergeGauges(
  first: Result<RawReading> | undefined,
  later: Result<RawReading> | undefined,
): Result<RawReading> | undefined {
  if (first === undefined || later === undefined) return first ?? later;
  if (!first.ok || !later.ok) return first;
  return { ok: true, value: { ...later.value, ...first.value } };
}

type Faults = ChipSample["boardFaults"];

/** Every part's faults count; a part that could not be read leaves those of the others. */
export function mergeFaults(first: Faults, later: Faults): Faults {
  if (first === undefined || later === undefined) return first ?? later;
  if (!first.ok) return later;
  return later.ok ? { ok: true, value: [...first.value, ...later.value] } : first;
}

const noBattery: Result<never> = {
  ok: false,
  code: "PI_UPS_NO_GAUGE",
  message: "No chip of this board measures the battery.",
};

/** The board's part of a sample; `button` is the first press that a chip reported. */
export function mergeSamples(parts: readonly ChipSample[]): Sample & Pick<ChipSample, "button"> {
  let merged: ChipSample = {};
  for (const part of parts) {
    const gauge = mergeGauges(merged.gauge, part.gauge);
    const boardFaults = mergeFaults(merged.boardFaults, part.boardFaults);
    merged = {
      ...part,
      ...merged,
      ...(gauge === undefined ? {} : { gauge }),
      ...(boardFaults === undefined ? {} : { boardFaults }),
    };
  }
  return { ...merged, gauge: merged.gauge ?? noBattery };
}
