// The scenario behind fixtures/outage.inputs.jsonl: a seeded outage with noise, bad reads, a person who cancels, and a
// power-off, then the next run of the same Pi. The fixture is the record; this only says how it came about.
import { initialState, step } from "../../../agent/src/core/core.ts";
import type { CoreConfig, CoreInput, Effect } from "../../../agent/src/core/engine.ts";
import { good, look, nack, Run } from "./run.ts";

/** Mulberry32: the same numbers for the same seed, for ever. */
function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function lifeOf(random: () => number): Run {
  const run = new Run().start({ kind: "none" });
  let [pct, mv, celsius] = [97, 4120, 48];
  const live = (seconds: number, acPresent: boolean, pctPerS: number, mvPerS: number) => {
    run.watch(seconds, () => {
      [pct, mv, celsius] = [pct + pctPerS, mv + mvPerS, celsius + (random() - 0.47) * 0.6];
      const sample = look(acPresent, Math.floor(pct * 256) / 256, Math.round(mv / 1.25 + random()) * 1.25);
      const chance = random();
      if (chance < 0.03) return { ...sample, gauge: nack };
      if (chance < 0.05) return { ...sample, gauge: good({ cellMv: 5119.92, chargePct: 255.99609375 }) };
      return { ...sample, temperatureC: good(Math.round(celsius * 1000) / 1000) };
    });
  };
  live(20, true, 0, 0);
  run.edge(false);
  mv -= 90;
  live(80, false, -0.9, -5);
  live(62, false, -0.3, -4);
  run.cancel({ kind: "home_assistant", user: "Ada" });
  live(90, false, -0.05, -1);
  run.feed({ type: "power_off_result", at: run.at, ok: true, message: "" });
  return run;
}

/** The inputs of two runs: one that ends in the power-off, and the one after it. */
export function recordOutage(): readonly (readonly CoreInput[])[] {
  const random = seeded(20_261_123);
  const first = lifeOf(random);
  const next = new Run();
  next.monoMs = first.monoMs + 3_600_000;
  const text = "Battery critical.";
  next.start({ kind: "shutdown", at: first.at.wallMs, reason: "battery_percent_critical", text }, 62.5);
  next.watch(90, (s) => look(true, 4 + s / 60, 3500 + s / 2));
  next.feed({ type: "stop", at: next.at, reason: "SIGTERM" });
  return [first.inputs, next.inputs];
}

/** One JSON line per effect, with the number of the input that caused it. */
export function replay(inputs: readonly CoreInput[], config: CoreConfig): readonly string[] {
  let state = initialState;
  return inputs.flatMap((input, number) => {
    const { state: next, effects } = step(state, input, config);
    state = next;
    return effects.map((effect: Effect) => JSON.stringify({ input: number, ...effect }));
  });
}
