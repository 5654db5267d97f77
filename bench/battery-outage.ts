// One outage from full to the power-off, told to the core reading by reading, and how far its estimate was off on the
// way. Deterministic: the noise is seeded, the clock is a number.
import { type CoreState, initialState, nextWakeMonoMs, snapshot, step } from "../agent/src/core/core.ts";
import type { CoreConfig, CoreInput, Effect } from "../agent/src/core/engine.ts";
import type { BatteryMeasurement, LearnedBattery } from "../agent/src/core/learned.ts";
import type { EstimateConfidence, RawReading } from "../agent/src/core/model.ts";
import { config } from "../test/core/support/run.ts";

/** What the board measures after so many seconds without mains; on mains before that (negative seconds). */
export type World = (second: number) => RawReading;

export interface Outage {
  readonly config: CoreConfig;
  readonly world: World;
  readonly learned: LearnedBattery | null;
}

/** The estimate at a moment of the outage. */
export interface Told {
  /** Part of the true runtime that was left. */
  readonly leftPart: number;
  readonly trueMinutes: number;
  /** null: nothing was told. */
  readonly minutes: number | null;
  readonly confidence: EstimateConfidence | null;
  readonly estimatedPct: number | null;
}

export interface OutageResult {
  readonly minutes: number;
  /** What was told on mains just before it; null: nothing. */
  readonly before: number | null;
  readonly told: readonly Told[];
  readonly learned: LearnedBattery | null;
  readonly measurements: readonly BatteryMeasurement[];
  /** Published minutes that were higher than the ones before, without a step between. */
  readonly rises: number;
}

export const marks = [0.75, 0.5, 0.25] as const;
const sampleMs = 5000;
const restSeconds = 120;
const firstWallMs = Date.UTC(2026, 0, 1);

/** A board for the bench: an X1201 with other senses and another pack. */
export function benchConfig(capacityMah: number | null, current: boolean): CoreConfig {
  const base = config();
  const senses = new Set(current ? [...base.senses, "current" as const] : base.senses);
  return { ...base, bootId: "bench", senses, capacityMah, sampleIntervalMs: sampleMs };
}

/** The core on a clock that only this file moves. */
class Line {
  readonly #config: CoreConfig;
  #state: CoreState = initialState;
  #monoMs = 0;
  readonly effects: Effect[] = [];

  constructor(config: CoreConfig) {
    this.#config = config;
  }

  get #at() {
    return { monoMs: this.#monoMs, wallMs: firstWallMs + this.#monoMs, utcOffsetMin: 0 };
  }

  feed(input: CoreInput): void {
    const { state, effects } = step(this.#state, input, this.#config);
    this.#state = state;
    this.effects.push(...effects);
  }

  start(learned: LearnedBattery | null): void {
    const counters = { dischargedPct: 0 };
    this.feed({ type: "started", at: this.#at, lastRun: { kind: "none" }, counters, battery: learned });
  }

  look(reading: RawReading, acPresent: boolean) {
    const gauge = { ok: true, value: reading } as const;
    const sample = { gauge, acPresent: { ok: true, value: acPresent } } as const;
    this.feed({ type: "sample", at: this.#at, sample });
    const shown = snapshot(this.#state, this.#config, this.#at);
    this.#pass();
    return shown;
  }

  edge(): void {
    this.feed({ type: "ac_edge", at: this.#at, acPresent: false });
  }

  #pass(): void {
    const end = this.#monoMs + sampleMs;
    for (;;) {
      const wake = nextWakeMonoMs(this.#state, this.#config);
      if (wake === null || wake > end) break;
      this.#monoMs = Math.max(this.#monoMs, wake);
      this.feed({ type: "tick", at: this.#at });
    }
    this.#monoMs = end;
  }
}

type Shown = ReturnType<Line["look"]>;

function toldAt(shown: readonly Shown[], leftPart: number): Told {
  const at = Math.round((shown.length - 1) * (1 - leftPart));
  const one = shown[at];
  const trueMinutes = ((shown.length - 1 - at) * sampleMs) / 60_000;
  if (one === undefined || one.runtime.kind !== "estimate") {
    return { leftPart, trueMinutes, minutes: null, confidence: null, estimatedPct: one?.chargePct ?? null };
  }
  const { confidence, minutes } = one.runtime;
  return { leftPart, trueMinutes, minutes, confidence, estimatedPct: one.chargePct };
}

function risesIn(shown: readonly Shown[]): number {
  let rises = 0;
  for (const [i, { runtime }] of shown.entries()) {
    const before = shown[i - 1]?.runtime;
    if (runtime.kind !== "estimate" || before?.kind !== "estimate") continue;
    if (runtime.minutes > before.minutes + 1e-9) rises += 1;
  }
  return rises;
}

/** Runs an outage until the countdown to the power-off begins. */
export function runOutage({ config, world, learned }: Outage): OutageResult {
  const line = new Line(config);
  line.start(learned);
  let before: number | null = null;
  for (let second = -restSeconds; second < 0; second += sampleMs / 1000) {
    const { runtime } = line.look(world(second), true);
    before = runtime.kind === "estimate" ? runtime.minutes : null;
  }
  line.edge();
  const shown: Shown[] = [];
  const decided = () =>
    line.effects.some((effect) => effect.type === "record" && effect.event.type === "shutdown_scheduled");
  for (let second = 0; !decided(); second += sampleMs / 1000) {
    if (second > 400_000) throw new Error("The simulated outage does not end.");
    shown.push(line.look(world(second), false));
  }
  line.feed({ type: "stop", at: { monoMs: 1e12, wallMs: 1e12, utcOffsetMin: 0 }, reason: "bench" });
  return {
    minutes: (shown.length * sampleMs) / 60_000,
    before,
    told: marks.map((part) => toldAt(shown, part)),
    learned: line.effects.findLast((effect) => effect.type === "save_battery")?.battery ?? learned,
    measurements: line.effects.flatMap((e) => (e.type === "save_measurement" ? [e.measurement] : [])),
    rises: risesIn(shown),
  };
}

/** How far an estimate was off, as a part of the truth; null when nothing was told. */
export function errorOf({ minutes, trueMinutes }: Told): number | null {
  return minutes === null ? null : Math.abs(minutes - trueMinutes) / trueMinutes;
}
