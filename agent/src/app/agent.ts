// The agent's loop: sources give inputs, the core decides, this file carries out the effects. It decides nothing.

import { type CoreState, initialState, nextWakeMonoMs, snapshot, step } from "../core/core.ts";
import type { CoreConfig, CoreInput, Effect } from "../core/engine.ts";
import type { EventDraft, Requester, ShutdownReason, Snapshot } from "../core/model.ts";
import { UpsError } from "../core/ups-error.ts";
import type { UpsDevice } from "../drivers/ups-device.ts";
import { toValues } from "../ha/values.ts";
import type { AgentControl, SimCommand, StatusReport } from "../ports/control.ts";
import type { Answer, HaLink, RemoteCommand } from "../ports/ha-link.ts";
import type { Clock, EventJournal, EventQuery, Host, Log, LogLevel, RunStore } from "../ports/ports.ts";
import type { UpsEvent } from "../protocol/events.ts";
import { type StatusFacts, statusLine, statusReport } from "./status.ts";

/** Everything that the agent works with; main.ts puts it together. */
export interface AgentParts {
  readonly core: CoreConfig;
  readonly facts: StatusFacts;
  readonly device: UpsDevice;
  readonly clock: Clock;
  readonly journal: EventJournal;
  readonly runStore: RunStore;
  /** A copy of each event for shells and log shippers. */
  readonly eventCopy: (event: UpsEvent) => void;
  readonly log: Log;
  readonly host: Host;
  /** null: the agent runs alone. */
  readonly createLink: ((onCommand: (command: RemoteCommand) => void) => HaLink) | null;
  /** null on a real board. */
  readonly simulate: ((command: SimCommand) => Answer) | null;
  readonly statusIntervalMs: number;
  /** True when the process itself has to end after the power-off (the simulated Pi); on a real one systemd ends it. */
  readonly endAfterPowerOff: boolean;
  /** Hears every input, for recordings that are replayed through the core. */
  readonly onInput?: (input: CoreInput) => void;
}

/** How long goodbyes may take; the rest of the shutdown must not wait for Home Assistant. */
const byeLimitMs = 2_500;
/** A sample that is so late is worth a line: the machine is overloaded, or was asleep. */
const lateMs = 5_000;

const eventLevels: Partial<Record<EventDraft["type"], LogLevel>> = {
  ac_power_loss: "warning",
  battery_voltage_low: "warning",
  battery_voltage_critical: "error",
  ups_fault: "error",
  temperature_high: "warning",
  shutdown_scheduled: "warning",
  shutdown_started: "warning",
};

