// How a Pironman U1 is read: a request names the first register, then bytes come one by one, without a checksum and without
// a number. On a disturbed bus hardly any look at the whole window would be sound, so it is read in pieces, each believed
// by itself: what is wrong with one costs only that one its look.
// Facts: github.com/sunfounder/spc (spc/i2c.py).
import type { SunFounderUse } from "../boards/chip-use.ts";
import { hexByte } from "../boards/hex.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";
import { disturbedBus, impossible } from "./chip-failures.ts";
import { passingI2cErrors } from "./i2c-errors.ts";
import { agreeCellMv, agreeChargePct, createSteady, type Steady } from "./steady.ts";
import {
  agreeMa,
  agreeMv,
  highestMa,
  highestRailMv,
  type SpcUnread,
  spcWindowLength,
} from "./sunfounder-window.ts";
import { lowFirst, signed16 } from "./words.ts";

/** Command before the register that is to be read. */
const readCommand = 0x01;
/** Requests for one piece before its failure stands. */
const requests = 4;

/** Registers that are read together, and what two sound looks at them have in common. */
interface Piece {
  readonly what: string;
  readonly first: number;
  readonly length: number;
  possible(bytes: Uint8Array): boolean;
  agree(a: Uint8Array, b: Uint8Array): boolean;
}

/** Two bytes, low one first, between 0 and `highest`, that do not move by more than `apart` between two looks. */
function word(what: string, first: number, highest: number, apart: number): Piece {
  return {
    what,
    first,
    length: 2,
    possible: (bytes) => lowFirst(bytes) <= highest,
    agree: (a, b) => Math.abs(lowFirst(a) - lowFirst(b)) <= apart,
  };
}

/** The U1's two cells in series. */
const agreePackMv = 2 * agreeCellMv;
const highestPackMv = 10_000;

/** Battery supplies, input present, battery plugged, charging. */
const flags: Piece = {
  what: "flags",
  first: 15,
  length: 4,
  possible: (bytes) => bytes.every((flag) => flag <= 1),
  agree: (a, b) => a.every((flag, index) => flag === b[index]),
};
const charge: Piece = {
  what: "charge",
  first: 12,
  length: 1,
  possible: ([percent = 0]) => percent <= 100,
  agree: ([a = 0], [b = 0]) => Math.abs(a - b) <= agreeChargePct,
};
const packMv = word("battery voltage", 8, highestPackMv, agreePackMv);
const outputMv = word("output voltage", 4, highestRailMv, agreeMv);
/** Voltage and current in one: nothing is decided on either alone. */
const output: Piece = {
  what: "output",
  first: 4,
  length: 4,
  possible: (bytes) => outputMv.possible(bytes) && lowFirst(bytes, 2) <= highestMa,
  agree: (a, b) => outputMv.agree(a, b) && Math.abs(lowFirst(a, 2) - lowFirst(b, 2)) <= agreeMa,
};
/** Signed, in a direction that nobody trusts; no limit of it is known. */
const batteryMa: Piece = {
  what: "battery current",
  first: 10,
  length: 2,
  possible: () => true,
  agree: (a, b) => Math.abs(signed16(lowFirst(a)) - signed16(lowFirst(b))) <= agreeMa,
};

function receive(bus: I2cBus, address: number): Promise<Result<number>> {
  const none: Result<number> = {
    ok: false,
    code: "PI_UPS_I2C_IO",
    message: "This I2C bus cannot read a byte without a register, which the Pironman U1 needs.",
  };
  return bus.receive?.(address) ?? Promise.resolve(none);
}

/** Whether something answers at the address; a read that no request was written for. */
export async function answersBytewise(bus: I2cBus, address: number): Promise<Result<void>> {
  const there = await receive(bus, address);
  return there.ok ? { ok: true, value: undefined } : there;
}

async function request(
  bus: I2cBus,
  address: number,
  register: number,
  length: number,
): Promise<Result<Uint8Array>> {
  const asked = await bus.write(address, readCommand, Uint8Array.of(register));
  if (!asked.ok) return asked;
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) {
    const byte = await receive(bus, address);
    if (!byte.ok) return byte;
    bytes[index] = byte.value;
  }
  return { ok: true, value: bytes };
}

