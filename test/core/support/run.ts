// A core that lives in a test: it is fed samples, edges and requests on a clock that only the test moves, and wakes up
// when it said it would, exactly as the app wakes it.
import { findBoard } from "../../../agent/src/boards/registry.ts";
import {
  defaultDebounce,
  defaultOutput,
  defaultShutdown,
  defaultThresholds,
} from "../../../agent/src/core/config-defaults.ts";
import {
  type CoreState,
  initialState,
  nextWakeMonoMs,
  snapshot,
  step,
} from "../../../agent/src/core/core.ts";
import type { CoreConfig, CoreInput, Effect } from "../../../agent/src/core/engine.ts";
import type {
  EventDraft,
  EventType,
  GaugeReading,
  Instant,
  LastRun,
  ReadFailure,
  Requester,
  Result,
  Sample,
  Sense,
  Snapshot,
} from "../../../agent/src/core/model.ts";

function x1201() {
  const board = findBoard("x1201");
  if (board === null) throw new Error("the registry has no x1201");
  return board;
}

export const fullConfig: CoreConfig = {
  bootId: "b00t",
  agentVersion: "1.2.3",
  board: x1201(),
  senses: new Set<Sense>([...x1201().senses, "temperature"]),
  capacityMah: 6000,
  sampleIntervalMs: 1000,
  thresholds: defaultThresholds,
  debounce: defaultDebounce,
  shutdown: defaultShutdown,
  output: defaultOutput,
  chargeWindow: null,
  buttonsEnabled: true,
};

export function config(parts: Partial<CoreConfig> = {}): CoreConfig {
  return { ...fullConfig, ...parts };
}

export const nack: ReadFailure = { ok: false, code: "PI_UPS_I2C_NACK", message: "No answer at 0x36." };

export function good<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function gauge(chargePct: number, cellMv = 3900): Result<GaugeReading> {
  return good({ cellMv, chargePct });
}

/** A battery's usual voltage at a percent, so that tests about percent do not meet the voltage limits. */
export function usualMv(chargePct: number): number {
  return 3500 + 6 * Math.min(100, Math.max(0, chargePct));
}

/** A look at a board with mains, charge line and a cool processor. */
export function look(acPresent: boolean, chargePct: number, cellMv = usualMv(chargePct)): Sample {
  return {
    gauge: gauge(chargePct, cellMv),
    acPresent: good(acPresent),
    chargeAllowed: good(true),
    temperatureC: good(45),
  };
}

const firstWallMs = Date.UTC(2026, 10, 23, 4, 18, 14, 123);

export class Run {
  readonly config: CoreConfig;
  readonly effects: Effect[] = [];
  readonly inputs: CoreInput[] = [];
  state: CoreState = initialState;
  monoMs = 5_000;
  /** Added to the wall clock; tests make it jump. */
  wallOffsetMs = 0;
  #requests = 0;

  constructor(parts: Partial<CoreConfig> = {}) {
    this.config = config(parts);
  }

  get at(): Instant {
    const wallMs = firstWallMs + (this.monoMs - 5_000) + this.wallOffsetMs;
    return { monoMs: this.monoMs, wallMs, utcOffsetMin: 60 };
  }

  get events(): readonly EventDraft[] {
    return this.effects.flatMap((effect) => (effect.type === "record" ? [effect.event] : []));
  }

  get types(): readonly EventType[] {
    return this.events.map((event) => event.type);
  }

  get now(): Snapshot {
    return snapshot(this.state, this.config, this.at);
  }

  /** Effects of this one input. */
  feed(input: CoreInput): readonly Effect[] {
    const { state, effects } = step(this.state, input, this.config);
    this.state = state;
    this.inputs.push(input);
    this.effects.push(...effects);
    return effects;
  }

  start(
    lastRun: LastRun = { kind: "none" },
    dischargedPct = 0,
    openOutageSinceMs: number | null = null,
  ): this {
    this.feed({ type: "started", at: this.at, lastRun, counters: { dischargedPct }, openOutageSinceMs });
    return this;
  }

  sample(sample: Sample): readonly Effect[] {
    return this.feed({ type: "sample", at: this.at, sample });
  }

  edge(acPresent: boolean): readonly Effect[] {
    return this.feed({ type: "ac_edge", at: this.at, acPresent });
  }

  /** Time passes without looks; the core's own wake-ups are kept. */
  pass(ms: number): this {
    const end = this.monoMs + ms;
    for (;;) {
      const wake = nextWakeMonoMs(this.state, this.config);
      if (wake === null || wake > end) break;
      this.monoMs = Math.max(this.monoMs, wake);
      this.feed({ type: "tick", at: this.at });
    }
    this.monoMs = end;
    return this;
  }

  /** One look a second for so long; `each` gets the seconds since the call. The first look is at once. */
  watch(seconds: number, each: Sample | ((second: number) => Sample)): this {
    for (let second = 0; second < seconds; second += 1) {
      this.sample(typeof each === "function" ? each(second) : each);
      this.pass(1000);
    }
    return this;
  }

  request(parts: { by?: Requester; delayMs?: number | null; text?: string | null } = {}) {
    this.#requests += 1;
    const { by = { kind: "cli" }, delayMs = null, text = null } = parts;
    const requestId = `q${this.#requests}`;
    return answerIn(this.feed({ type: "shutdown_request", at: this.at, by, delayMs, text, requestId }));
  }

  cancel(by: Requester = { kind: "cli" }) {
    this.#requests += 1;
    return answerIn(this.feed({ type: "shutdown_cancel", at: this.at, by, requestId: `q${this.#requests}` }));
  }

  /** Everything forgotten that was recorded so far, so that a test asserts on what comes. */
  quiet(): this {
    this.effects.length = 0;
    return this;
  }

  poweredOff(): boolean {
    return this.effects.some((effect) => effect.type === "power_off");
  }

  /** The last event of a type; a test failure when there is none. */
  last(type: EventType): EventDraft {
    const found = this.events.findLast((event) => event.type === type);
    if (found === undefined) throw new Error(`no ${type} among ${this.types.join(", ") || "no events"}`);
    return found;
  }
}

function answerIn(effects: readonly Effect[]): Extract<Effect, { type: "answer" }> {
  const answers = effects.filter((effect) => effect.type === "answer");
  const [answer] = answers;
  if (answer === undefined || answers.length !== 1) throw new Error(`${answers.length} answers`);
  return answer;
}

/** A run that has settled on mains at a percent: debounced, three looks old. */
export function onMains(chargePct = 80, parts: Partial<CoreConfig> = {}): Run {
  return new Run(parts).start().watch(10, look(true, chargePct)).quiet();
}

/** A run whose mains was confirmed lost at a percent. */
export function onBattery(chargePct = 80, parts: Partial<CoreConfig> = {}): Run {
  const run = onMains(chargePct, parts);
  run.edge(false);
  run.watch(3, look(false, chargePct));
  return run.quiet();
}
