// The MAX17048: finer voltage, and a rate of charge from which charging is told. That flag is the gauge's own estimate:
// it follows the truth by minutes. STATUS.RI is not judged: it is set from power-on until some software clears it.
import { max1704xFamily } from "./max1704x.ts";

/** Driver for the MAX17048; see `max1704xFamily` for its errors. */
export const max17048 = max1704xFamily({
  chip: "max17048",
  name: "MAX17048",
  version: "0x001x",
  isVersion: (word) => (word & 0xfff0) === 0x0010,
  hasSleepBit: true,
  hasRate: true,
});
