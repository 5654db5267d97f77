// Voltage limits that the file does not say follow the board's chemistry; those that it says stand.
import { describe, expect, it } from "vitest";
import { good, refusals } from "./support.ts";

const voltages = (text: string) => {
  const { lowCellMv, criticalCellMv, recoveredCellMvAbove } = good(text).config.thresholds;
  return [lowCellMv, criticalCellMv, recoveredCellMvAbove];
};

describe("voltage limits", () => {
  it.each([
    ["board: x1201", [3400, 3200, 150]],
    ["board: lifepo4wered_pi_plus", [3100, 3000, 100]],
    ["board: sim:lifepo4wered_pi", [3100, 3000, 100]],
  ])("%s", (text, expected) => {
    expect(voltages(text)).toEqual(expected);
  });

  it("follow a board of one's own", () => {
    const own = [
      "board: mine",
      "own_boards:",
      "  mine:",
      "    chips: [{chip: max17043, address: 0x36}]",
      "    battery: {chemistry: lifepo4}",
    ].join("\n");
    expect(voltages(own)).toEqual([3100, 3000, 100]);
  });

  it("stand where a person wrote them, each for itself", () => {
    expect(voltages("board: lifepo4wered_pi3\nthresholds: {critical_cell_v: 2.95}")).toEqual([
      3100, 2950, 100,
    ]);
  });

  it("are checked against each other with the chemistry's values", () => {
    expect(refusals("board: lifepo4wered_pi3\nthresholds: {critical_cell_v: 3.2}").join()).toContain(
      "low_cell_v",
    );
  });
});
