// The core's step: which part takes which input, and in which order their decisions count.
// Pure: the same state, input and configuration give the same state and effects, byte for byte.
import { inDanger, takeBattery } from "./battery.ts";
import { endOutageLearning } from "./battery-learning.ts";
import { breakRow } from "./battery-levels.ts";
import { takeBoardFaults } from "./board-faults.ts";
import { takeChargeStatus } from "./charge-status.ts";
import { takeWindow, windowAtEnd, windowResult } from "./charge-window.ts";
import { loadCounters } from "./counters.ts";
import { confirmsAtMonoMs } from "./debounce.ts";
import type { CoreConfig, CoreInput, Effect } from "./engine.ts";
import { hasFault } from "./faults.ts";
import { debounceWhile } from "./flapping.ts";
import { soundLearned } from "./learned.ts";
import { takeAc, takeAcRead } from "./mains.ts";
import type { ButtonAction, Sample } from "./model.ts";
import { duration, note } from "./note.ts";
import { takeOutputCurrent } from "./output-current.ts";
import { takeOvercurrent } from "./overcurrent.ts";
import { takeRail } from "./rail.ts";
import {
  dueMonoMs,
  isGoingDown,
  powerOffLimitMs,
  takePowerOffResult,
  takeSafe,
  takeStop,
  takeTime,
} from "./shutdown.ts";
import { batteryCounts, pressed, takeCancel, takeRequest } from "./shutdown-requests.ts";
import { earlierOutage, startedNote } from "./start.ts";
import type { CoreState } from "./state.ts";
import { takeTemperature } from "./temperature.ts";
import { Turn } from "./turn.ts";
import { onNewClock, wallJumpMs } from "./wall-clock.ts";

export { snapshot } from "./snapshot.ts";
export { type CoreState, initialState } from "./state.ts";

export interface Step {
  readonly state: CoreState;
  readonly effects: readonly Effect[];
}

type InputOf<T extends CoreInput["type"]> = Extract<CoreInput, { type: T }>;

function takeStart(turn: Turn, input: InputOf<"started">): void {
  const learning = { ...turn.state.learning, learned: soundLearned(input.battery) };
  // A board that cannot be told about charging was not left forbidden by us: another one was fitted then.
  const leftForbidden = input.chargeForbidden === true && turn.config.board.switches.includes("allow_charge");
  turn.change({
    counters: loadCounters(input.counters),
    outage: earlierOutage(input),
    learning,
    chargeWindow: { ...turn.state.chargeWindow, leftForbidden },
  });
  turn.record([startedNote(input.lastRun, turn.config.agentVersion, turn.at)]);
}

function takeChargingSaid(turn: Turn, { charging }: Sample): void {
  if (charging === undefined) return;
  turn.chargingSaid = true;
  const { faultAfterFailures } = turn.config.thresholds;
  const { chargeStatus } = turn.state;
  turn.change({
    chargeStatus: takeChargeStatus(chargeStatus, charging, turn.at.monoMs, faultAfterFailures),
  });
}

function takeOutput(turn: Turn, sample: Sample): void {
  const { output, senses, thresholds } = turn.config;
  if (senses.has("dc_out")) {
    const { state, notes } = takeRail(turn.state.rail, sample, output, thresholds);
    turn.change({ rail: state });
    turn.record(notes);
  }
  if (!senses.has("overcurrent")) return;
  const batteryMa = sample.gauge.ok ? sample.gauge.value.currentMa : undefined;
  const currents = {
    ...(batteryMa === undefined ? {} : { batteryMa }),
    ...(sample.outputMa === undefined ? {} : { outputMa: sample.outputMa }),
  };
  const { state, notes } = takeOvercurrent(turn.state.overcurrent, currents, output, thresholds);
  turn.change({ overcurrent: state });
  turn.record(notes);
}

function takeFaultsOfBoard(turn: Turn, { boardFaults }: Sample): void {
  if (boardFaults === undefined) return;
  const taken = takeBoardFaults(turn.state.boardFaults, boardFaults, turn.config.thresholds.holdSamples);
  turn.change({ boardFaults: taken.state });
  for (const { code, message } of taken.changes) turn.fault(code, message);
}

