// The 5 V rail at the Pi: lost when it sags below a limit or the Pi's firmware says so, restored when both are over.
// The under-voltage detector trips at 4.63 ± 0.07 V on the Pi 3 to 4 (Raspberry Pi documentation, "Under-voltage");
// 4.75 V is the lower end of USB's 5 V ± 5 %, so the limit warns before the detector does.
import type { OutputLimits, Thresholds } from "./engine.ts";
import type { Sample } from "./model.ts";
import { type Note, note, round } from "./note.ts";

export interface RailState {
  /** null before anything was known, and when nothing has told for too long. */
  readonly ok: boolean | null;
  /** The loss was told and its end was not yet: outlives the silence of the sources, so that the events alternate. */
  readonly lost: boolean;
  /** The last possible voltage; null where nothing measures it, and when too many reads failed. */
  readonly railMv: number | null;
  /** Samples in a row that would change `lost`. */
  readonly held: number;
  /** Samples in a row that did not tell whether the rail is good. */
  readonly silent: number;
  /** Samples in a row without a possible voltage. */
  readonly unmeasured: number;
}

export const initialRail: RailState = {
  ok: null,
  lost: false,
  railMv: null,
  held: 0,
  silent: 0,
  unmeasured: 0,
};

/** A Pi that runs has at least 3.5 V, and no converter of a HAT gives 6: anything else is a misread register. */
const possibleMv = { min: 3500, max: 6000 } as const;

type Seen = Pick<Sample, "railMv" | "underVoltage">;
type Holds = Pick<Thresholds, "holdSamples" | "faultAfterFailures">;

function possible(railMv: Sample["railMv"]): number | null {
  if (railMv?.ok !== true) return null;
  const { value } = railMv;
  return value >= possibleMv.min && value <= possibleMv.max ? value : null;
}

/** Whether the rail is good by this sample; null: it does not say. */
function judged(seen: Seen, mv: number | null, limits: OutputLimits, lost: boolean): boolean | null {
  const flag = seen.underVoltage?.ok === true ? seen.underVoltage.value : null;
  if (flag === true || (mv !== null && mv < limits.railLowMv)) return false;
  if (mv === null && flag === null) return null;
  // Between the limits nothing changes; at first that counts as good.
  if (mv !== null && mv < limits.railNormalMv) return !lost;
  return true;
}

function lostNote(mv: number | null, limits: OutputLimits): Note {
  const low = mv !== null && mv < limits.railLowMv;
  const limitV = round(limits.railLowMv / 1000, 2);
  if (low) {
    const volts = round(mv / 1000, 2);
    const message = `5 V output too low: ${volts} V, limit ${limitV} V. Check the HAT's converter, the load and the contacts.`;
    return note("dc_out_loss", message, { value: volts, threshold: limitV, unit: "V" });
  }
  const message =
    "The Pi says that its supply is too low. Check the HAT's converter, the load and the contacts.";
  return note("dc_out_loss", message, { value: "under_voltage", threshold: null, unit: null });
}

function restoredNote(mv: number | null): Note {
  if (mv === null) return note("dc_out_restored", "The Pi's supply is good again.", {});
  const volts = round(mv / 1000, 2);
  return note("dc_out_restored", `5 V output good again: ${volts} V.`, { value: volts, unit: "V" });
}

/** The last voltage is kept for some failed reads: an old one is not shown as a present one. */
function measured(state: RailState, mv: number | null, { faultAfterFailures }: Holds): RailState {
  if (mv !== null) return { ...state, railMv: mv, unmeasured: 0 };
  const unmeasured = state.unmeasured + 1;
  return { ...state, railMv: unmeasured >= faultAfterFailures ? null : state.railMv, unmeasured };
}

/** Takes what one sample says; failed and impossible reads prove nothing, and too many in a row are "unknown". */
export function takeRail(
  before: RailState,
  seen: Seen,
  limits: OutputLimits,
  holds: Holds,
): { readonly state: RailState; readonly notes: readonly Note[] } {
  const mv = possible(seen.railMv);
  const good = judged(seen, mv, limits, before.lost);
  const state = measured(before, mv, holds);
  if (good === null) {
    const silent = state.silent + 1;
    if (silent < holds.faultAfterFailures) return { state: { ...state, silent }, notes: [] };
    return { state: { ...state, ok: null, held: 0, silent }, notes: [] };
  }
  if (good !== state.lost) return { state: { ...state, ok: good, held: 0, silent: 0 }, notes: [] };
  const held = state.held + 1;
  if (held < holds.holdSamples) return { state: { ...state, held, silent: 0 }, notes: [] };
  return {
    state: { ...state, ok: good, lost: !good, held: 0, silent: 0 },
    notes: [good ? restoredNote(mv) : lostNote(mv, limits)],
  };
}
