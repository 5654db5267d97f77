// `pi-ups detect` for people: what answers on the bus, and which boards that can be.
import { hexByte } from "../boards/hex.ts";
import type { Candidate, Detection } from "../drivers/detect.ts";
import { table } from "./table.ts";

const stateWords = {
  known: "answers",
  unknown: "answers, but like no chip that is known here",
  kernel_driver: "belongs to a kernel driver",
} as const;

function addressLines({ addresses }: Detection): string {
  if (addresses.length === 0) return "Nothing that a known board has answers on the bus.\n";
  return addresses
    .map(({ address, state, refusals }) => {
      const why = state === "known" ? [] : refusals;
      const kernel =
        state === "kernel_driver" ? ["Or read through the driver: `pi-ups boards kernel` tells how."] : [];
      const lines = [...why, ...kernel].map((text) => `    ${text}\n`).join("");
      return `  ${hexByte(address)} ${stateWords[state]}.\n${lines}`;
    })
    .join("");
}

/** What tells one candidate from another with the same chip: where mains is known from. */
function rowOf({ board, found }: Candidate, index: number): readonly string[] {
  const mains = board.lines.acPresent;
  const pin =
    mains === undefined
      ? board.senses.includes("ac")
        ? "mains by the board"
        : "no mains"
      : `mains: GPIO${mains.bcm} ${mains.trueWhen}`;
  return [
    `${index + 1}`,
    board.id,
    board.name,
    found.map(({ chip }) => chip).join(", "),
    pin,
    board.confidence === "documented" ? "" : "experimental",
  ];
}

/** The findings and the numbered candidates. */
export function detectView(detection: Detection): string {
  const { busFailure, candidates } = detection;
  if (busFailure !== null && candidates.length === 0) {
    return `The I2C bus cannot be used: ${busFailure.message}\n`;
  }
  const found =
    busFailure === null ? `On the I2C bus:\n${addressLines(detection)}` : `${busFailure.message}\n`;
  if (candidates.length === 0)
    return `${found}\nNo known board fits. \`pi-ups boards\` lists what is known.\n`;
  const several =
    candidates.length === 1
      ? ""
      : "\nThese boards look the same on the bus and differ in their pins and cells: take the name that is printed on yours. A wrong one can read mains the wrong way round.\n";
  return `${found}\nBoards that fit:\n${table(candidates.map(rowOf), "  ")}${several}`;
}
