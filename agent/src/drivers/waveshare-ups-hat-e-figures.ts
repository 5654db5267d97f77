// What the UPS HAT (E) knows beyond the common figures: its cells, its input, and its gauge's own estimates. They are shown
// to people; what comes from a chip that does not answer the controller is left out.
import type { BoardFigure, Result } from "../core/model.ts";
import type { HatEBattery, HatEHead, HatEInput } from "./waveshare-ups-hat-e-map.ts";

interface Believed {
  readonly head: HatEHead;
  readonly battery: HatEBattery;
  readonly cellsMv: readonly number[];
  /** Refused: the battery's block and the cells are not to be shown. */
  readonly reading: Result<unknown>;
}

/** More than USB PD gives, mV: the block was misread. */
const highestInputMv = 25_000;

function batteryFigures({ battery, cellsMv }: Believed): readonly BoardFigure[] {
  const { remainingMah, minutesToEmpty, minutesToFull } = battery;
  const estimate = (name: string, minutes: number | null): readonly BoardFigure[] =>
    minutes === null ? [] : [{ name, value: minutes, unit: "min" }];
  return [
    ...cellsMv.map((mv, index) => ({ name: `cell_${index + 1}`, value: mv / 1000, unit: "V" }) as const),
    { name: "remaining", value: remainingMah, unit: "mAh" },
    ...estimate("time_to_empty", minutesToEmpty),
    ...estimate("time_to_full", minutesToFull),
  ];
}

/** The figures of a believed look; `input` is null where its block could not be read. */
export function hatEFigures(look: Believed, input: HatEInput | null): readonly BoardFigure[] {
  const battery = look.reading.ok ? batteryFigures(look) : [];
  if (!look.head.chargerLink || input === null || input.mv > highestInputMv) return battery;
  return [
    { name: "input_voltage", value: input.mv / 1000, unit: "V" },
    { name: "input_current", value: input.ma / 1000, unit: "A" },
    { name: "input_power", value: input.mw / 1000, unit: "W" },
    ...battery,
  ];
}
