// The default limits and times, in one place, each with the reason for its value. The configuration schema imports them.
import type { Chemistry } from "../boards/board.ts";
import type { Debounce, OutputLimits, ShutdownPolicy, Thresholds } from "./engine.ts";

/**
 * Percent and voltage are both watched because a gauge lies low when nearly empty and a voltage sags under load:
 * whichever is worse counts.
 */
export const defaultThresholds: Thresholds = {
  /** Two 18650 cells at 5 W reach the critical limit some 25 minutes later: time for a person to act. */
  lowPct: 20,
  /** Lowest of the board's own "low" band (suptronics/x120x: merged.py: 3.40-3.55 V low, below critical). */
  lowCellMv: 3400,
  /** On an X1206 at 5 W 10 % came 66 minutes before the gauge's 0 % (mor-lock/x120x-dkms: docs/battery-profiles.md). */
  criticalPct: 10,
  /**
   * The vendor's own cut-off for X120x (suptronics/x120x: bat.py). Below 3.0 V cells are damaged, and the board has no
   * cut-off of its own: one pack ran down to 2.54 V (mor-lock/x120x-dkms: docs/incidents.md 1).
   */
  criticalCellMv: 3200,
  /** Wider than what a gauge moves when a load ends, so that low and recovered do not chase each other. */
  recoveredPctAbove: 5,
  /** An AC edge or load step moves a cell by 50-200 mV; less would be recovered by unplugging a USB stick. */
  recoveredCellMvAbove: 150,
  /** One disturbed read must not count, and two can come from one disturbance; three are three seconds. */
  holdSamples: 3,
  /** The Pi throttles from 80 °C on; 65 °C leaves time to look. */
  temperatureHighC: 65,
  /** Five degrees of hysteresis: a fan that starts and stops moves the processor by less. */
  temperatureNormalC: 60,
  /** x120x-dkms gives a gauge up after five errors as well; a bus that recovers does so within two or three. */
  faultAfterFailures: 5,
};

type VoltageLimits = Pick<Thresholds, "lowCellMv" | "criticalCellMv" | "recoveredCellMvAbove">;

/**
 * The voltage limits of a chemistry. A LiFePO4 cell rests at 3.24 V when half full and falls off below 3.1 V; the boards
 * that carry one ask for a shutdown at 2.95 V and cut the power at 2.85 V (xorbit/LiFePO4wered-Pi issue 45, VBAT_SHDN and
 * VBAT_MIN), so the agent has to be earlier.
 */
export const voltageLimits: Readonly<Record<Chemistry, VoltageLimits>> = {
  li_ion: {
    lowCellMv: defaultThresholds.lowCellMv,
    criticalCellMv: defaultThresholds.criticalCellMv,
    recoveredCellMvAbove: defaultThresholds.recoveredCellMvAbove,
  },
  lifepo4: { lowCellMv: 3100, criticalCellMv: 3000, recoveredCellMvAbove: 100 },
};

/**
 * A pin that flaps with the load of a weak supply must not make outages (buyapi/ups issue 4). A loss is believed sooner
 * than a return, because a return that does not last would cancel a shutdown that is needed.
 */
export const defaultDebounce: Debounce = { acLostMs: 1_000, acRestoredMs: 5_000 };

/** Half a minute is enough to press Cancel on the card, and nothing to a pack that has 10 % left. */
export const defaultShutdown: ShutdownPolicy = { graceMs: 30_000, allowRemote: true };

/** The lower end of USB's 5 V ± 5 %, and a tenth of a volt above it. Limits of current are the board's business. */
export const defaultOutput: OutputLimits = {
  railLowMv: 4750,
  railNormalMv: 4850,
  batteryMa: null,
  outputMa: null,
};
