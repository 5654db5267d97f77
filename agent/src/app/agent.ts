// The agent's loop: sources give inputs, the core decides, this file carries out the effects. It decides nothing.
import type { SwitchName } from "../boards/board.ts";
import { type CoreState, initialState, nextWakeMonoMs, snapshot, step } from "../core/core.ts";
import type { CoreConfig, CoreInput } from "../core/engine.ts";
import type { BatteryMeasurement } from "../core/learned.ts";
import type { Requester, Sample, Snapshot } from "../core/model.ts";
import { isGoingDown } from "../core/shutdown.ts";
import { switchesOf } from "../drivers/controls.ts";
import type { UpsDevice, UpsStart } from "../drivers/ups-device.ts";
import { toValues } from "../ha/values.ts";
import type { AgentControl, SimCommand, StatusReport, SwitchCommand } from "../ports/control.ts";
import type { Answer, HaLink, RemoteCommand } from "../ports/ha-link.ts";
import type { Clock, EventJournal, EventQuery, Host, Log, RunStore } from "../ports/ports.ts";
import type { UpsEvent } from "../protocol/events.ts";
import type { ValueKey } from "../protocol/values.ts";
import { allowChargeAtEnd, endLeftPress } from "./left-behind.ts";
import { openOutageSinceMs } from "./open-outage.ts";
import { carryOut, type OutputParts } from "./outputs.ts";
import { type PowerOffOrder, powerOff, sayGoodbye } from "./power-off.ts";
import { Requests } from "./requests.ts";
import { failedSample, keepSampling } from "./sampling.ts";
import { type StatusFacts, statusLine, statusReport } from "./status.ts";
import { refusedNow, switchBoard } from "./switching.ts";

/** Everything that the agent works with; main.ts puts it together. */
export interface AgentParts {
  readonly core: CoreConfig;
  readonly facts: StatusFacts;
  /** What Home Assistant is told: all that this board on this Pi can give. */
  readonly values: readonly ValueKey[];
  readonly device: UpsDevice;
  readonly clock: Clock;
  readonly journal: EventJournal;
  readonly runStore: RunStore;
  /** A copy of each event for shells and log shippers. */
  readonly eventCopy: (event: UpsEvent) => void;
  /** Called after each sample: what waits for a disk that works again is written. */
  readonly upkeep: () => void;
  readonly log: Log;
  readonly host: Host;
  /** null: the agent runs alone. */
  readonly createLink: ((onCommand: (command: RemoteCommand) => void) => HaLink) | null;
  /** null on a real board. */
  readonly simulate: ((command: SimCommand) => Answer) | null;
  /** 0: no status lines. */
  readonly statusIntervalMs: number;
  /** True when the process itself has to end after the power-off (the simulated Pi); on a real one systemd ends it. */
  readonly endAfterPowerOff: boolean;
  /** Hears every input, for recordings that are replayed through the core. */
  readonly onInput?: (input: CoreInput) => void;
}

/** Longer than any board that answers needs; sampling goes on looking for one that does not. */
const startLimitMs = 3_000;

export class Agent implements AgentControl {
  readonly #parts: AgentParts;
  readonly #link: HaLink | null;
  readonly #requests: Requests;
  readonly #outputs: OutputParts;
  readonly #ended = new AbortController();
  #state: CoreState = initialState;
  #stopReason: string | null = null;
  #linkStarted = false;
  #poweringOff: Promise<void> | null = null;
  #cancelWake: () => void = () => {};
  /** What people asked of the board and has not ended; a press of its button takes seconds. */
  #switching: Promise<unknown> = Promise.resolve();

