// The MAX17043, the usual gauge of Geekworm's boards; some revisions carry a MAX17048, which reads the same.
import { max1704xFamily } from "./max1704x.ts";

/** Driver for the MAX17043; see `max1704xFamily` for its errors. */
export const max17043 = max1704xFamily({
  chip: "max17043",
  name: "MAX17043",
  version: "0x0003",
  isVersion: (word) => word === 0x0003,
  hasSleepBit: true,
  hasRate: false,
});
