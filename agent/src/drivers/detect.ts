// Which boards could be here: every chip's own probe is asked, which only reads. The answer is a list of suggestions,
// because boards with the same chip differ in their pins, and no bus tells which one a person bought.
import type { Board, ChipUse } from "../boards/board.ts";
import { addressOf } from "../boards/board.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock, I2cBus, KernelPower } from "../ports/ports.ts";
import type { ChipIdentity } from "./chip.ts";
import { createChip } from "./chips.ts";
import { createI2cQueue } from "./i2c-queue.ts";

export interface DetectPorts {
  /** The raw bus. */
  readonly i2c: I2cBus;
  readonly kernel: KernelPower;
  readonly clock: Clock;
}

/** A board whose chips are all there. */
export interface Candidate {
  readonly board: Board;
  readonly found: readonly ChipIdentity[];
}

/** An address at which some board has a chip, and what answered there. */
export interface AddressFinding {
  readonly address: number;
  /** `unknown`: something answers, but none of the chips that are known at this address. */
  readonly state: "known" | "unknown" | "kernel_driver";
  /** What the drivers said, by chip. */
  readonly refusals: readonly string[];
}

export interface Detection {
  /** The bus itself cannot be used; nothing was asked. */
  readonly busFailure: ReadFailure | null;
  readonly addresses: readonly AddressFinding[];
  /** Most specific first: boards with more chips found come before boards with fewer. */
  readonly candidates: readonly Candidate[];
}

type Probed = Result<ChipIdentity>;

/** Failures that mean the bus and not the device. */
const busCodes: ReadonlySet<string> = new Set([
  "PI_UPS_I2C_NO_BUS",
  "PI_UPS_I2C_NO_PERMISSION",
  "PI_UPS_I2C_NO_ADDON",
  "PI_UPS_I2C_CLOSED",
]);
const absentCodes: ReadonlySet<string> = new Set([
  "PI_UPS_I2C_NACK",
  "PI_UPS_I2C_TIMEOUT",
  "PI_UPS_NO_POWER_SUPPLY",
]);

/** The same chip in the same wiring is asked once, however many boards have it. */
class Prober {
  readonly #ports: DetectPorts;
  readonly #buses = new Map<number, I2cBus>();
  readonly #answers = new Map<string, Promise<Probed>>();

  constructor(ports: DetectPorts) {
    this.#ports = ports;
  }

  ask(use: ChipUse, board: Board): Promise<Probed> {
    const { cellsInSeries } = board.battery;
    const key = JSON.stringify([use, cellsInSeries, board.i2cBus]);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#probe(use, board);
    this.#answers.set(key, answer);
    return answer;
  }

  async #probe(use: ChipUse, board: Board): Promise<Probed> {
    const { kernel, clock } = this.#ports;
    const bus = this.#bus(board.i2cBus);
    const { cellsInSeries } = board.battery;
    const driver = await createChip(use, { bus, busNumber: board.i2cBus, kernel, clock, cellsInSeries });
    return driver.probe();
  }

  /** One queue per bus. Two tries: a device that is not there must not cost a second for each board that could have it. */
  #bus(number: number): I2cBus {
    const known = this.#buses.get(number);
    if (known !== undefined) return known;
    const bus = createI2cQueue(this.#ports.i2c, this.#ports.clock, { bus: number, tries: 2 });
    this.#buses.set(number, bus);
    return bus;
  }
}

/** A clock beside the battery may be missing or owned by the kernel: the board is there all the same, and says less. */
function isClock(use: ChipUse): boolean {
  return use.chip === "ds1307";
}

async function candidateOf(board: Board, prober: Prober): Promise<Candidate | null> {
  const found: ChipIdentity[] = [];
  for (const use of board.chips) {
    const answer = await prober.ask(use, board);
    if (!answer.ok && !isClock(use)) return null;
    // A clock's probe never fails; what it has to remark is why it was not seen.
    if (answer.ok && !(isClock(use) && answer.value.notes.length > 0)) found.push(answer.value);
  }
  return { board, found };
}

function findingOf(address: number, answers: readonly Probed[]): AddressFinding | null {
  const refusals = answers.flatMap((answer) => (answer.ok || absentCodes.has(answer.code) ? [] : [answer]));
  if (answers.some(({ ok }) => ok)) return { address, state: "known", refusals: [] };
  if (refusals.length === 0) return null;
  const kernel = refusals.some(({ code }) => code === "PI_UPS_I2C_BUSY");
  return {
    address,
    state: kernel ? "kernel_driver" : "unknown",
    refusals: [...new Set(refusals.map(({ message }) => message))],
  };
}

/** Asks the bus and the kernel for every board. Reads only. */
export async function detectBoards(boards: readonly Board[], ports: DetectPorts): Promise<Detection> {
  const prober = new Prober(ports);
  const byAddress = new Map<number, Probed[]>();
  let busFailure: ReadFailure | null = null;
  for (const board of boards) {
    for (const use of board.chips) {
      const address = addressOf(use);
      if (address === null || isClock(use)) continue;
      const answer = await prober.ask(use, board);
      if (!answer.ok && busCodes.has(answer.code)) busFailure ??= answer;
      const answers = byAddress.get(address) ?? [];
      if (!answers.includes(answer)) byAddress.set(address, [...answers, answer]);
    }
    if (busFailure !== null) break;
  }
  const candidates: Candidate[] = [];
  for (const board of boards) {
    if (busFailure !== null && board.chips.some((use) => addressOf(use) !== null)) continue;
    const candidate = await candidateOf(board, prober);
    if (candidate !== null) candidates.push(candidate);
  }
  const addresses = [...byAddress]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([address, answers]) => findingOf(address, answers) ?? []);
  return {
    busFailure,
    addresses: busFailure === null ? addresses : [],
    candidates: candidates.toSorted((a, b) => b.found.length - a.found.length),
  };
}
