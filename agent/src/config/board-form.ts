// How a board is written in YAML: the same form as the built-in boards, with the keys in snake_case. What follows from the
// parts (senses, switches) may be left out.
import * as v from "valibot";
import { type Board, chemistries, confidences, switches } from "../boards/board.ts";
import { plainChips } from "../boards/chip-use.ts";
import { sensesOf, switchesOfBoard } from "../boards/derive.ts";
import { senses } from "../core/model.ts";
import { camelKeys, snakeKeys } from "./key-style.ts";

/** A mapping whose keys are all known; its message carries them, for the sentence about an unknown one. */
function group<const E extends v.ObjectEntries>(entries: E) {
  return v.strictObject(entries, Object.keys(entries).join(", "));
}

/** A number with a range, both ends included, and how the range is written for people. */
function number(lowest: number, highest: number, expected: string, isWhole = false) {
  const fits = (value: number) =>
    value >= lowest && value <= highest && (!isWhole || Number.isInteger(value));
  return v.pipe(v.number(expected), v.check(fits, expected));
}

function whole(lowest: number, highest: number) {
  return number(lowest, highest, `a whole number from ${lowest} to ${highest}`, true);
}

const text = v.pipe(
  v.string(),
  v.check((value) => value !== "" && value.length <= 500, "a text of 1 to 500 characters"),
);
const texts = v.optional(v.array(text), []);
/** Outside of it addresses are reserved: I2C specification, section 3.1.12. */
const address = number(0x08, 0x77, "a 7-bit address from 0x08 to 0x77", true);
/** GPIO2 and 3 are the I2C bus itself. */
const bcm = number(4, 27, "a GPIO number (BCM) from 4 to 27", true);
const milliamps = number(-30_000, 30_000, "a current in mA from -30000 to 30000");
const limit = v.nullable(number(1, 30_000, "a current in mA from 1 to 30000"));

const trueWhen = v.picklist(["high", "low"]);
const input = {
  bcm,
  true_when: trueWhen,
  bias: v.optional(v.picklist(["pull_up", "pull_down", "none"]), "none"),
};
const output = { bcm, true_when: trueWhen };

const chip = v.variant("chip", [
  group({ chip: v.picklist(plainChips), address }),
  group({
    chip: v.literal("ina219"),
    address,
    access: v.optional(v.picklist(["i2c", "hwmon"])),
    measures: v.optional(v.picklist(["battery", "output"]), "battery"),
    shunt_ohm: number(0.0001, 10, "a resistance in Ohm from 0.0001 to 10"),
    current_lsb_ua: number(1, 10_000, "a step in microamperes from 1 to 10000"),
    config_word: v.optional(number(0, 0xffff, "a register word from 0x0000 to 0xFFFF", true), 0x3eef),
    invert_current: v.optional(v.boolean(), false),
    dead_band_ma: v.optional(number(0, 5000, "a current in mA from 0 to 5000"), 20),
    mains: v.optional(
      v.pipe(
        group({ lost_below_ma: milliamps, present_above_ma: milliamps }),
        v.check(
          ({ lost_below_ma, present_above_ma }) => lost_below_ma < present_above_ma,
          "lost_below_ma smaller than present_above_ma",
        ),
      ),
    ),
  }),
  group({
    chip: v.literal("sunfounder_spc"),
    address,
    access: v.picklist(["window", "esp32"]),
    board_id: v.optional(number(1, 0xfffe, "a board id from 1 to 65534", true)),
    has: v.array(v.picklist(["currents", "remaining_mah", "fan", "shutdown_request", "buzzer"])),
  }),
  group({
    chip: v.literal("lifepo4wered"),
    address,
    has: v.array(v.picklist(["mains", "output_current"])),
  }),
  group({
    chip: v.literal("power_supply"),
    battery: v.optional(v.nullable(text), null),
    mains: v.optional(v.nullable(text), null),
    charger: v.optional(text),
    has: v.optional(v.array(v.picklist(["current"]))),
  }),
]);

const lines = group({
  ac_present: v.optional(group(input)),
  charge_allowed: v.optional(group(output)),
  button: v.optional(
    group({ ...input, reboot_from_ms: whole(1, 10_000), power_off_from_ms: whole(1, 60_000) }),
  ),
  power_cut: v.optional(group({ ...output, pulse_ms: whole(100, 10_000) })),
  boot_ok: v.optional(group(output)),
  buzzer: v.optional(group(output)),
});

const capacity = number(50, 1_000_000, "a capacity in mAh from 50 to 1000000", true);

/** One board under `own_boards`; its id is the key. */
export const boardForm = group({
  name: v.optional(text),
  manufacturer: v.optional(text, "own"),
  model: v.optional(text),
  confidence: v.optional(v.picklist(confidences), "experimental"),
  i2c_bus: v.optional(whole(0, 22), 1),
  chips: v.pipe(
    v.array(chip),
    v.check((all) => all.length >= 1 && all.length <= 8, "a list of 1 to 8 chips"),
  ),
  lines: v.optional(lines, {}),
  battery: group({
    chemistry: v.picklist(chemistries),
    cells_in_series: v.optional(whole(1, 8), 1),
    typical_capacity_mah: v.optional(v.nullable(capacity), null),
  }),
  limits: v.optional(
    group({
      battery_ma: v.optional(limit, null),
      output_ma: v.optional(limit, null),
    }),
    {},
  ),
  senses: v.optional(v.array(v.picklist(senses))),
  switches: v.optional(v.array(v.picklist(switches))),
  quirks: texts,
  unverified: texts,
  sources: texts,
});
export type BoardForm = v.InferOutput<typeof boardForm>;

/** What an own board's key must look like. */
export const boardIdPattern = /^[a-z][a-z0-9_]{0,39}$/;

/** The board that a checked form describes. */
export function boardOf(id: string, form: BoardForm): Board {
  const described = camelKeys(form) as Omit<Board, "id" | "name" | "model" | "senses" | "switches"> &
    Partial<Board>;
  const {
    name = id,
    manufacturer,
    model = id,
    confidence,
    i2cBus,
    chips,
    lines: pins,
    battery,
    limits,
  } = described;
  const parts = { chips, lines: pins, limits };
  return {
    id,
    name,
    manufacturer,
    model,
    confidence,
    i2cBus,
    ...parts,
    battery,
    senses: described.senses ?? sensesOf(parts),
    switches: described.switches ?? switchesOfBoard(parts),
    quirks: described.quirks,
    unverified: described.unverified,
    sources: described.sources,
  };
}

/** The form of a board, to be printed and adapted. */
export function formOf({ id: _id, ...board }: Board): BoardForm {
  return snakeKeys(board) as BoardForm;
}
