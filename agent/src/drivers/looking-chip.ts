// What gauges and controllers of the simpler kind have in common: one look gives everything, two looks that agree show
// that the chip is there, and a steady reader stands between a look and the sample.
import type { ChipKind } from "../boards/board.ts";
import { hexByte } from "../boards/hex.ts";
import type { RawReading, ReadFailure, Result } from "../core/model.ts";
import type { Clock } from "../ports/ports.ts";
import type { ChipDriver, ChipIdentity, ChipSample } from "./chip.ts";
import { disturbedBus, notThisChip } from "./chip-failures.ts";
import type { Controls } from "./controls.ts";
import { agreeCellMv, agreeChargePct, createSteady } from "./steady.ts";

/** Everything that one look at a chip found. */
export interface CellLook {
  readonly reading: RawReading;
}

export interface LookingChipParts<L extends CellLook> {
  readonly chip: ChipKind;
  /** For the sentences: `CW2015`. */
  readonly name: string;
  readonly address: number;
  readonly clock: Clock;
  /** Whether it is this chip at all. Reads only. */
  identify(): Promise<Result<Pick<ChipIdentity, "version" | "notes">>>;
  /** One look; a look that no such chip gives is a failure. Reads only, unless reading itself needs a write. */
  look(): Promise<Result<L>>;
  /** What beside the cell must agree between two looks. */
  agree?(a: L, b: L): boolean;
  sample(look: L): ChipSample;
  failed(failure: ReadFailure): ChipSample;
  /** Told of each believed look; for what is news between two of them. */
  believed?(look: L): void;
  /**
   * A look that never writes, for probes. Absent: `look` is one; null: there is none, and `identify` alone finds the
   * chip.
   */
  readonly lookOnly?: (() => Promise<Result<L>>) | null;
  /** What a believed read leaves to be done, such as taking a press from the chip. Never after a probe. */
  afterRead?(): Promise<void>;
  /** As in `drivers/steady.ts`. */
  readonly confirmingLooks?: number;
  readonly controls?: Controls;
}

function show({ cellMv, chargePct }: RawReading): string {
  const percent = chargePct === undefined ? "" : `, ${chargePct.toFixed(1)} %`;
  return `${Math.round(cellMv)} mV${percent}`;
}

/** Two readings of the same cells some milliseconds apart. */
export function cellsAgree(a: RawReading, b: RawReading): boolean {
  const chargeAgrees =
    a.chargePct === undefined || b.chargePct === undefined
      ? a.chargePct === b.chargePct
      : Math.abs(a.chargePct - b.chargePct) <= agreeChargePct;
  return chargeAgrees && Math.abs(a.cellMv - b.cellMv) <= agreeCellMv;
}

/**
 * The driver around looks. Does no I/O before `probe` or `read`. Codes besides those of `identify` and `look`:
 * `PI_UPS_GAUGE_NOT_FOUND` from `probe`, `PI_UPS_GAUGE_UNSTABLE` from `read`.
 */
export function createLookingChip<L extends CellLook>(parts: LookingChipParts<L>): ChipDriver {
  const { chip, name, address, clock } = parts;
  const agree = (a: L, b: L) => cellsAgree(a.reading, b.reading) && (parts.agree?.(a, b) ?? true);
  const steady = createSteady<L>({
    look: () => parts.look(),
    agree,
    ...(parts.confirmingLooks === undefined ? {} : { confirmingLooks: parts.confirmingLooks }),
    unstable: (looks, last) => ({
      ok: false,
      code: "PI_UPS_GAUGE_UNSTABLE",
      message: `${looks} looks at the ${name} at ${hexByte(address)} in a row disagree (last: ${show(last.reading)}). ${disturbedBus}`,
    }),
  });

  const keep = (look: L) => {
    steady.keep(look);
    parts.believed?.(look);
  };

  async function twoLooks(look: () => Promise<Result<L>>): Promise<ReadFailure | null> {
    const first = await look();
    if (!first.ok) return first;
    await clock.sleep(5);
    const second = await look();
    if (!second.ok) return second;
    if (agree(first.value, second.value)) {
      keep(second.value);
      return null;
    }
    return notThisChip(
      `The device at ${hexByte(address)} does not behave like a ${name} with a battery: two looks gave ${show(first.value.reading)} and ${show(second.value.reading)}; expected are equal figures. Check the board in the configuration and the battery.`,
    );
  }

  const lookOnly = parts.lookOnly === undefined ? () => parts.look() : parts.lookOnly;

  return {
    async probe() {
      const identity = await parts.identify();
      if (!identity.ok) return identity;
      const strange = lookOnly === null ? null : await twoLooks(lookOnly);
      return strange ?? { ok: true, value: { chip, ...identity.value } };
    },
    async read() {
      const look = await steady.read();
      if (!look.ok) return parts.failed(look);
      const sample = parts.sample(look.value);
      parts.believed?.(look.value);
      await parts.afterRead?.();
      return sample;
    },
    failed: (failure) => parts.failed(failure),
    ...(parts.controls === undefined ? {} : { controls: parts.controls }),
  };
}