/** Whether the battery may be charged, after everything that this sample says. */
function takeChargeWindow(turn: Turn): void {
  const { chargeWindow: window, senses } = turn.config;
  const { ac, chargeWindow, faults, shutdown } = turn.state;
  if (isGoingDown(shutdown)) return;
  // A look that failed changes nothing: only a gauge that is a fault counts as unreadable.
  const unusable = hasFault(faults, "PI_UPS_GAUGE_SILENT") || hasFault(faults, "PI_UPS_GAUGE_STUCK");
  const reading = unusable ? null : turn.reading;
  // A board that cannot tell about mains charges whenever it can.
  const acPresent = senses.has("ac") ? ac.confirmed : true;
  const { state, order } = takeWindow(chargeWindow, { reading, acPresent }, window, turn.at.monoMs);
  turn.change({ chargeWindow: state });
  if (order !== null) turn.effects.push({ type: "allow_charge", allowed: order });
}

function takeChargeResult(turn: Turn, { ok, message }: InputOf<"charge_control_result">): void {
  turn.change({ chargeWindow: windowResult(turn.state.chargeWindow, ok, turn.at.monoMs) });
  const failed = `The board did not take the order about charging: ${message}`;
  turn.fault("PI_UPS_CHARGE_CONTROL_FAILED", ok ? null : failed);
}

function takeButton(turn: Turn, action: ButtonAction): void {
  if (!turn.config.buttonsEnabled) return;
  const { shutdown } = turn.state;
  const request = pressed(action, inDanger(turn) || batteryCounts(shutdown));
  turn.shutdown(takeRequest(shutdown, request, turn.at, turn.config.shutdown));
}

function takeSample(turn: Turn, sample: Sample): void {
  takeChargingSaid(turn, sample);
  if (sample.acPresent !== undefined && turn.config.senses.has("ac")) takeAcRead(turn, sample.acPresent);
  if (sample.chargeAllowed !== undefined) {
    const { chargeAllowed } = sample;
    turn.change({ chargeAllowed: chargeAllowed.ok ? chargeAllowed.value : null });
  }
  takeBattery(turn, sample.gauge);
  takeOutput(turn, sample);
  turn.change({ outputCurrent: takeOutputCurrent(turn.state.outputCurrent, sample.outputMa) });
  takeFaultsOfBoard(turn, sample);
  if (sample.figures !== undefined) {
    turn.change({ figures: sample.figures.ok ? sample.figures.value : [] });
  }
  takeChargeWindow(turn);
  const { senses, thresholds } = turn.config;
  if (sample.temperatureC === undefined || !senses.has("temperature")) return;
  const { state, notes } = takeTemperature(turn.state.temperature, sample.temperatureC, thresholds);
  turn.change({ temperature: state });
  turn.record(notes);
}

function takeAsked(turn: Turn, input: InputOf<"shutdown_request"> | InputOf<"shutdown_cancel">): void {
  const { shutdown } = turn.state;
  const asked =
    input.type === "shutdown_request"
      ? takeRequest(shutdown, input, turn.at, turn.config.shutdown)
      : takeCancel(shutdown, input.by, { reading: turn.reading, danger: inDanger(turn) }, turn.at);
  turn.shutdown(asked);
  turn.answer(input.requestId, asked.verdict);
}

function takeStopped(turn: Turn, reason: string): void {
  turn.shutdown(takeStop(turn.state.shutdown));
  turn.record([note("agent_stopping", `Agent stops: ${reason}.`, { detail: { reason } })]);
  turn.saveCounters(true);
  endOutageLearning(turn);
  turn.change({ stopped: true });
}

function takePowerOff(turn: Turn, { ok, message }: InputOf<"power_off_result">): void {
  turn.change({ shutdown: takePowerOffResult(turn.state.shutdown, ok, turn.reading, turn.at) });
  turn.fault("PI_UPS_POWEROFF_FAILED", ok ? null : `The power-off failed: ${message}`);
}

/**
 * The battery's deadline waits while mains seems to be back but not for long enough to be sure, and while the pin's last
 * read failed: both end within seconds, in a cancel, a fault or the power-off.
 */
