// The 5 V rail at the Pi: lost when it sags below a limit or the Pi's firmware says so, restored when both are over.
// The under-voltage detector trips at 4.63 ± 0.07 V on the Pi 3 to 4 (Raspberry Pi documentation, "Under-voltage");
// 4.75 V is the lower end of USB's 5 V ± 5 %, so the limit warns before the detector does.
import type { OutputLimits } from "./engine.ts";
import type { Sample } from "./model.ts";
import { type Note, note, round } from "./note.ts";

export interface RailState {
  /** null before anything was known. */
  readonly ok: boolean | null;
  /** The last possible voltage; null where nothing measures it. */
  readonly railMv: number | null;
  /** Samples in a row that would change `ok`. */
  readonly held: number;
}

export const initialRail: RailState = { ok: null, railMv: null, held: 0 };

/** A Pi that runs has at least 3.5 V, and no converter of a HAT gives 6: anything else is a misread register. */
const possibleMv = { min: 3500, max: 6000 } as const;

type Seen = Pick<Sample, "railMv" | "underVoltage">;

function possible(railMv: Sample["railMv"]): number | null {
  if (railMv?.ok !== true) return null;
  const { value } = railMv;
  return value >= possibleMv.min && value <= possibleMv.max ? value : null;
}

/** Whether the rail is good by this sample; null: it does not say. */
function judged(seen: Seen, mv: number | null, limits: OutputLimits, was: boolean | null): boolean | null {
  const flag = seen.underVoltage?.ok === true ? seen.underVoltage.value : null;
  if (flag === true || (mv !== null && mv < limits.railLowMv)) return false;
  if (mv === null && flag === null) return null;
  // Between the limits nothing changes; at first that counts as good.
  if (mv !== null && mv < limits.railNormalMv) return was ?? true;
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

/** Takes what one sample says; failed and impossible reads prove nothing. */
export function takeRail(
  state: RailState,
  seen: Seen,
  limits: OutputLimits,
  holdSamples: number,
): { readonly state: RailState; readonly notes: readonly Note[] } {
  const mv = possible(seen.railMv);
  const good = judged(seen, mv, limits, state.ok);
  const railMv = mv ?? state.railMv;
  if (good === null) return { state, notes: [] };
  if (good === state.ok) return { state: { ...state, railMv, held: 0 }, notes: [] };
  if (state.ok === null && good) return { state: { ok: true, railMv, held: 0 }, notes: [] };
  const held = state.held + 1;
  if (held < holdSamples) return { state: { ...state, railMv, held }, notes: [] };
  return { state: { ok: good, railMv, held: 0 }, notes: [good ? restoredNote(mv) : lostNote(mv, limits)] };
}