/**
 * Bytes that follow each other. A byte that failed may have been counted by the board, so the whole request begins again;
 * what does not pass by itself, such as a kernel driver that owns the address, stands at once.
 */
export async function readBytewise(
  bus: I2cBus,
  address: number,
  register: number,
  length: number,
): Promise<Result<Uint8Array>> {
  for (let attempt = 1; ; attempt += 1) {
    const bytes = await request(bus, address, register, length);
    if (bytes.ok || attempt === requests || !passingI2cErrors.has(bytes.code)) return bytes;
  }
}

interface PieceReader {
  readonly first: number;
  readonly steady: Steady<Uint8Array>;
}

/** A piece behind its own steady reader. */
function steadyPiece(bus: I2cBus, address: number, piece: Piece): Steady<Uint8Array> {
  const { what, first, length, possible, agree } = piece;
  const at = `the SunFounder board at ${hexByte(address)}`;
  return createSteady<Uint8Array>({
    async look() {
      const bytes = await readBytewise(bus, address, first, length);
      if (!bytes.ok || possible(bytes.value)) return bytes;
      return impossible(`The ${what} of ${at} read ${[...bytes.value].join(", ")}, which cannot be.`);
    },
    agree,
    unstable: (looks, last) => ({
      ok: false,
      code: "PI_UPS_GAUGE_UNSTABLE",
      message: `${looks} looks at the ${what} of ${at} in a row disagree (last: ${[...last].join(", ")}). ${disturbedBus}`,
    }),
  });
}

/** The window as far as it could be read: the registers that are not read, or not now, are 0. */
export interface BytewiseLook {
  readonly bytes: Uint8Array;
  readonly unread: SpcUnread;
}

/** What only informs is read once a second, and after a change of the flags, which give the current its direction. */
const informsForMs = 900;

class BytewiseWindow {
  readonly #bytes = new Uint8Array(spcWindowLength);
  readonly #clock: Clock;
  readonly #flags: PieceReader;
  readonly #packMv: PieceReader;
  readonly #charge: PieceReader;
  readonly #output: PieceReader;
  readonly #batteryMa: PieceReader | null;
  #unread: SpcUnread = { output: null, current: null };
  #informedAtMs = Number.NEGATIVE_INFINITY;
  #informedFlags = "";

  constructor(bus: I2cBus, clock: Clock, { address, has }: SunFounderUse) {
    const reader = (piece: Piece) => ({ first: piece.first, steady: steadyPiece(bus, address, piece) });
    const currents = has.includes("currents");
    this.#clock = clock;
    this.#flags = reader(flags);
    this.#packMv = reader(packMv);
    this.#charge = reader(charge);
    this.#output = reader(currents ? output : outputMv);
    this.#batteryMa = currents ? reader(batteryMa) : null;
  }

  /** The failure of mains, flags, battery voltage or charge is the look's; the others' is told beside it. */
  async look(): Promise<Result<BytewiseLook>> {
    for (const needed of [this.#flags, this.#packMv, this.#charge]) {
      const failure = await this.#read(needed);
      if (failure !== null) return failure;
    }
    const flagsNow = this.#bytes.subarray(flags.first, flags.first + flags.length).join();
    const old = this.#clock.now().monoMs - this.#informedAtMs >= informsForMs;
    if (old || flagsNow !== this.#informedFlags) await this.#inform();
    this.#informedFlags = flagsNow;
    return { ok: true, value: { bytes: Uint8Array.from(this.#bytes), unread: this.#unread } };
  }

  async #inform(): Promise<void> {
    const unread = await this.#read(this.#output);
    this.#unread = { output: unread, current: await this.#read(this.#batteryMa) };
    this.#informedAtMs = this.#clock.now().monoMs;
  }

  async #read(reader: PieceReader | null): Promise<ReadFailure | null> {
    if (reader === null) return null;
    const found = await reader.steady.read();
    if (!found.ok) return found;
    this.#bytes.set(found.value, reader.first);
    return null;
  }
}

/** Looks at a board that is asked byte by byte. Does no I/O by itself. */
export function createBytewiseWindow(
  bus: I2cBus,
  clock: Clock,
  use: SunFounderUse,
): { look(): Promise<Result<BytewiseLook>> } {
  return new BytewiseWindow(bus, clock, use);
}
