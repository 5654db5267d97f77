// One step in the making: the state so far and the effects so far, while the parts of the core take their turns.
// It lives for one step only, so the core stays a function.
import { dueToSave } from "./counters.ts";
import type { CoreConfig, Effect } from "./engine.ts";
import { type FaultCode, setFault } from "./faults.ts";
import type { GaugeReading, Instant } from "./model.ts";
import type { Note } from "./note.ts";
import type { ShutdownStep } from "./shutdown.ts";
import type { Verdict } from "./shutdown-requests.ts";
import type { CoreState } from "./state.ts";

export class Turn {
  state: CoreState;
  readonly effects: Effect[] = [];
  readonly at: Instant;
  readonly config: CoreConfig;
  /** The sample of this step says itself whether the battery charges. */
  chargingSaid = false;

  constructor(state: CoreState, at: Instant, config: CoreConfig) {
    this.state = state;
    this.at = at;
    this.config = config;
  }

  /** The last believed reading, fresh or kept. */
  get reading(): GaugeReading | null {
    return this.state.gauge.good?.reading ?? null;
  }

  change(part: Partial<CoreState>): void {
    this.state = { ...this.state, ...part };
  }

  /** Notes become events: with an id and the time of this step. */
  record(notes: readonly Note[]): void {
    for (const one of notes) {
      const recorded = this.state.recorded + 1;
      const id = `${this.config.bootId}-${recorded}`;
      this.effects.push({ type: "record", event: { id, at: this.at, ...one } });
      this.change({ recorded });
    }
  }

  /** Makes a fault present, or absent with null. */
  fault(code: FaultCode, message: string | null): void {
    const { faults, notes } = setFault(this.state.faults, code, message, this.at);
    this.change({ faults });
    this.record(notes);
  }

  /** Ends a fault with a sentence of its own. */
  endFault(code: FaultCode, message: string): void {
    const { faults, notes } = setFault(this.state.faults, code, null, this.at);
    this.change({ faults });
    this.record(notes.map((one) => ({ ...one, message })));
  }

  shutdown({ part, notes }: ShutdownStep): void {
    this.change({ shutdown: part });
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
