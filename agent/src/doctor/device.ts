// Does the configured board answer, and if not, what does? The bus tells chips, never boards: what it suggests is for a
// person to confirm.

import { addressOf, type Board } from "../boards/board.ts";
import { boardReport, chipText } from "../boards/board-words.ts";
import { hexByte } from "../boards/hex.ts";
import type { AddressFinding, Detection } from "../drivers/detect.ts";
import type { AgentFacts } from "./facts.ts";
import { check, type Finding, run, say } from "./finding.ts";
import { listed } from "./words.ts";

const device = check(
  "device",
  "Without the board's chip there is no battery to watch, and the Pi dies dirty when the battery ends.",
);
const ambiguous = check(
  "device_ambiguous",
  "Boards with the same chip differ in their pins: the wrong one can read mains the wrong way round.",
);

const confirm = "pi-ups detect";

function chipsOf(board: Board): string {
  return listed(boardReport(board).chips.map(chipText));
}

/** What the bus has where the board's chips should be, and elsewhere. */
function answers(addresses: readonly AddressFinding[]): string {
  if (addresses.length === 0) return "Nothing that a known board has answers on the bus.";
  const words = { known: "a known chip", unknown: "an unknown chip", kernel_driver: "a kernel driver" };
  return `There answers ${listed(addresses.map(({ address, state }) => `${words[state]} at ${hexByte(address)}`))}.`;
}

/** Ids, shortened: forty names help nobody. */
function namesOf(boards: readonly Board[]): string {
  const ids = boards.map(({ id }) => id);
  return ids.length <= 6 ? listed(ids) : `${ids.slice(0, 5).join(", ")} and ${ids.length - 5} more`;
}

function absent(board: Board, { addresses, candidates }: Detection): Finding {
  const wanted = new Set(board.chips.map(addressOf));
  const refusals = addresses.filter(({ address }) => wanted.has(address)).flatMap((one) => one.refusals);
  const found = refusals.length > 0 ? refusals.join(" ") : answers(addresses);
  const what = `${board.name} does not answer (expected: ${chipsOf(board)}). ${found}`;
  if (candidates.length > 0) {
    const others = namesOf(candidates.map((one) => one.board));
    return device.problem(
      what,
      say(`Could it be ${others}? Look at the name on the board and choose:`, `sudo ${confirm}`),
    );
  }
  return device.problem(
    what,
    say(
      "Seat the board with the power off, put the battery in, press its power button, and look again:",
      `sudo i2cdetect -y ${board.i2cBus}`,
    ),
  );
}

/** The bus is of no use, which has been said. */
export function checkWithoutBus(board: Board): Finding {
  return device.unknown(`${board.name} could not be asked (${chipsOf(board)}): the bus comes first.`);
}

/** How the board answered when it was probed. Reads only; null: nobody asked. */
export function checkDetection(board: Board, detection: Detection, named: boolean): readonly Finding[] {
  if (detection.busFailure !== null && board.chips.some((use) => addressOf(use) !== null)) {
    return [device.unknown(`The board could not be asked: ${detection.busFailure.message}`)];
  }
  const fit = detection.candidates.find((one) => one.board.id === board.id);
  if (fit === undefined) return [absent(board, detection)];
  const seen = fit.found.map(({ chip, version }) => (version === null ? chip : `${chip} ${version}`));
  const missing = fit.found.length < board.chips.length;
  const rest = missing ? " Its clock chip was not seen; the battery is read without it." : "";
  const findings = [device.ok(`The board answers: ${listed(seen)} (${chipsOf(board)}).${rest}`)];
  for (const remark of fit.found.flatMap(({ notes }) => notes)) {
    findings.push(device.note(remark, run(`pi-ups boards ${board.id}`)));
  }
  const addresses = new Set(board.chips.map(addressOf));
  const same = detection.candidates.filter(
    (one) => one.board.id !== board.id && one.board.chips.some((use) => addresses.has(addressOf(use))),
  );
  if (same.length > 0) {
    const alike = `${namesOf(same.map((one) => one.board))} would answer just the same`;
    findings.push(
      named
        ? ambiguous.ok(`${alike}; the configuration says that it is ${board.id}.`)
        : ambiguous.note(
            `${alike}. The bus cannot tell them apart.`,
            say("Take the name that is printed on yours:", `sudo ${confirm}`),
          ),
    );
  }
  return findings;
}

/** What the running agent makes of the board: it is asked instead of the bus. */
export function checkThroughAgent(facts: Exclude<AgentFacts, { kind: "none" }>): Finding {
  if (facts.kind === "silent") {
    return device.unknown("The board was not asked: the bus is left to the agent that runs.");
  }
  const charge = facts.batteryPct === null ? "percent unknown" : `battery ${facts.batteryPct} %`;
  if (!facts.stale) return device.ok(`The running agent reads the board (${charge}).`);
  return device.problem(
    `The running agent has no fresh readings of the board (${charge}).`,
    say(
      "See which fault it names. To have the bus itself looked at, stop the agent and run doctor again.",
      "pi-ups status",
    ),
  );
}
