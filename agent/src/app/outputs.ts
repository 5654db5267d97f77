// Carries out what the core decided, one effect after the other. It decides nothing; what an effect comes to is told to
// the core as its next input.
import type { Board } from "../boards/board.ts";
import type { CoreInput, Effect } from "../core/engine.ts";
import type { EventDraft } from "../core/model.ts";
import type { UpsDevice } from "../drivers/ups-device.ts";
import type { HaLink } from "../ports/ha-link.ts";
import type { Clock, EventJournal, Log, RunStore } from "../ports/ports.ts";
import type { UpsEvent } from "../protocol/events.ts";
import { eventLevel } from "./event-levels.ts";
import type { PowerOffOrder } from "./power-off.ts";
import type { Requests } from "./requests.ts";
import { switchBoard } from "./switching.ts";

export interface OutputParts {
  readonly clock: Clock;
  readonly device: UpsDevice;
  readonly board: Board;
  readonly journal: EventJournal;
  readonly runStore: RunStore;
  readonly eventCopy: (event: UpsEvent) => void;
  readonly log: Log;
  readonly link: HaLink | null;
  readonly requests: Requests;
  readonly feed: (input: CoreInput) => void;
  readonly powerOff: (order: PowerOffOrder) => void;
  /** Hears of each order about charging; `carriedOut` resolves when the board has obeyed or refused, never rejects. */
  readonly chargeOrdered: (carriedOut: Promise<void>) => void;
}

function record({ journal, eventCopy, log, link }: OutputParts, draft: EventDraft): void {
  const event = journal.append(draft);
  eventCopy(event);
  log.log(eventLevel(draft.type), draft.message, { event: draft.type, seq: event.seq });
  link?.eventsWaiting();
}

function allowCharge(parts: OutputParts, on: boolean): void {
  const { clock, device, board, log, feed, chargeOrdered } = parts;
  const carriedOut = switchBoard(device.controls(), { kind: "allow_charge", on }, board, parts).then(
    ({ accepted: ok, message }) => feed({ type: "charge_control_result", at: clock.now(), ok, message }),
    (error: unknown) => log.log("error", `Charging was not switched: ${String(error)}`),
  );
  chargeOrdered(carriedOut);
}

/** Carries out one effect. Throws what its output throws. */
export function carryOut(parts: OutputParts, effect: Effect): void {
  switch (effect.type) {
    case "record":
      record(parts, effect.event);
      return;
    case "save_counters":
      parts.runStore.saveCounters(effect.counters);
      return;
    case "save_battery":
      parts.runStore.saveBattery(effect.battery);
      return;
    case "save_measurement":
      parts.runStore.addMeasurement(effect.measurement);
      return;
    case "answer": {
      const { requestId, accepted, code, message } = effect;
      parts.requests.give(requestId, { accepted, code, message });
      return;
    }
    case "allow_charge":
      allowCharge(parts, effect.allowed);
      return;
    case "power_off":
      parts.powerOff(effect);
      return;
    default:
      effect satisfies never;
  }
}
