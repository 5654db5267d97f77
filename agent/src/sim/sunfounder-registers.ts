// A SunFounder power controller (SPC) as the bus sees it: a little-endian read window, a write window with numbers of its
// own, and on the Pironman U1 another protocol: a read request, then the bytes one by one.
// Facts: github.com/sunfounder/spc (spc_data_buffer_sheet.md, spc/i2c.py, spc/devices.py).
import type { SunFounderUse } from "../boards/chip-use.ts";
import type { ChipSurroundings } from "./chip-registers.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

const adapterMv = 5050;
const windowBytes = 164;
/** The controller measures this often, ms: not in the public facts. */
const measureMs = 200;
const readRequest = 0x01;
const writeRequest = 0x02;
const firmware = [1, 1, 5] as const;
const defaultVolume = 5;

export interface SunFounderRegisters extends RegisterDevice {
  /** Tone of the buzzer, Hz; 0: silent. */
  readonly buzzerHz: number;
  /** What register 20 reads; for tests, the button sets it as well. */
  request: number;
  /** The battery is plugged in; for tests. */
  batteryPlugged: boolean;
  /** Volume of the buzzer, 0-10. */
  volume: number;
  /** The input cannot feed the Pi alone; for tests. */
  weakInput: boolean;
}

class Spc implements SunFounderRegisters {
  readonly #use: SunFounderUse;
  readonly #around: ChipSurroundings;
  readonly #window = new Uint8Array(windowBytes);
  #measuredAtMs = Number.NEGATIVE_INFINITY;
  /** Where the next received byte comes from (U1). */
  #pointer = 0;
  buzzerHz = 0;
  request = 0;
  batteryPlugged = true;
  volume = defaultVolume;
  weakInput = false;

  constructor(use: SunFounderUse, around: ChipSurroundings) {
    this.#use = use;
    this.#around = around;
    this.#window.set(firmware, 128);
    this.#window.set([(use.boardId ?? 0) >> 8, (use.boardId ?? 0) & 0xff], 140);
  }

  read(register: number, length: number): Uint8Array {
    this.#measure();
    // The U1 knows no registers on the wire: a read gives what its pointer stands at.
    if (this.#use.access === "esp32") return Uint8Array.from({ length }, () => this.receive());
    return Uint8Array.from({ length }, (_, index) => this.#window[register + index] ?? 0);
  }

  receive(): number {
    this.#measure();
    const byte = this.#window[this.#pointer] ?? 0;
    this.#pointer += 1;
    return byte;
  }

  write(register: number, data: Uint8Array): void {
    const [first = 0, ...rest] = data;
    if (this.#use.access === "window") this.#set(register, data);
    else if (register === readRequest) this.#pointer = first;
    else if (register === writeRequest) this.#set(first, Uint8Array.from(rest));
  }

  #set(register: number, data: Uint8Array): void {
    if (!this.#use.has.includes("buzzer")) return;
    for (const [index, byte] of data.entries()) {
      if (register + index === 13) this.buzzerHz = (this.buzzerHz & 0xff00) | byte;
      if (register + index === 14) this.buzzerHz = (this.buzzerHz & 0x00ff) | (byte << 8);
      if (register + index === 15) this.volume = Math.min(10, byte);
    }
  }

  #measure(): void {
    this.#window[162] = this.volume;
    if (this.#use.has.includes("shutdown_request")) {
      if (this.#around.takePress() === "power_off") this.request = 2;
      this.#window[20] = this.request;
    }
    const first = this.#measuredAtMs === Number.NEGATIVE_INFINITY;
    const nowMs = this.#around.nowMs();
    if (!first && (this.#around.frozen() || nowMs - this.#measuredAtMs < measureMs)) return;
    this.#measuredAtMs = nowMs;
    this.#fill();
  }

  #fill(): void {
    const measured = this.#around.measure();
    const { acPresent, cellMv, cellsInSeries, chargePct, currentMa, railMv, outputMa } = measured;
    const currents = this.#use.has.includes("currents");
    const packMv = this.batteryPlugged ? Math.round(cellMv * cellsInSeries) : 0;
    const charging = measured.charger === "constant_current" || measured.charger === "constant_voltage";
    const view = new DataView(this.#window.buffer);
    const put = (register: number, value: number) =>
      view.setUint16(register, Math.max(0, Math.round(value)), true);
    put(0, acPresent ? adapterMv : 0);
    put(2, currents && acPresent ? outputMa + Math.max(0, currentMa) : 0);
    put(4, railMv);
    put(6, currents ? outputMa : 0);
    put(8, packMv);
    view.setInt16(10, currents ? Math.round(currentMa) : 0, true);
    this.#window[12] = Math.round(Math.max(0, Math.min(100, chargePct)));
    const remaining = this.#use.has.includes("remaining_mah") ? (chargePct / 100) * measured.capacityMah : 0;
    put(13, remaining);
    this.#window[15] = !acPresent || this.weakInput ? 1 : 0;
    this.#window[16] = acPresent ? 1 : 0;
    this.#window[17] = this.batteryPlugged ? 1 : 0;
    this.#window[18] = charging && this.batteryPlugged ? 1 : 0;
    put(21, this.batteryPlugged ? cellMv : 0);
    put(23, this.batteryPlugged ? cellMv : 0);
  }
}

/** The register side of a SunFounder board. */
export function createSunFounderRegisters(use: SunFounderUse, around: ChipSurroundings): SunFounderRegisters {
  return new Spc(use, around);
}
