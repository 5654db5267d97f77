// The battery's own figures in a turn of the core: the estimated charge, the runtime, what is learned and measured, and
// the effects that keep it.
import { blended, capacityMeasurement, resistanceMeasurement, takeEdge } from "./health.ts";
import type { LearnedBattery } from "./learned.ts";
import { binsToSave, endLearning, learnedNow, measuredCapacity, takeLearning } from "./learning.ts";
import type { GaugeReading, RawReading } from "./model.ts";
import { packFacts } from "./pack.ts";
import { initialRuntime, takeRuntime } from "./runtime.ts";
import { takeSoc } from "./soc.ts";
import type { CoreState } from "./state.ts";
import type { Turn } from "./turn.ts";

/** When mains last came or went, also while that is not confirmed; null before the first. */
function acEdgeMonoMs({ ac }: CoreState): number | null {
  return ac.candidate?.since.monoMs ?? ac.edgeAt?.monoMs ?? null;
}

/** A believed voltage as a reading with an estimated charge. */
export function withEstimate(turn: Turn, reading: RawReading): GaugeReading {
  const { board } = turn.config;
  const { resistanceMohm, ratedMah, table } = packFacts(turn.state, turn.config);
  const soc = takeSoc(turn.state.soc, reading, turn.at, {
    chemistry: board.battery.chemistry,
    table,
    resistanceMohm,
    capacityMah: turn.state.learning.learned.capacityMah ?? ratedMah,
    onBattery: turn.state.ac.confirmed === false,
    acEdgeMonoMs: acEdgeMonoMs(turn.state),
  });
  turn.change({ soc, chargeEstimated: true });
  return { ...reading, chargePct: soc.pct ?? 0 };
}

const oneDayMs = 86_400_000;

function takeResistance(turn: Turn, reading: GaugeReading): void {
  const { learning } = turn.state;
  const { state: edge, resistanceMohm } = takeEdge(learning.edge, reading, turn.at, acEdgeMonoMs(turn.state));
  turn.change({ learning: { ...learning, edge } });
  if (resistanceMohm === null) return;
  const { wallMs } = turn.at;
  const { resistanceAtMs } = learning;
  const learned = {
    ...learning.learned,
    resistanceMohm: blended(learning.learned.resistanceMohm, resistanceMohm),
  };
  turn.effects.push({ type: "save_battery", battery: learned });
  const known = resistanceAtMs !== null && Math.abs(wallMs - resistanceAtMs) < oneDayMs;
  // A flapping plug must not push years of figures out of the table.
  if (!known) {
    const measurement = resistanceMeasurement(
      wallMs,
      resistanceMohm,
      turn.config.board.battery.cellsInSeries,
    );
    turn.effects.push({ type: "save_measurement", measurement });
  }
  turn.change({
    learning: { ...turn.state.learning, learned, resistanceAtMs: known ? resistanceAtMs : wallMs },
  });
}

function differs(a: LearnedBattery, b: LearnedBattery): boolean {
  return (Object.keys(a) as (keyof LearnedBattery)[]).some((key) => a[key] !== b[key]);
}

/** Closes the books of the running outage, if there is one, before a power-off or a stop. */
export function endOutageLearning(turn: Turn): void {
  const { learning, runtime } = turn.state;
  if (runtime.load === null || learning.closed) return;
  const capacityMah = measuredCapacity(learning, turn.config.capacityMah);
  const learned = learnedNow(learning, runtime, capacityMah, turn.config.thresholds.criticalCellMv);
  turn.change({ learning: endLearning(learning, learned, true) });
  if (differs(learned, learning.learned)) turn.effects.push({ type: "save_battery", battery: learned });
  if (capacityMah === null) return;
  const measurement = capacityMeasurement(turn.at.wallMs, capacityMah);
  turn.effects.push({ type: "save_measurement", measurement });
}

/** Takes a believed reading: on battery the runtime and what it teaches, else the end of the outage. */
export function takeFigures(turn: Turn, reading: GaugeReading, onBattery: boolean): void {
  takeResistance(turn, reading);
  if (!onBattery) {
    endOutageLearning(turn);
    if (!turn.state.learning.closed) return;
    turn.change({ learning: { ...turn.state.learning, closed: false }, runtime: initialRuntime });
    return;
  }
  const facts = packFacts(turn.state, turn.config);
  const runtime = takeRuntime(turn.state.runtime, reading, turn.at, facts);
  const learning = takeLearning(turn.state.learning, reading, turn.at, runtime, facts.estimated);
  turn.change({ runtime, learning });
  const savedBins = binsToSave(learning);
  if (savedBins === null) return;
  turn.change({ learning: { ...learning, savedBins } });
  turn.effects.push({
    type: "save_battery",
    battery: learnedNow(learning, runtime, null, turn.config.thresholds.criticalCellMv),
  });
}
