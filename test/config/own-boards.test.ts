// Boards described in the file: the same form as the built-in ones, and every mistake with its place.
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { sensesOf, switchesOfBoard } from "../../agent/src/boards/derive.ts";
import { boards, findBoard } from "../../agent/src/boards/registry.ts";
import { formOf } from "../../agent/src/config/board-form.ts";
import { good, refusals } from "./support.ts";

const smallest = `board: my_hat
own_boards:
  my_hat:
    chips:
      - {chip: max17043, address: 0x36}
    lines:
      ac_present: {bcm: 6, true_when: low, bias: pull_up}
    battery: {chemistry: li_ion}
`;

describe("a board in the file", () => {
  it("needs no more than chip, pin and chemistry", () => {
    const { config } = good(smallest);
    expect(config.board).toEqual({
      id: "my_hat",
      simulated: false,
      description: {
        id: "my_hat",
        name: "my_hat",
        manufacturer: "own",
        model: "my_hat",
        confidence: "experimental",
        i2cBus: 1,
        chips: [{ chip: "max17043", address: 0x36 }],
        lines: { acPresent: { bcm: 6, trueWhen: "low", bias: "pull_up" } },
        battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: null },
        limits: { batteryMa: null, outputMa: null },
        senses: ["ac", "voltage", "charge", "charging"],
        switches: [],
        quirks: [],
        unverified: [],
        sources: [],
      },
    });
  });

  it("can be simulated, and its capacity counts", () => {
    const text = smallest
      .replace("board: my_hat", "board: sim:my_hat")
      .replace("li_ion}", "li_ion, typical_capacity_mah: 4000}");
    const { config } = good(text);
    expect(config.board.simulated).toBe(true);
    expect(config.capacityMah).toBe(4000);
  });

  it("stands beside the built-in ones", () => {
    expect(good(smallest.replace("board: my_hat", "board: x1202")).config.board.description).toEqual(
      findBoard("x1202"),
    );
  });

  it.each(boards)("$id can be written in this form and comes back the same", (board) => {
    const { id, ...description } = board;
    const form = { ...formOf(board), name: description.name };
    const text = stringify({ board: "my_copy", own_boards: { my_copy: form } });
    expect(good(text).config.board.description).toEqual({ ...board, id: "my_copy" });
    expect(id).not.toBe("my_copy");
  });

  it.each(boards)("what $id senses and switches follows from its parts", (board) => {
    expect([...board.senses].toSorted()).toEqual([...sensesOf(board)].toSorted());
    expect([...board.switches].toSorted()).toEqual([...switchesOfBoard(board)].toSorted());
  });
});

describe("mistakes", () => {
  it.each([
    ["an unknown board", smallest.replace("board: my_hat", "board: my_hut")],
    ["a board that needs its revision", "board: x728\n"],
    ["an unknown chip", smallest.replace("max17043", "max1704")],
    ["an unknown key", smallest.replace("address", "adress")],
    ["a missing key", smallest.replace(", true_when: low", "")],
    ["an address that no chip can have", smallest.replace("0x36", "0x99")],
    ["a pin that is the bus", smallest.replace("bcm: 6", "bcm: 3")],
    ["a word for a number", smallest.replace("bcm: 6", "bcm: six")],
    ["no chips", smallest.replace("\n      - {chip: max17043, address: 0x36}", " []")],
    ["a missing battery", smallest.replace("    battery: {chemistry: li_ion}\n", "")],
    ["a value for a group", smallest.replace("{chemistry: li_ion}", "li_ion")],
    ["the id of a built-in board", "own_boards:\n  x1201:\n    battery: {chemistry: li_ion}\n"],
    ["an id with capitals", "own_boards:\n  My-Hat:\n    battery: {chemistry: li_ion}\n"],
    ["a list", "own_boards:\n  - my_hat\n"],
    ["the same key twice", "own_boards:\nown_boards:\n"],
  ])("%s", (_what, text) => {
    const sentences = refusals(text);
    expect(sentences.length).toBeGreaterThan(0);
    expect(sentences).toMatchSnapshot();
  });
});

describe("a charge limit", () => {
  it("on a board that charges as it likes is a warning, not silence", () => {
    const { warnings } = good("board: waveshare_ups_hat_b\ncharge: {stop_percent: 80}\n");
    expect(warnings.map(({ path, mend }) => `${path}: ${mend}`)).toEqual([
      "charge.stop_percent: The Waveshare UPS HAT (B) cannot be kept from charging, so the limit changes nothing.",
    ]);
    expect(good("board: x1201\ncharge: {stop_percent: 80}\n").warnings).toEqual([]);
  });
});

