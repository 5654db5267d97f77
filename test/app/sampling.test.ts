// The beat of the samples on a clock that only the test moves: no drift, no overlap, no silence.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { failedSample, keepSampling, nextBeatMs } from "../../agent/src/app/sampling.ts";
import { type ReadFailure, type Sample, type Sense, senses } from "../../agent/src/core/model.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { testLog } from "./support/events.ts";

const good: Sample = { gauge: { ok: true, value: { cellMv: 3900, chargePct: 80 } } };
const failed = (failure: ReadFailure): Sample => ({ gauge: failure });

function rig(look: (clock: VirtualClock) => Promise<Sample>, intervalMs = 1000) {
  const clock = new VirtualClock();
  const startMs = clock.now().monoMs;
  const log = testLog();
  const taken: { readonly atMs: number; readonly sample: Sample }[] = [];
  const stop = new AbortController();
  const take = (sample: Sample) => taken.push({ atMs: clock.now().monoMs - startMs, sample });
  const parts = { clock, log, intervalMs, look: () => look(clock), failed, take };
  const ended = keepSampling(parts, stop.signal);
  return { clock, log, taken, stop, ended, times: () => taken.map(({ atMs }) => atMs) };
}

it("looks on the beat, however long a look takes", async () => {
  const { clock, stop, ended, times } = rig(async (now) => {
    await now.sleep(130);
    return good;
  });
  await clock.advance(4500);
  expect(times()).toEqual([130, 1130, 2130, 3130, 4130]);
  stop.abort();
  await ended;
  expect(clock.waiting).toBe(0);
});

it("leaves beats out instead of looking twice at once", async () => {
  let running = 0;
  let most = 0;
  const { clock, stop, ended, times } = rig(async (now) => {
    running += 1;
    most = Math.max(most, running);
    await now.sleep(1700);
    running -= 1;
    return good;
  });
  await clock.advance(8000);
  expect(times()).toEqual([1700, 3700, 5700, 7700]);
  expect(most).toBe(1);
  stop.abort();
  await ended;
});

it("tells a look that hangs as a failed one, again and again, and goes on when it ends", async () => {
  let looks = 0;
  const { clock, log, stop, ended, taken } = rig(async (now) => {
    looks += 1;
    if (looks === 1) await now.sleep(12_500);
    return good;
  });
  await clock.advance(14_000);
  const codes = taken.map(({ sample }) => (sample.gauge.ok ? "good" : sample.gauge.code));
  expect(codes.slice(0, 4)).toEqual(["PI_UPS_SAMPLE_TIMEOUT", "PI_UPS_SAMPLE_TIMEOUT", "good", "good"]);
  expect(log.lines.map(({ level, fields }) => [level, fields["code"]])).toContainEqual([
    "warning",
    "PI_UPS_SAMPLE_LATE",
  ]);
  stop.abort();
  await ended;
});

it("ends at once when it is told to, also while a look hangs", async () => {
  const { clock, stop, ended, taken } = rig(() => new Promise(() => {}));
  await clock.advance(1000);
  stop.abort();
  await ended;
  expect(taken).toEqual([]);
  expect(clock.waiting).toBe(0);
});

it("fails all that this agent can tell, and nothing that it cannot", () => {
  const failure: ReadFailure = { ok: false, code: "PI_UPS_SAMPLE_TIMEOUT", message: "It hangs." };
  expect(failedSample(new Set(senses), failure)).toEqual({
    gauge: failure,
    acPresent: failure,
    charging: failure,
    temperatureC: failure,
    railMv: failure,
    underVoltage: failure,
    outputMa: failure,
  });
  expect(failedSample(new Set<Sense>(["voltage", "charge"]), failure)).toEqual({ gauge: failure });
});

it("makes a look that throws a failed sample", async () => {
  const { clock, stop, ended, taken } = rig(() => Promise.reject(new Error("no such bus")));
  await clock.advance(100);
  expect(taken[0]?.sample.gauge).toMatchObject({ ok: false, code: "PI_UPS_INTERNAL" });
  stop.abort();
  await ended;
});

it("puts the next beat after now, on the grid, and never more than one interval away", async () => {
  const ms = fc.integer({ min: 0, max: 1_000_000 });
  await fc.assert(
    fc.property(ms, ms, fc.integer({ min: 100, max: 60_000 }), (beat, late, interval) => {
      const now = beat + late;
      const next = nextBeatMs(beat, now, interval);
      return next > now && next - now <= interval && (next - beat) % interval === 0;
    }),
  );
});
