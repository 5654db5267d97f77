// One fresh look at the battery, and everything that follows from it: levels, charging, contradictions, counters,
// runtime, and the danger that starts a shutdown.
import { takeFigures, withEstimate } from "./battery-learning.ts";
import {
  breakRow,
  criticalNow,
  nearlyEmptyNow,
  reached,
  reachedWords,
  takeLevels,
} from "./battery-levels.ts";
import { takeCharging } from "./charging.ts";
import { contradiction, stuckGauge } from "./contradictions.ts";
import { countDischarge } from "./counters.ts";
import { hasFault } from "./faults.ts";
import type { GaugeReading, RawReading, Result } from "./model.ts";
import { type GaugeState, takeGauge } from "./plausibility.ts";
import { type Danger, takeDanger, takeSafe } from "./shutdown.ts";
import type { CoreState } from "./state.ts";
import { isRising, type Measured, takeTrend } from "./trend.ts";
import type { Turn } from "./turn.ts";

/** Mains loss that counts as proven: confirmed, the pin can be read, and the battery does not say otherwise. */
export function provenOnBattery(state: CoreState): boolean {
  return (
    state.ac.confirmed === false &&
    !hasFault(state.faults, "PI_UPS_AC_PIN_UNREADABLE") &&
    !hasFault(state.faults, "PI_UPS_AC_LOST_BUT_RISING")
  );
}

function isRisingNow({ state, reading }: Turn): boolean {
  return isRising(state.trend, measuredBy(state, reading));
}

/** Where the percent of the last believed reading comes from. */
function measuredBy({ chargeEstimated: estimated }: CoreState, reading: GaugeReading | null): Measured {
  const currentMa = reading?.currentMa;
  return currentMa === undefined ? { estimated } : { estimated, currentMa };
}

/** The danger that a shutdown starts for: proven on battery, critical by fresh reads that held, and not rising. */
function dangerNow(turn: Turn, reading: GaugeReading): Danger | null {
  const { sampleIntervalMs, thresholds } = turn.config;
  const limit = reached(reading, thresholds.criticalPct, thresholds.criticalCellMv);
  if (limit === null || !criticalNow(turn.state.levels, thresholds)) return null;
  if (!provenOnBattery(turn.state) || isRisingNow(turn)) return null;
  const nearlyEmpty = nearlyEmptyNow(turn.state.levels, thresholds, sampleIntervalMs);
  return {
    reason: limit.unit === "%" ? "battery_percent_critical" : "battery_voltage_critical",
    text: `Battery ${nearlyEmpty ? "nearly empty" : "critical"}: ${reachedWords(limit)}.`,
    reading,
    nearlyEmpty,
  };
}

/** Whether the battery is critical on battery power, by the last believed reading. */
export function inDanger(turn: Turn): boolean {
  return turn.reading !== null && dangerNow(turn, turn.reading) !== null;
}

function takeUnbelieved(turn: Turn): void {
  const { gauge, levels } = turn.state;
  turn.change({ levels: breakRow(levels) });
  if (gauge.failures < turn.config.thresholds.faultAfterFailures) return;
  const why = gauge.lastFailure?.message ?? "no reading";
  turn.fault("PI_UPS_GAUGE_SILENT", `No usable battery reading for ${gauge.failures} reads: ${why}`);
}

function takeConflicts(turn: Turn): void {
  const { ac, faults, gauge, trend } = turn.state;
  const blind = hasFault(faults, "PI_UPS_AC_PIN_UNREADABLE");
  const conflict = contradiction(blind ? null : ac.confirmed, trend, measuredBy(turn.state, turn.reading));
  if (conflict.kind !== "none") {
    turn.fault(conflict.code, conflict.kind === "found" ? conflict.message : null);
  }
  const onBatterySince = ac.confirmed === false ? (ac.edgeAt?.monoMs ?? null) : null;
  turn.fault("PI_UPS_GAUGE_STUCK", stuckGauge(gauge, onBatterySince, turn.state.chargeEstimated));
}

