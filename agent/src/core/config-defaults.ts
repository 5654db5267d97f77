// The default limits and times, in one place, each with the reason for its value. The configuration schema imports them.
import type { Debounce, ShutdownPolicy, Thresholds } from "./engine.ts";

/**
 * Percent and voltage are both watched because a gauge lies low when nearly empty and a voltage sags under load:
 * whichever is worse counts. 3.20 V is the vendor's own cut-off for X120x (suptronics/x120x: bat.py); below 3.0 V cells
 * are damaged (mor-lock/x120x-dkms: docs/incidents.md), and the board has no cut-off of its own.
 */
export const defaultThresholds: Thresholds = {
  lowPct: 20,
  lowCellMv: 3400,
  criticalPct: 10,
  criticalCellMv: 3200,
  recoveredPctAbove: 5,
  recoveredCellMvAbove: 150,
  holdSamples: 3,
  /** The Pi throttles from 80 °C on; 65 °C leaves time to look. */
  temperatureHighC: 65,
  temperatureNormalC: 60,
  faultAfterFailures: 5,
};

/** A pin that flaps with the load of a weak supply must not make outages (buyapi/ups issue 4). */
export const defaultDebounce: Debounce = { acLostMs: 1_000, acRestoredMs: 5_000 };

export const defaultShutdown: ShutdownPolicy = { graceMs: 30_000, allowRemote: true };
