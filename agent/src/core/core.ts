// The core's step: which part takes which input, and in which order their decisions count.
// Pure: the same state, input and configuration give the same state and effects, byte for byte.
import { criticalNow, reached, reachedWords, takeLevels } from "./battery-levels.ts";
import { takeCharging } from "./charging.ts";
import { countDischarge, dueToSave, endDischarge } from "./counters.ts";
import { confirmsAtMonoMs, debounce, dropCandidate } from "./debounce.ts";
import type { CoreConfig, CoreInput, Effect } from "./engine.ts";
import { contradiction, type FaultCode, hasFault, setFault } from "./faults.ts";
import type { Instant, LastRun, Result, Sample } from "./model.ts";
import { duration, type Note, note, round } from "./note.ts";
import { takeGauge } from "./plausibility.ts";
import { fallPerMinute } from "./runtime.ts";
import {
  takeCancel,
  takeContradiction,
  takeDanger,
  takeMainsBack,
  takePowerOffResult,
  takeRequest,
  takeTime,
  type Verdict,
} from "./shutdown.ts";
import { startedNote } from "./start.ts";
import type { CoreState } from "./state.ts";
import { takeTemperature } from "./temperature.ts";
import { restartTrend, takeTrend } from "./trend.ts";

export { snapshot } from "./snapshot.ts";
export { type CoreState, initialState } from "./state.ts";

export interface Step {
  readonly state: CoreState;
  readonly effects: readonly Effect[];
}

/** Collects effects while the parts take their turns; lives for one step only. */
class Turn {
  state: CoreState;
  readonly effects: Effect[] = [];
  readonly at: Instant;
  readonly config: CoreConfig;

  constructor(state: CoreState, at: Instant, config: CoreConfig) {
    this.state = state;
    this.at = at;
    this.config = config;
  }

  change(part: Partial<CoreState>): void {
    this.state = { ...this.state, ...part };
  }

  record(notes: readonly Note[]): void {
    for (const one of notes) {
      const recorded = this.state.recorded + 1;
      const id = `${this.config.bootId}-${recorded}`;
      this.effects.push({ type: "record", event: { id, at: this.at, ...one } });
      this.change({ recorded });
    }
  }

  fault(code: FaultCode, message: string | null): void {
    const { faults, notes } = setFault(this.state.faults, code, message, this.at);
    this.change({ faults });
    this.record(notes);
  }

  saveCounters(force: boolean): void {
    const { counters } = this.state;
    if (!dueToSave(counters, force)) return;
    this.effects.push({ type: "save_counters", counters: counters.counters });
    this.change({ counters: { ...counters, savedDischargedPct: counters.counters.dischargedPct } });
  }

  answer(requestId: string, verdict: Verdict): void {
    this.effects.push({ type: "answer", requestId, ...verdict });
  }
}

function lastPct(state: CoreState): number | null {
  return state.gauge.good === null ? null : state.gauge.good.reading.chargePct;
}

/** Mains loss that counts as proven: confirmed, and the battery does not say otherwise. */
function provenOnBattery(state: CoreState): boolean {
  return state.ac.confirmed === false && !hasFault(state.faults, "PI_UPS_AC_LOST_BUT_RISING");
}

function takeStart(turn: Turn, lastRun: LastRun): void {
  turn.record([startedNote(lastRun, turn.config.agentVersion, turn.at)]);
  if (lastRun.kind === "shutdown" && lastRun.reason !== "requested") {
    // The run ended in an outage; when the pin says "present" now, that outage is over.
    const since = { ...turn.at, wallMs: lastRun.at };
    turn.change({ outage: { since, lowestPct: null, beginSeen: false } });
  }
}

function takeLost(turn: Turn): void {
  const pct = lastPct(turn.state);
  const known = pct === null ? "" : ` at ${round(pct)} %`;
  const mv = turn.state.gauge.good?.reading.cellMv;
  const before = turn.state.outage;
  turn.record([
    note("ac_power_loss", before === null ? `Mains lost${known}.` : `Mains is still lost${known}.`, {
      value: pct === null ? null : round(pct, 1),
      unit: pct === null ? null : "%",
      detail: {
        ...(pct === null ? {} : { battery_percent: round(pct, 1) }),
        ...(mv === undefined ? {} : { cell_voltage_v: round(mv / 1000, 3) }),
      },
    }),
  ]);
  const begun = before ?? { since: turn.at, lowestPct: pct, beginSeen: true };
  turn.change({ outage: begun, trend: restartTrend(turn.at) });
}

