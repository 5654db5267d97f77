// The MAX17040, the first of the family: no sleep bit and no alert; registers that it does not have read 0xFFFF.
import { max1704xFamily } from "./max1704x.ts";

/** Driver for the MAX17040; see `max1704xFamily` for its errors. */
export const max17040 = max1704xFamily({
  chip: "max17040",
  name: "MAX17040",
  version: "0x0002",
  isVersion: (word) => word === 0x0002,
  hasSleepBit: false,
  hasRate: false,
});
