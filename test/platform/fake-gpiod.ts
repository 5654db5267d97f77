// A folder of programs that speak as libgpiod's tools do, and the pins behind them: fake-gpiod.py, once for each name.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const versions = ["1.6.3", "2.2.1"] as const;

export class FakeGpiod {
  readonly folder = mkdtempSync(join(tmpdir(), "pi-ups-gpiod-"));
  readonly #state = join(this.folder, "state");

  constructor(version: string) {
    mkdirSync(this.#state);
    this.tell("version", version);
    for (const name of ["gpiodetect", "gpioinfo", "gpioget", "gpiomon", "gpioset"]) {
      symlinkSync(join(import.meta.dirname, "fake-gpiod.py"), join(this.folder, name));
    }
  }

  /** Level that stands at the pin. */
  pin(bcm: number, high: boolean): void {
    this.tell(`level${bcm}`, high ? "1" : "0");
  }

  level(bcm: number): boolean {
    return this.#read(`level${bcm}`) === "1";
  }

  direction(bcm: number): string {
    return this.#read(`direction${bcm}`);
  }

  /** Process that asked for the line last. */
  pid(bcm: number): number {
    return Number(this.#read(`held${bcm}`).split(" ")[1]);
  }

  /** Programs that looked at a line or took it. */
  calls(): readonly string[] {
    return this.#lines("calls");
  }

  /** Monitors that were started, whether or not they have taken their line yet. */
  begun(): readonly string[] {
    return this.#lines("begun");
  }

  /** How the programs shall behave; see fake-gpiod.py. */
  tell(name: string, text: string): void {
    // Renamed into place, so that no program ever reads half of it.
    const file = join(this.#state, name);
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }

  untell(name: string): void {
    rmSync(join(this.#state, name));
  }

  end(): void {
    rmSync(this.folder, { recursive: true });
  }

  #lines(name: string): readonly string[] {
    return this.#read(name)
      .split("\n")
      .filter((line) => line !== "");
  }

  #read(name: string): string {
    try {
      return readFileSync(join(this.#state, name), "utf8");
    } catch {
      return "";
    }
  }
}

/** Whether a process runs; one that has ended and waits for its parent does not. */
export function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