function takeCharge(turn: Turn, reading: GaugeReading): void {
  const { ac, chargeAllowed, charging, faults, trend } = turn.state;
  const facts = {
    acPresent: ac.confirmed,
    chargeAllowed,
    mainsSensed: turn.config.senses.has("ac"),
    sensed: turn.chargingSaid ? turn.state.chargeStatus.held : undefined,
    falling: hasFault(faults, "PI_UPS_AC_PRESENT_BUT_FALLING"),
    estimated: turn.state.chargeEstimated,
  };
  const { state, notes } = takeCharging(charging, facts, reading, trend);
  turn.change({ charging: state });
  // Full is told by the charge alone; a board that cannot sense charging says no more than that.
  const sensed = turn.config.senses.has("charging");
  turn.record(notes.filter(({ type }) => sensed || type === "battery_full"));
}

function takeDischarge(turn: Turn, reading: GaugeReading): void {
  const { counters, outage } = turn.state;
  const onBattery = provenOnBattery(turn.state);
  takeFigures(turn, reading, onBattery);
  if (!onBattery) return;
  turn.change({ counters: countDischarge(counters, reading, turn.at, turn.config.capacityMah) });
  if (outage !== null) {
    const lowestPct = Math.min(outage.lowestPct ?? reading.chargePct, reading.chargePct);
    turn.change({ outage: { ...outage, lowestPct } });
  }
  turn.saveCounters(false);
}

/** Why a countdown that the battery started is not justified any more; null while it is. */
function notJustified(turn: Turn): { readonly why: string; readonly by: string } | null {
  const { levels, faults } = turn.state;
  if (hasFault(faults, "PI_UPS_AC_LOST_BUT_RISING")) {
    return { why: "the battery contradicts the mains signal", by: "contradiction" };
  }
  if (isRisingNow(turn)) {
    return { why: "the battery rises although mains shows as lost", by: "contradiction" };
  }
  if (levels.level === "low" || levels.level === "ok") {
    return { why: "the battery is not critical any more", by: "battery" };
  }
  return null;
}

function takePolicy(turn: Turn, reading: GaugeReading): void {
  const cause = notJustified(turn);
  if (cause !== null) turn.shutdown(takeSafe(turn.state.shutdown, cause, turn.at));
  const danger = dangerNow(turn, reading);
  if (danger === null) return;
  turn.shutdown(takeDanger(turn.state.shutdown, danger, turn.at, turn.config.shutdown));
}

/** With the estimate so far where the board gives no charge: only a voltage that is believed moves the estimate. */
function provisional(result: Result<RawReading>, estimatePct: number | null): Result<GaugeReading> {
  if (!result.ok) return result;
  const chargePct = result.value.chargePct ?? estimatePct ?? 0;
  return { ok: true, value: { ...result.value, chargePct } };
}

/** The believed reading; its charge is estimated now where the board gave none. */
function believed(turn: Turn, good: NonNullable<GaugeState["good"]>, estimated: boolean): GaugeReading {
  if (!estimated) {
    if (turn.state.chargeEstimated) turn.change({ chargeEstimated: false });
    return good.reading;
  }
  const reading = withEstimate(turn, good.reading);
  turn.change({ gauge: { ...turn.state.gauge, good: { ...good, reading } } });
  return reading;
}

/** Takes one gauge result of a sample. */
export function takeBattery(turn: Turn, raw: Result<RawReading>): void {
  const { board, sampleIntervalMs, senses, thresholds } = turn.config;
  const estimated = raw.ok && raw.value.chargePct === undefined;
  const result = provisional(raw, turn.state.soc.pct);
  const facts = { chemistry: board.battery.chemistry, estimated };
  const { state: gauge, fresh } = takeGauge(turn.state.gauge, result, turn.at, facts);
  turn.change({ gauge });
  if (!fresh || gauge.good === null) {
    takeUnbelieved(turn);
    return;
  }
  const reading = believed(turn, gauge.good, estimated);
  if (gauge.goodRow >= thresholds.holdSamples) turn.fault("PI_UPS_GAUGE_SILENT", null);
  // The estimate follows the smoothed voltage, and so does its trend.
  const cellMv = (estimated ? turn.state.soc.voltage?.slowMv : undefined) ?? reading.cellMv;
  turn.change({ trend: takeTrend(turn.state.trend, { ...reading, cellMv }, turn.at, sampleIntervalMs) });
  takeConflicts(turn);
  const levels = takeLevels(turn.state.levels, reading, thresholds);
  turn.change({ levels: levels.state });
  turn.record(levels.notes);
  if (senses.has("charge")) takeCharge(turn, reading);
  takeDischarge(turn, reading);
  takePolicy(turn, reading);
}
