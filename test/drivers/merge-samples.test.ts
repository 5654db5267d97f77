// Several chips, one sample: who counts when two of them know the same.
import { expect, it } from "vitest";
import type { ChipSample } from "../../agent/src/drivers/chip.ts";
import { mergeSamples } from "../../agent/src/drivers/merge-samples.ts";

const failure = { ok: false, code: "PI_UPS_I2C_NACK", message: "nobody" } as const;
const good = <T>(value: T) => ({ ok: true, value }) as const;
const gauge: ChipSample = { gauge: good({ cellMv: 3900, chargePct: 80 }), acPresent: good(true) };

it("takes from each chip what the ones before it do not know", () => {
  const sensor: ChipSample = { gauge: good({ cellMv: 3880, currentMa: -500 }), acPresent: good(false) };
  expect(mergeSamples([gauge, sensor])).toEqual({
    gauge: good({ cellMv: 3900, chargePct: 80, currentMa: -500 }),
    acPresent: good(true),
  });
});

it("keeps the gauge when the sensor beside it fails, and fails when the gauge does", () => {
  expect(mergeSamples([gauge, { gauge: failure }]).gauge).toEqual(gauge.gauge);
  expect(mergeSamples([{ gauge: failure }, gauge]).gauge).toEqual(failure);
});

it("collects the faults of all parts; one that cannot be read hides none", () => {
  const fault = (kind: string) => ({ kind, message: `${kind}.` });
  const merged = mergeSamples([
    { ...gauge, boardFaults: good([fault("hot")]) },
    { boardFaults: failure },
    { boardFaults: good([fault("stuck")]) },
  ]);
  expect(merged.boardFaults).toEqual(good([fault("hot"), fault("stuck")]));
});

it("has no battery when no chip measures one", () => {
  expect(mergeSamples([{}]).gauge).toMatchObject({ ok: false, code: "PI_UPS_NO_GAUGE" });
});