  /** The last order about charging, while the board has not obeyed or refused. */
  #chargeOrder: Promise<void> = Promise.resolve();

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#requests = new Requests(parts.clock, (input) => this.#feed(input));
    this.#link = parts.createLink?.((command) => this.#remote(command)) ?? null;
    this.#outputs = {
      ...parts,
      board: parts.core.board,
      link: this.#link,
      requests: this.#requests,
      feed: (input) => this.#feed(input),
      powerOff: (order) => {
        this.#poweringOff = this.#powerOff(order);
      },
      chargeOrdered: (carriedOut) => {
        this.#chargeOrder = carriedOut;
      },
    };
  }

  /** Runs until `stop`, until `signal` aborts (a text as its reason is the reason), or until the simulated Pi is off. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, device, journal, runStore } = this.#parts;
    const stop = () => this.stop(typeof signal.reason === "string" ? signal.reason : "asked to stop");
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    this.#feed({
      type: "started",
      at: clock.now(),
      lastRun: runStore.lastRun(),
      counters: runStore.counters(),
      openOutageSinceMs: openOutageSinceMs(journal),
      battery: runStore.battery(),
      chargeForbidden: runStore.chargeForbidden(),
    });
    runStore.alive(clock.now().wallMs);
    const stopEdges = device.onAcEdge((acPresent) =>
      this.#feed({ type: "ac_edge", at: clock.now(), acPresent }),
    );
    const stopButton = device.onButton((action) => this.#feed({ type: "button", at: clock.now(), action }));
    await this.#startDevice();
    await Promise.all([this.#sampling(), this.#statusLines()]);
    stopEdges();
    stopButton();
    signal.removeEventListener("abort", stop);
    await this.#close();
  }

  /** Lets `run` end cleanly. Idempotent: the first reason counts. */
  stop(reason: string): void {
    this.#stopReason ??= reason;
    this.#ended.abort();
  }

  /** True from the order to power off until it was carried out or failed. */
  get poweringOff(): boolean {
    return this.#poweringOff !== null;
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
    return this.#requests.shutdown({ kind: "cli" }, delayMs, text);
  }

  cancelShutdown(): Promise<Answer> {
    return this.#requests.cancel({ kind: "cli" });
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

  measurements(): readonly BatteryMeasurement[] {
    return this.#parts.runStore.measurements();
  }

  switches(): readonly SwitchName[] {
    return switchesOf(this.#parts.device.controls());
  }

  switchBoard(command: SwitchCommand): Promise<Answer> {
    const { core, device } = this.#parts;
    const stopping = this.#stopReason === null ? null : "stop";
    const refused = refusedNow(command, this.#goingDown() ? "power_off" : stopping, core);
    if (refused !== null) return Promise.resolve(refused);
    const answer = switchBoard(device.controls(), command, core.board, this.#parts);
    this.#switching = Promise.allSettled([this.#switching, answer]);
    return answer;
  }

  /** The journal tells that it cannot be written, or can again. */
  journalTrouble(message: string | null): void {
    this.#feed({ type: "journal_trouble", at: this.#parts.clock.now(), message });
  }

  #remote(command: RemoteCommand): void {
    const by: Requester = { kind: "home_assistant", user: command.user };
    const answer =
      command.command === "shutdown"
        ? this.#requests.shutdown(by, command.delayMs, command.text)
        : this.#requests.cancel(by);
    answer.then(
      (given) => this.#link?.answer(command.commandId, given),
      (error: unknown) => this.#parts.log.log("error", `A command was not answered: ${String(error)}`),
    );
  }

  #feed(input: CoreInput): void {
    const { core, clock, values } = this.#parts;
    this.#parts.onInput?.(input);
    const wasGoingDown = this.#goingDown();
    const { state, effects } = step(this.#state, input, core);
    this.#state = state;
    // The edge leaves before the event is synced to disk: the event follows a few milliseconds later with its number.
    this.#guarded(() => this.#link?.publish(toValues(snapshot(state, core, clock.now()), values)));
    for (const effect of effects) this.#guarded(() => carryOut(this.#outputs, effect));
    this.#setWake();
    // The power-off failed: Home Assistant, which was told goodbye, hears of the agent again.
    if (wasGoingDown && !this.#goingDown()) this.#guarded(() => this.#link?.start());
  }

  #goingDown(): boolean {
    return isGoingDown(this.#state.shutdown);
  }

  /** A fault in one output must not keep the others, least of all the power-off, from being carried out. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#parts.log.log("error", "An effect could not be carried out.", {
        code: "PI_UPS_INTERNAL",
        detail,
      });
    }
  }

  async #powerOff(order: PowerOffOrder): Promise<void> {
    const { clock, endAfterPowerOff } = this.#parts;
    const parts = { ...this.#parts, link: this.#link, chargeOrder: this.#chargeOrder };
    const result = await powerOff(parts, order);
    this.#poweringOff = null;
    this.#feed({ type: "power_off_result", at: clock.now(), ...result });
    if (result.ok && endAfterPowerOff) this.#ended.abort();
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

  async #startDevice(): Promise<void> {
    const { clock, device, log } = this.#parts;
    const done = new AbortController();
    this.#switching = Promise.allSettled([endLeftPress(this.#outputs)]);
    const starting = device.start().then((found) => {
      done.abort();
      if (found.ok) this.#found(found.value);
      else log.log("error", found.message, { code: found.code });
    });
    const limit = clock.sleep(startLimitMs, AbortSignal.any([done.signal, this.#ended.signal]));
    await Promise.race([starting, limit]);
  }

  #found({ chips }: UpsStart): void {
    for (const { chip, version, notes } of chips) {
      this.#parts.log.log("info", "The board answers.", {
        chip,
        version,
        ...(notes.length === 0 ? {} : { notes }),
      });
    }
  }

  #sampling(): Promise<void> {
    const { clock, core, device, log } = this.#parts;
    return keepSampling(
      {
        clock,
        log,
        intervalMs: core.sampleIntervalMs,
        look: () => device.sample(),
        failed: (failure) => failedSample(core.senses, failure),
        take: (sample) => this.#take(sample),
      },
      this.#ended.signal,
    );
  }

  #take(sample: Sample): void {
    const { clock, runStore, upkeep } = this.#parts;
    this.#feed({ type: "sample", at: clock.now(), sample });
    this.#guarded(() => {
      // The book already says how this run ends.
      if (!this.#goingDown()) runStore.alive(clock.now().wallMs);
      upkeep();
    });
    if (this.#linkStarted) return;
    // Only now: the first state that Home Assistant gets has figures in it.
    this.#linkStarted = true;
    this.#link?.start();
  }

  async #statusLines(): Promise<void> {
    const { clock, log, statusIntervalMs } = this.#parts;
    if (statusIntervalMs === 0) return;
    const { signal } = this.#ended;
    while (!signal.aborted) {
      await clock.sleep(statusIntervalMs, signal);
      if (signal.aborted) return;
      const { unsent } = this.status().events;
      log.log("info", statusLine(this.snapshot(), this.#link?.status() ?? { kind: "off" }, unsent));
    }
  }

  async #close(): Promise<void> {
    const { clock, device, runStore } = this.#parts;
    this.#cancelWake();
    await this.#poweringOff;
    if (this.#stopReason !== null && !this.#goingDown()) {
      const reason = this.#stopReason;
      this.#feed({ type: "stop", at: clock.now(), reason });
      const message = `The agent was stopped (${reason}).`;
      await sayGoodbye({ ...this.#parts, link: this.#link }, { reason: "stop", detail: null, message });
      runStore.ended({ kind: "stopped", at: clock.now().wallMs, reason });
    }
    this.#requests.end();
    // Whatever fails here, the pins are given back.
    const { told } = this.#state.chargeWindow;
    await Promise.allSettled([this.#link?.stop(), allowChargeAtEnd(this.#outputs, told)]);
    await device.stop();
    await this.#switching;
  }
}
