// The way down, in order: what happened is on the disk already, Home Assistant hears why while the board takes its last
// order about charging, the run is closed in the books, the disk is synced, the machine gets its order. Whatever hangs,
// the next step comes.
import type { PowerOffMode, ShutdownReason } from "../core/model.ts";
import { UpsError } from "../core/ups-error.ts";
import type { HaLink } from "../ports/ha-link.ts";
import type { Clock, Host, Log, RunStore } from "../ports/ports.ts";

export interface PowerOffParts {
  readonly clock: Clock;
  readonly host: Host;
  readonly link: HaLink | null;
  readonly log: Log;
  readonly runStore: RunStore;
  /** Resolves when the board has taken its last order about charging: a register outlives the power-off. */
  readonly chargeOrder: Promise<void>;
}

export interface PowerOffOrder {
  readonly mode: PowerOffMode;
  readonly reason: ShutdownReason;
  /** The reason in a sentence. */
  readonly text: string;
}

/** `message` is empty when `ok`. */
export interface PowerOffResult {
  readonly ok: boolean;
  readonly message: string;
}

/** How long goodbyes may take: neither a shutdown nor a stop waits longer for Home Assistant. */
export const byeLimitMs = 2_000;
/** Longer than a transfer that the drivers give up, and no longer than a goodbye. */
const chargeLimitMs = 2_000;
/** The host limits itself; this is for one that does not. */
const syncLimitMs = 8_000;
const orderLimitMs = 15_000;

/** Runs a step for at most `ms`; what it threw is the result, null when it went well. Never rejects. */
async function limited(clock: Clock, ms: number, step: () => Promise<void>): Promise<unknown> {
  let cancel = () => {};
  const tooLong = new Promise<unknown>((resolve) => {
    cancel = clock.after(ms, () => resolve(new Error(`it took longer than ${ms / 1000} s`)));
  });
  const done = (async () => step())().then(
    () => null,
    (error: unknown) => error ?? new Error("it failed"),
  );
  const result = await Promise.race([done, tooLong]);
  cancel();
  return result;
}

/** Tells Home Assistant, within `byeLimitMs`; trouble is only logged. */
export async function sayGoodbye(
  { clock, link, log }: Pick<PowerOffParts, "clock" | "link" | "log">,
  goodbye: Parameters<HaLink["bye"]>[0],
): Promise<void> {
  if (link === null) return;
  const trouble = await limited(clock, byeLimitMs + 250, () => link.bye(goodbye, byeLimitMs));
  if (trouble !== null) log.log("warning", `The goodbye to Home Assistant failed: ${String(trouble)}`);
}

/** Carries out the order. Never rejects. */
export async function powerOff(parts: PowerOffParts, order: PowerOffOrder): Promise<PowerOffResult> {
  const { chargeOrder, clock, host, log, runStore } = parts;
  const { reason, text } = order;
  const [late] = await Promise.all([
    limited(clock, chargeLimitMs, () => chargeOrder),
    sayGoodbye(parts, { reason: "shutdown", detail: reason, message: text }),
  ]);
  if (late !== null)
    log.log("warning", `The board has not taken its last order about charging: ${String(late)}`);
  try {
    runStore.ended({ kind: "shutdown", at: clock.now().wallMs, reason, text });
  } catch (error) {
    log.log("error", `How this run ends could not be written: ${String(error)}`);
  }
  const unsynced = await limited(clock, syncLimitMs, () => host.sync());
  if (unsynced !== null) log.log("warning", `The disks could not be synced: ${String(unsynced)}`);
  const refused = await limited(clock, orderLimitMs, () =>
    order.mode === "reboot" ? host.reboot(reason, text) : host.powerOff(reason, text),
  );
  if (refused === null) return { ok: true, message: "" };
  const message = refused instanceof Error ? refused.message : String(refused);
  const code = refused instanceof UpsError ? refused.code : "PI_UPS_POWEROFF_FAILED";
  log.log("error", `The power-off failed: ${message}`, { code });
  return { ok: false, message };
}
