// One look at the board per interval: never two at once, on a fixed beat, and never silent. A look that hangs is told to
// the core as a failed one, so that old figures do not pass for fresh ones.
import type { ReadFailure, Sample, Sense } from "../core/model.ts";
import type { CancelSignal, Clock, Log } from "../ports/ports.ts";

export interface SamplingParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly intervalMs: number;
  /** One look; resolves when the board has answered or failed. */
  readonly look: () => Promise<Sample>;
  readonly failed: (failure: ReadFailure) => Sample;
  readonly take: (sample: Sample) => void;
}

/** The drivers limit every transfer in time, so a look that takes longer hangs in the system. */
const lookLimitMs = 5_000;
/** So much later than due is worth a line: the machine is overloaded, or was asleep. */
const lateMs = 2_000;

const hangs: ReadFailure = {
  ok: false,
  code: "PI_UPS_SAMPLE_TIMEOUT",
  message: `The board did not answer within ${lookLimitMs / 1000} s.`,
};

function broken(error: unknown): ReadFailure {
  const what = error instanceof Error ? error.message : String(error);
  return { ok: false, code: "PI_UPS_INTERNAL", message: `Reading the board failed: ${what}.` };
}

/** A sample in which everything failed in the given way. */
export function failedSample(senses: ReadonlySet<Sense>, failure: ReadFailure): Sample {
  return {
    gauge: failure,
    ...(senses.has("ac") ? { acPresent: failure } : {}),
    ...(senses.has("charging") ? { charging: failure } : {}),
    ...(senses.has("temperature") ? { temperatureC: failure } : {}),
    ...(senses.has("dc_out") ? { railMv: failure, underVoltage: failure } : {}),
    ...(senses.has("overcurrent") ? { outputMa: failure } : {}),
  };
}

/** The next beat after `now`: what was missed is left out, and the beat does not drift. */
export function nextBeatMs(beatMs: number, nowMs: number, intervalMs: number): number {
  const missed = Math.max(0, Math.floor((nowMs - beatMs) / intervalMs));
  return beatMs + (missed + 1) * intervalMs;
}

/** Resolves with the value, or with null after `ms` or when the signal aborts. */
function within<T>(clock: Clock, work: Promise<T>, ms: number, signal: CancelSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const giveUp = () => finish(() => resolve(null));
    const cancel = clock.after(ms, giveUp);
    const finish = (settle: () => void) => {
      cancel();
      signal.removeEventListener("abort", giveUp);
      settle();
    };
    signal.addEventListener("abort", giveUp, { once: true });
    work.then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(error)),
    );
  });
}

/** Looks until the signal aborts; resolves then, even when a look hangs. */
export async function keepSampling(parts: SamplingParts, signal: CancelSignal): Promise<void> {
  const { clock, log, intervalMs, look, failed, take } = parts;
  let pending: Promise<Sample> | null = null;
  let beatMs = clock.now().monoMs;
  while (!signal.aborted) {
    pending ??= look().catch((error: unknown) => failed(broken(error)));
    const sample: Sample | null = await within(clock, pending, lookLimitMs, signal);
    if (signal.aborted) return;
    if (sample !== null) pending = null;
    take(sample ?? failed(hangs));
    const lateByMs = clock.now().monoMs - beatMs - intervalMs;
    if (lateByMs > lateMs) {
      const seconds = Math.round(lateByMs / 1000);
      const message = `A look at the board was ${seconds} s late: the board, the disk or the processor is slow, or the machine slept.`;
      log.log("warning", message, { code: "PI_UPS_SAMPLE_LATE" });
    }
    beatMs = nextBeatMs(beatMs, clock.now().monoMs, intervalMs);
    await clock.sleep(beatMs - clock.now().monoMs, signal);
  }
}