function takeRestored(turn: Turn): void {
  const { outage, trend, counters } = turn.state;
  if (outage !== null) {
    const lengthMs = outage.beginSeen
      ? turn.at.monoMs - outage.since.monoMs
      : turn.at.wallMs - outage.since.wallMs;
    const lowest = outage.lowestPct;
    const tail = lowest === null ? "" : `, lowest ${round(lowest)} %`;
    const message = outage.beginSeen
      ? `Mains restored after ${duration(lengthMs)}${tail}.`
      : "Mains is back after the shutdown.";
    turn.record([
      note("ac_power_restored", message, {
        value: outage.beginSeen ? round(lengthMs / 1000) : null,
        unit: outage.beginSeen ? "s" : null,
        detail: {
          ...(lowest === null ? {} : { lowest_percent: round(lowest, 1) }),
          outage_since_shutdown: !outage.beginSeen,
        },
      }),
    ]);
  }
  const learned = turn.state.ac.confirmedAt === null ? null : fallPerMinute(trend);
  turn.change({
    outage: null,
    learnedFall: learned ?? turn.state.learnedFall,
    trend: restartTrend(turn.at),
    counters: endDischarge(counters),
  });
  turn.saveCounters(true);
  const back = takeMainsBack(turn.state.shutdown);
  turn.change({ shutdown: back.part });
  turn.record(back.notes);
}

/** Takes a level of the AC pin, or only the passing of time (null). */
function takeAc(turn: Turn, level: boolean | null): void {
  const { state, confirmed } = debounce(turn.state.ac, level, turn.at, turn.config.debounce);
  if (confirmed === null) {
    turn.change({ ac: state });
    return;
  }
  turn.fault("PI_UPS_AC_LOST_BUT_RISING", null);
  turn.fault("PI_UPS_AC_PRESENT_BUT_FALLING", null);
  if (confirmed) takeRestored(turn);
  turn.change({ ac: state });
  if (!confirmed) takeLost(turn);
}

function takeAcRead(turn: Turn, read: Result<boolean>): void {
  if (read.ok) {
    turn.change({ acReadFailures: 0 });
    turn.fault("PI_UPS_AC_PIN_UNREADABLE", null);
    takeAc(turn, read.value);
    return;
  }
  const failures = turn.state.acReadFailures + 1;
  turn.change({ acReadFailures: failures, ac: dropCandidate(turn.state.ac) });
  if (failures >= turn.config.thresholds.faultAfterFailures) {
    turn.fault("PI_UPS_AC_PIN_UNREADABLE", `The AC pin cannot be read: ${read.message}`);
  }
}

function takeBattery(turn: Turn, sample: Sample): void {
  const { thresholds, shutdown: policy, senses } = turn.config;
  const { state: gauge, fresh } = takeGauge(turn.state.gauge, sample.gauge, turn.at);
  turn.change({ gauge });
  if (!fresh || gauge.good === null) {
    // A limit must be held by samples that follow each other: an unbelieved one breaks the row.
    turn.change({
      levels: { ...turn.state.levels, lowHeld: 0, criticalHeld: 0, aboveCriticalHeld: 0, recoveredHeld: 0 },
    });
    if (gauge.failures >= thresholds.faultAfterFailures) {
      const why = gauge.lastFailure?.message ?? "no reading";
      turn.fault("PI_UPS_GAUGE_SILENT", `No usable battery reading for ${gauge.failures} reads: ${why}`);
    }
    return;
  }
  const { reading } = gauge.good;
  turn.fault("PI_UPS_GAUGE_SILENT", null);
  turn.change({ trend: takeTrend(turn.state.trend, reading, turn.at) });

  const conflict = contradiction(turn.state.ac.confirmed, turn.state.trend);
  if (conflict !== null) {
    turn.fault(conflict.code, conflict.message);
    if (conflict.code === "PI_UPS_AC_LOST_BUT_RISING") {
      const stopped = takeContradiction(turn.state.shutdown);
      turn.change({ shutdown: stopped.part });
      turn.record(stopped.notes);
    }
  }
  const levels = takeLevels(turn.state.levels, reading, thresholds);
  turn.change({ levels: levels.state });
  turn.record(levels.notes);
  if (senses.has("charging")) {
    const known = { acPresent: turn.state.ac.confirmed, chargeAllowed: turn.state.chargeAllowed };
    const charging = takeCharging(turn.state.charging, known, reading, turn.state.trend);
    turn.change({ charging: charging.state });
    turn.record(charging.notes);
  }
  if (!provenOnBattery(turn.state)) return;
  const { outage } = turn.state;
  turn.change({ counters: countDischarge(turn.state.counters, reading.chargePct) });
  if (outage !== null) {
    turn.change({ outage: { ...outage, lowestPct: Math.min(outage.lowestPct ?? 100, reading.chargePct) } });
  }
  turn.saveCounters(false);
  const limit = reached(reading, thresholds.criticalPct, thresholds.criticalCellMv);
  const critical =
    limit === null || !criticalNow(turn.state.levels, thresholds)
      ? null
      : {
          reason:
            limit.unit === "%"
              ? ("battery_percent_critical" as const)
              : ("battery_voltage_critical" as const),
          text: `Battery critical: ${reachedWords(limit)}.`,
          chargePct: reading.chargePct,
        };
  const danger = takeDanger(turn.state.shutdown, { onBattery: true, critical }, turn.at, policy);
  turn.change({ shutdown: danger.part });
  turn.record(danger.notes);
}

