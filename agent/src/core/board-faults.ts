// Trouble that the board itself reports, as UPS faults with codes of their own: there at once, gone after some looks
// without it. A look that failed says nothing.
import type { BoardFault, Result } from "./model.ts";

/** Looks in a row without each fault that is present, by its kind. */
export type BoardFaultState = Readonly<Record<string, number>>;

export const initialBoardFaults: BoardFaultState = {};

export type BoardFaultCode = `PI_UPS_BOARD_${string}`;

/** `charge_timeout` becomes `PI_UPS_BOARD_CHARGE_TIMEOUT`. */
export function boardFaultCode(kind: string): BoardFaultCode {
  return `PI_UPS_BOARD_${kind.toUpperCase()}`;
}

interface FaultChange {
  readonly code: BoardFaultCode;
  /** null: it is over. */
  readonly message: string | null;
}

/** Takes one look; the changes are for `Turn.fault`. */
export function takeBoardFaults(
  state: BoardFaultState,
  read: Result<readonly BoardFault[]>,
  holdSamples: number,
): { readonly state: BoardFaultState; readonly changes: readonly FaultChange[] } {
  if (!read.ok) return { state, changes: [] };
  const changes: FaultChange[] = [];
  const next: Record<string, number> = {};
  for (const { kind, message } of read.value) {
    next[kind] = 0;
    changes.push({ code: boardFaultCode(kind), message });
  }
  for (const [kind, absent] of Object.entries(state)) {
    if (kind in next) continue;
    if (absent + 1 < holdSamples) next[kind] = absent + 1;
    else changes.push({ code: boardFaultCode(kind), message: null });
  }
  return { state: next, changes };
}
