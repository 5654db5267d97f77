// What people are shown of a stream of estimates: it runs down with the clock, follows a worse estimate at a bounded
// speed and a better one by standing still, so that it never rises on an unchanged load.

export interface Published {
  readonly minutes: number;
  readonly monoMs: number;
  /** The estimates behind it, smoothed. */
  readonly smoothMinutes: number;
  /** Since when they have been much better than what is shown; null while they are not. */
  readonly betterSinceMonoMs: number | null;
}

const tauMs = 120_000;
/** Beside the clock it falls by at most this part a minute. */
const fallPartPerMin = 0.2;
/** Much better for so long: the load fell without a step that the voltage showed. */
const better = { part: 1.3, forMs: 180_000 } as const;

export function beginPublished(minutes: number, monoMs: number): Published {
  return { minutes, monoMs, smoothMinutes: minutes, betterSinceMonoMs: null };
}

/** Takes the newest estimate. Estimates and results are never negative. */
export function publish(state: Published, rawMinutes: number, monoMs: number): Published {
  const passedMin = (monoMs - state.monoMs) / 60_000;
  const expected = Math.max(0, state.smoothMinutes - passedMin);
  const smoothMinutes = rawMinutes + (expected - rawMinutes) * Math.exp((-passedMin * 60_000) / tauMs);
  const lowest = Math.max(0, state.minutes * (1 - fallPartPerMin * passedMin) - passedMin);
  const isBetter = smoothMinutes > state.minutes * better.part;
  return {
    minutes: Math.min(state.minutes, Math.max(smoothMinutes, lowest)),
    monoMs,
    smoothMinutes,
    betterSinceMonoMs: isBetter ? (state.betterSinceMonoMs ?? monoMs) : null,
  };
}

/** Whether what is shown has been overtaken by a load that fell: it is time to begin anew. */
export function overtaken({ betterSinceMonoMs }: Published, monoMs: number): boolean {
  return betterSinceMonoMs !== null && monoMs - betterSinceMonoMs >= better.forMs;
}