function takeSample(turn: Turn, sample: Sample): void {
  if (sample.acPresent !== undefined) takeAcRead(turn, sample.acPresent);
  if (sample.chargeAllowed?.ok === true) turn.change({ chargeAllowed: sample.chargeAllowed.value });
  takeBattery(turn, sample);
  if (sample.temperatureC?.ok === true) {
    const { state, notes } = takeTemperature(
      turn.state.temperature,
      sample.temperatureC.value,
      turn.config.thresholds,
    );
    turn.change({ temperature: state });
    turn.record(notes);
  }
}

/** Time passes with every input: a candidate may be confirmed, a deadline may be reached. */
function takePassing(turn: Turn): void {
  takeAc(turn, null);
  const due = takeTime(turn.state.shutdown, turn.at);
  turn.change({ shutdown: due.part });
  turn.record(due.notes);
  if (due.execute !== null) {
    turn.saveCounters(true);
    turn.effects.push({ type: "power_off", ...due.execute });
  }
}

function takeInput(turn: Turn, input: CoreInput): void {
  switch (input.type) {
    case "started":
      turn.change({
        counters: {
          ...turn.state.counters,
          counters: input.counters,
          savedDischargedPct: input.counters.dischargedPct,
        },
      });
      takeStart(turn, input.lastRun);
      return;
    case "sample":
      takeSample(turn, input.sample);
      return;
    case "ac_edge":
      takeAc(turn, input.acPresent);
      return;
    case "tick":
      return;
    case "shutdown_request": {
      const asked = takeRequest(turn.state.shutdown, input, turn.at, turn.config.shutdown);
      turn.change({ shutdown: asked.part });
      turn.record(asked.notes);
      turn.answer(input.requestId, asked.verdict);
      return;
    }
    case "shutdown_cancel": {
      const asked = takeCancel(turn.state.shutdown, input.by, lastPct(turn.state), turn.at);
      turn.change({ shutdown: asked.part });
      turn.record(asked.notes);
      turn.answer(input.requestId, asked.verdict);
      return;
    }
    case "power_off_result": {
      turn.change({
        shutdown: takePowerOffResult(turn.state.shutdown, input.ok, lastPct(turn.state), turn.at),
      });
      turn.fault("PI_UPS_POWEROFF_FAILED", input.ok ? null : `The power-off failed: ${input.message}`);
      return;
    }
    case "journal_trouble":
      turn.fault("PI_UPS_JOURNAL_UNWRITABLE", input.message);
      return;
    case "stop":
      turn.record([
        note("agent_stopping", `Agent stops: ${input.reason}.`, { detail: { reason: input.reason } }),
      ]);
      turn.saveCounters(true);
      turn.change({ stopped: true });
      return;
    default:
      input satisfies never;
  }
}

/** Takes one input. Inputs after `stop` change nothing. */
export function step(state: CoreState, input: CoreInput, config: CoreConfig): Step {
  if (state.stopped) return { state, effects: [] };
  const turn = new Turn(state, input.at, config);
  // A deadline that passed before this input was due before it.
  if (input.type !== "started") takePassing(turn);
  takeInput(turn, input);
  if (input.type !== "stop") takePassing(turn);
  return { state: turn.state, effects: turn.effects };
}

/** When time alone will change something next; the app sends a `tick` then. null: not before the next input. */
export function nextWakeMonoMs(state: CoreState, config: CoreConfig): number | null {
  if (state.stopped) return null;
  const confirm = confirmsAtMonoMs(state.ac, config.debounce);
  const deadline =
    state.shutdown.state.kind === "counting_down" ? state.shutdown.state.deadline.monoMs : null;
  if (confirm === null) return deadline;
  return deadline === null ? confirm : Math.min(confirm, deadline);
}