function deadlineWaits({ ac, acReads, shutdown: { state } }: CoreState): boolean {
  if (state.kind !== "counting_down" || state.by.kind !== "battery") return false;
  return ac.candidate?.value === true || acReads.failures > 0;
}

const stallMs = 15_000;

/** Nobody looked for a while: what held before has to hold anew, and a deadline that passed meanwhile rests on nothing. */
function takeStall(turn: Turn, gapMs: number): void {
  if (gapMs <= Math.max(stallMs, 3 * turn.config.sampleIntervalMs)) return;
  turn.change({
    levels: breakRow(turn.state.levels),
    gauge: { ...turn.state.gauge, same: null },
  });
  const { state } = turn.state.shutdown;
  if (state.kind !== "counting_down" || turn.at.monoMs < state.deadline.monoMs) return;
  const why = `the agent stood still for ${duration(gapMs)} and has to look again`;
  turn.shutdown(takeSafe(turn.state.shutdown, { why, by: "stall" }, turn.at));
}

function takeDeadline(turn: Turn): void {
  if (deadlineWaits(turn.state)) return;
  const due = takeTime(turn.state.shutdown, turn.at);
  turn.shutdown(due);
  if (due.failed) {
    const minutes = powerOffLimitMs / 60_000;
    const message = `The power-off was ordered ${minutes} minutes ago, but the Pi still runs.`;
    turn.fault("PI_UPS_POWEROFF_FAILED", message);
  }
  if (due.execute === null) return;
  turn.saveCounters(true);
  endOutageLearning(turn);
  const { state, order } = windowAtEnd(turn.state.chargeWindow, turn.config.chargeWindow);
  turn.change({ chargeWindow: state });
  if (order !== null) turn.effects.push({ type: "allow_charge", allowed: order });
  turn.effects.push({ type: "power_off", ...due.execute });
}

function takeInput(turn: Turn, input: CoreInput): void {
  switch (input.type) {
    case "started":
      takeStart(turn, input);
      return;
    case "sample":
      takeSample(turn, input.sample);
      return;
    case "ac_edge":
      takeAc(turn, input.acPresent);
      return;
    case "tick":
      takeAc(turn, null);
      return;
    case "shutdown_request":
    case "shutdown_cancel":
      takeAsked(turn, input);
      return;
    case "power_off_result":
      takePowerOff(turn, input);
      return;
    case "button":
      takeButton(turn, input.action);
      return;
    case "charge_control_result":
      takeChargeResult(turn, input);
      return;
    case "journal_trouble":
      turn.fault("PI_UPS_JOURNAL_UNWRITABLE", input.message);
      return;
    case "stop":
      takeStopped(turn, input.reason);
      return;
    default:
      input satisfies never;
  }
}

/** A request or cancel that comes after the deadline is too late; whatever may show that mains is back comes first. */
function timeGoesFirst({ type }: CoreInput): boolean {
  return type === "shutdown_request" || type === "shutdown_cancel";
}

/** Takes one input. Inputs after `stop` change nothing. */
export function step(state: CoreState, input: CoreInput, config: CoreConfig): Step {
  if (state.stopped) return { state, effects: [] };
  const jump = wallJumpMs(state.lastAt, input.at);
  const now = jump === 0 ? state : onNewClock(state, jump, input.at);
  const turn = new Turn({ ...now, lastAt: input.at }, input.at, config);
  if (state.lastAt !== null) takeStall(turn, input.at.monoMs - state.lastAt.monoMs);
  if (timeGoesFirst(input)) takeDeadline(turn);
  takeInput(turn, input);
  if (!turn.state.stopped) takeDeadline(turn);
  return { state: turn.state, effects: turn.effects };
}

/** When time alone will change something next; the app sends a `tick` then. null: not before the next input. */
export function nextWakeMonoMs(state: CoreState, config: CoreConfig): number | null {
  if (state.stopped) return null;
  const confirm = confirmsAtMonoMs(state.ac, debounceWhile(state.flap, config.debounce));
  const deadline = deadlineWaits(state) ? null : dueMonoMs(state.shutdown);
  if (confirm === null) return deadline;
  return deadline === null ? confirm : Math.min(confirm, deadline);
}
