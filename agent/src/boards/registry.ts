// The list of all boards that this version knows; the configuration, the docs and the tests read it from here.
import { adafruit } from "./adafruit.ts";
import type { Board } from "./board.ts";
import { dfrobot } from "./dfrobot.ts";
import { fiftytwopi } from "./fiftytwopi.ts";
import { geekwormX120x } from "./geekworm-x120x.ts";
import { geekwormX728 } from "./geekworm-x728.ts";
import { kernelBoards } from "./kernel.ts";
import { lifepo4wered } from "./lifepo4wered.ts";
import { pijuice } from "./pijuice.ts";
import { pisugar } from "./pisugar.ts";
import { sunfounder } from "./sunfounder.ts";
import { upsLite } from "./ups-lite.ts";
import { waveshare } from "./waveshare.ts";

/** Every known board, in the order of the docs. */
export const boards: readonly Board[] = [
  ...geekwormX120x,
  ...geekwormX728,
  ...waveshare,
  ...fiftytwopi,
  ...pijuice,
  ...pisugar,
  ...sunfounder,
  ...lifepo4wered,
  ...dfrobot,
  ...upsLite,
  ...adafruit,
  ...kernelBoards,
];

/** The board with this id (`x1201`, without `sim:`), or null. Ids are lower case. */
export function findBoard(id: string): Board | null {
  return boards.find((board) => board.id === id) ?? null;
}

/** The ids that `findBoard` knows, in the order of the docs. */
export function boardIds(): readonly string[] {
  return boards.map((board) => board.id);
}

/** A product name that is not a board, because its revisions differ in pins: what to choose instead, and why. */
export interface NeedsRevision {
  readonly ids: readonly string[];
  readonly why: string;
}

const needRevision: Readonly<Record<string, NeedsRevision>> = {
  x728: {
    ids: ["x728_v1_3", "x728_v2_0", "x728_v2_1", "x728_v2_5"],
    why: "the power-off pin moved between revisions (x728_v1_3 is for V1.2 and V1.3, x728_v2_1 for V2.1 to V2.3), and driving the wrong one can destroy the board; the revision is printed on it",
  },
  ups_lite: {
    ids: ["ups_lite_v1_1", "ups_lite_v1_2", "ups_lite_v1_3"],
    why: "V1.3 has another fuel gauge than the older ones; the version is printed on the board",
  },
  lifepo4wered: {
    ids: ["lifepo4wered_pi", "lifepo4wered_pi3", "lifepo4wered_pi_plus"],
    why: "only the /Pi3 and the /Pi+ can sense mains, and only the /Pi+ its output current; the name is printed on the board",
  },
  waveshare_ups_hat: {
    ids: [
      "waveshare_ups_hat_a",
      "waveshare_ups_hat_b",
      "waveshare_ups_hat_c",
      "waveshare_ups_hat_d",
      "waveshare_ups_hat_e",
    ],
    why: "the boards with this name have different chips; the letter stands on the product page",
  },
};

/** What is needed beside this name; null when it names one board or none. */
export function needsRevision(name: string): NeedsRevision | null {
  return Object.hasOwn(needRevision, name) ? (needRevision[name] ?? null) : null;
}