export class Agent implements AgentControl {
  readonly #parts: AgentParts;
  readonly #link: HaLink | null;
  readonly #answers = new Map<string, (answer: Answer) => void>();
  readonly #ended = new AbortController();
  #state: CoreState = initialState;
  #requests = 0;
  #cancelWake: () => void = () => {};
  #poweringOff: Promise<void> | null = null;
  #stopEdges: () => void = () => {};

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#link = parts.createLink?.((command) => this.#remote(command)) ?? null;
  }

  /** Runs until `signal` aborts (its reason is the text of `agent_stopping`) or the simulated Pi is off. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, device, log, runStore } = this.#parts;
    const lastRun = runStore.lastRun();
    this.#feed({ type: "started", at: clock.now(), lastRun, counters: runStore.counters() });
    runStore.alive(clock.now().wallMs);
    this.#stopEdges = device.onAcEdge((acPresent) =>
      this.#feed({ type: "ac_edge", at: clock.now(), acPresent }),
    );
    const found = await device.start();
    if (found.ok) log.log("info", "The board answers.", { ...found.value.gauge });
    else log.log("error", found.message, { code: found.code });
    this.#link?.start();
    const stop = () => this.#ended.abort();
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    await Promise.all([this.#sampling(), this.#statusLines()]);
    signal.removeEventListener("abort", stop);
    await this.#close(signal);
  }

  status(): StatusReport {
    const { journal, facts } = this.#parts;
    const events = { lastSeq: journal.lastSeq(), unsent: this.#link === null ? 0 : journal.unsentCount() };
    return statusReport(this.snapshot(), facts, this.#link?.status() ?? { kind: "off" }, events);
  }

  snapshot(): Snapshot {
    return snapshot(this.#state, this.#parts.core, this.#parts.clock.now());
  }

  events(query: EventQuery): readonly UpsEvent[] {
    return this.#parts.journal.list(query);
  }

  requestShutdown(delayMs: number | null, text: string | null): Promise<Answer> {
    return this.#ask({ kind: "cli" }, delayMs, text);
  }

  cancelShutdown(): Promise<Answer> {
    return this.#askCancel({ kind: "cli" });
  }

  simulate(command: SimCommand): Promise<Answer> {
    const { simulate } = this.#parts;
    if (simulate !== null) return Promise.resolve(simulate(command));
    return Promise.resolve({
      accepted: false,
      code: "PI_UPS_NOT_SIMULATED",
      message: "This agent reads a real board; only a simulated one (board: sim:x1201) takes sim commands.",
    });
  }

  #ask(by: Requester, delayMs: number | null, text: string | null): Promise<Answer> {
    return this.#answered((requestId) =>
      this.#feed({ type: "shutdown_request", at: this.#parts.clock.now(), by, delayMs, text, requestId }),
    );
  }

  #askCancel(by: Requester): Promise<Answer> {
    return this.#answered((requestId) =>
      this.#feed({ type: "shutdown_cancel", at: this.#parts.clock.now(), by, requestId }),
    );
  }

  #answered(send: (requestId: string) => void): Promise<Answer> {
    this.#requests += 1;
    const requestId = `r${this.#requests}`;
    return new Promise((resolve) => {
      this.#answers.set(requestId, resolve);
      send(requestId);
    });
  }

  #remote(command: RemoteCommand): void {
    const by: Requester = { kind: "home_assistant", user: command.user };
    const answer =
      command.command === "shutdown" ? this.#ask(by, command.delayMs, command.text) : this.#askCancel(by);
    answer.then(
      (given) => this.#link?.answer(command.commandId, given),
      (error: unknown) => this.#parts.log.log("error", `A command was not answered: ${String(error)}`),
    );
  }

  #feed(input: CoreInput): void {
    const { core, clock } = this.#parts;
    this.#parts.onInput?.(input);
    const { state, effects } = step(this.#state, input, core);
    this.#state = state;
    // The edge leaves before the event is synced to disk: the event follows a few milliseconds later with its number.
    this.#link?.publish(toValues(snapshot(state, core, clock.now()), core.senses));
    for (const effect of effects) this.#carryOut(effect);
    this.#setWake();
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case "record":
        this.#record(effect.event);
        return;
      case "save_counters":
        this.#parts.runStore.saveCounters(effect.counters);
        return;
      case "answer": {
        const { requestId, accepted, code, message } = effect;
        this.#answers.get(requestId)?.({ accepted, code, message });
        this.#answers.delete(requestId);
        return;
      }
      case "power_off":
        this.#poweringOff = this.#powerOff(effect.reason, effect.text);
        return;
      default:
        effect satisfies never;
    }
  }

  #record(draft: EventDraft): void {
    const { journal, eventCopy, log } = this.#parts;
    const event = journal.append(draft);
    eventCopy(event);
    log.log(eventLevels[draft.type] ?? "notice", draft.message, { event: draft.type, seq: event.seq });
    this.#link?.eventsWaiting();
  }

  /** Every step has its limit: whatever hangs, the Pi still goes down. */
  async #powerOff(reason: ShutdownReason, text: string): Promise<void> {
    const { clock, host, log, runStore } = this.#parts;
    try {
      await this.#link?.bye({ reason: "shutdown", detail: reason, message: text }, byeLimitMs);
      runStore.ended({ kind: "shutdown", at: clock.now().wallMs, reason, text });
      await host.sync();
      await host.powerOff(reason, text);
      this.#feed({ type: "power_off_result", at: clock.now(), ok: true, message: "" });
      if (this.#parts.endAfterPowerOff) this.#ended.abort();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = error instanceof UpsError ? error.code : "PI_UPS_POWEROFF_FAILED";
      log.log("error", message, { code });
      this.#feed({ type: "power_off_result", at: clock.now(), ok: false, message });
    }
  }

  #setWake(): void {
    this.#cancelWake();
    this.#cancelWake = () => {};
    const due = nextWakeMonoMs(this.#state, this.#parts.core);
    if (due === null || this.#ended.signal.aborted) return;
    const { clock } = this.#parts;
    const inMs = Math.max(0, due - clock.now().monoMs);
    this.#cancelWake = clock.after(inMs, () => this.#feed({ type: "tick", at: clock.now() }));
  }

  /** One sample per interval, counted from the start, never two at once; what was missed is left out. */
  async #sampling(): Promise<void> {
    const { clock, core, device, log, runStore } = this.#parts;
    const { signal } = this.#ended;
    let due = clock.now().monoMs;
    while (!signal.aborted) {
      const sample = await device.sample();
      if (signal.aborted) return;
      this.#feed({ type: "sample", at: clock.now(), sample });
      runStore.alive(clock.now().wallMs);
      due += core.sampleIntervalMs;
      const behindMs = clock.now().monoMs - due;
      if (behindMs > lateMs) log.log("warning", `The last sample was ${Math.round(behindMs / 1000)} s late.`);
      if (behindMs > 0) due = clock.now().monoMs;
      await clock.sleep(Math.max(0, due - clock.now().monoMs), signal);
    }
  }

  async #statusLines(): Promise<void> {
    const { clock, journal, log, statusIntervalMs } = this.#parts;
    if (statusIntervalMs === 0) return;
    const { signal } = this.#ended;
    while (!signal.aborted) {
      await clock.sleep(statusIntervalMs, signal);
      if (signal.aborted) return;
      const unsent = this.#link === null ? 0 : journal.unsentCount();
      log.log("info", statusLine(this.snapshot(), this.#link?.status() ?? { kind: "off" }, unsent));
    }
  }

  async #close(signal: AbortSignal): Promise<void> {
    const { clock, device, runStore } = this.#parts;
    this.#stopEdges();
    this.#cancelWake();
    await this.#poweringOff;
    const goingDown = this.#state.shutdown.state.kind === "done";
    if (signal.aborted && !goingDown) {
      const reason = typeof signal.reason === "string" ? signal.reason : "asked to stop";
      this.#feed({ type: "stop", at: clock.now(), reason });
      const message = `The agent was stopped (${reason}).`;
      await this.#link?.bye({ reason: "stop", detail: null, message }, byeLimitMs);
      runStore.ended({ kind: "stopped", at: clock.now().wallMs, reason });
    }
    await this.#link?.stop();
    await device.stop();
  }

  /** The journal tells that it cannot be written, or can again. */
  journalTrouble(message: string | null): void {
    this.#feed({ type: "journal_trouble", at: this.#parts.clock.now(), message });
  }
}