describe("a limit for currents", () => {
  it("goes before the board's, and is a warning on a board that measures none", () => {
    const on = (board: string) => good(`board: ${board}\nthresholds: {overcurrent_a: 2.5}\n`);
    for (const board of ["waveshare_ups_hat_b", "pisugar3"]) {
      expect(on(board).config.output).toMatchObject({ batteryMa: 2500, outputMa: 2500 });
      expect(on(board).warnings).toEqual([]);
    }
    expect(on("x1201").warnings.map(({ path, mend }) => `${path}: ${mend}`)).toEqual([
      "thresholds.overcurrent_a: The Geekworm X1201 measures no current, so the limit changes nothing.",
    ]);
  });
});

describe("parts that are right one by one and wrong together", () => {
  it.each([
    [
      "a pin used twice",
      smallest.replace("    battery:", "      buzzer: {bcm: 6, true_when: high}\n    battery:"),
    ],
    [
      "an address used twice",
      smallest.replace("    lines:", "      - {chip: max17048, address: 0x36}\n    lines:"),
    ],
    [
      "no chip that measures the battery",
      smallest.replace("max17043, address: 0x36", "ds1307, address: 0x68"),
    ],
    [
      "a sense that the parts do not have",
      smallest.replace("    battery:", "    senses: [ac, current]\n    battery:"),
    ],
  ])("%s", (_what, text) => {
    expect(refusals(text)).toMatchSnapshot();
  });
});

describe("mistakes that people make, and the sentence that mends each", () => {
  const sensor = smallest.replace("max17043, address: 0x36", "ina219, address: 0x42");
  it.each([
    ["the pin's place on the header", "bcm: 6", "bcm: 31", "that is GPIO6: write 6."],
    ["a pin as it is printed", "bcm: 6", "bcm: GPIO6", "Write the bare number: 6."],
    ["an address in quotes", "0x36", '"0x36"', "Remove the quotes: 0x36."],
    ["an address with the bit for reading", "0x36", "0x6C", "write 0x36."],
    ["an address of another chip", "0x36", "0x37", "expected 0x36. The chip has no other address."],
    ["a polarity that is no level", "true_when: low", "true_when: false", "high or low."],
    ["cells with a letter", "li_ion}", "li_ion, cells_in_series: 2s}", 'without "s"'],
    ["capitals", "max17043", "MAX17043", "Did you mean max17043?"],
    ["a chip that is not known, and looks like one", "max17043", "max17263", "Compare with"],
    [
      "a chip without its name",
      "chip: max17043, ",
      "",
      "found nothing, expected the key chip: one of max17040",
    ],
    [
      "a chip that is a word",
      "{chip: max17043, address: 0x36}",
      "max17043",
      "with the key chip. Compare with",
    ],
    [
      "a sense by its name in Home Assistant",
      "    battery:",
      "    senses: [mains]\n    battery:",
      "Leave senses out",
    ],
    [
      "a power cut without its pulse",
      "    battery:",
      "      power_cut: {bcm: 13, true_when: high}\n    battery:",
      "boards x728_v1_3 --yaml",
    ],
    [
      "hwmon on a chip without it",
      "address: 0x36",
      "address: 0x36, access: hwmon",
      'the unknown key "access"',
    ],
  ])("%s", (_what, right, wrong, words) => {
    expect(smallest).toContain(right);
    expect(refusals(smallest.replace(right, wrong)).join("\n")).toContain(words);
  });

  it("what a sensor lacks is compared with a board that has it", () => {
    const sentences = refusals(sensor);
    expect(sentences.join("\n")).toContain(
      "expected the key shunt_ohm. Compare with `pi-ups boards waveshare_ups_hat_a",
    );
    expect(sentences).toHaveLength(2);
  });

  it("a sensor may have any of its sixteen addresses", () => {
    const whole = sensor.replace("0x42", "0x4F, shunt_ohm: 0.1, current_lsb_ua: 100");
    expect(good(whole).config.board.description.chips).toMatchObject([{ address: 0x4f }]);
    expect(refusals(whole.replace("0x4F", "0x50")).join()).toContain("an address from 0x40 to 0x4F");
  });
});
