// What this agent can tell: the board's own senses, what the Pi adds to them, and what a limit of the configuration makes
// of both. Decided once, at start: Home Assistant makes its entities from it.
import type { Board } from "../boards/board.ts";
import { watchesCurrent } from "../boards/derive.ts";
import type { OutputLimits } from "../core/engine.ts";
import type { Sense } from "../core/model.ts";
import { valuesFor } from "../ha/capabilities.ts";
import { type PiSignals, type Thermometer, thermometerMissing } from "../ports/ports.ts";
import type { ValueKey } from "../protocol/values.ts";

export interface Sensed {
  readonly senses: ReadonlySet<Sense>;
  /** The values that these senses give, in the order of the protocol. */
  readonly values: readonly ValueKey[];
}

/** What the Pi knows itself. */
export interface PiPorts {
  readonly thermometer: Thermometer;
  readonly piSignals: Pick<PiSignals, "read">;
}

/** A source that is there and fails at this moment counts: its values are unknown until it answers. */
export async function sensedBy(board: Board, output: OutputLimits, pi: PiPorts): Promise<Sensed> {
  const senses = new Set<Sense>(board.senses);
  const [temperature, { railMv, underVoltage }] = await Promise.all([
    pi.thermometer.readC(),
    pi.piSignals.read(),
  ]);
  if (temperature.ok || temperature.code !== thermometerMissing) senses.add("temperature");
  // A board that tells about its output measures the voltage; the Pi's flag alone is no voltage.
  const railMeasured = senses.has("dc_out") || railMv !== undefined;
  if (railMv !== undefined || underVoltage !== undefined) senses.add("dc_out");
  if (watchesCurrent(board, output)) senses.add("overcurrent");
  return { senses, values: valuesFor(senses, railMeasured) };
}
