// The Pi's processor temperature from the kernel's thermal zone. Not tried on hardware; the file format is the kernel's.
import { readFile } from "node:fs/promises";
import type { ReadFailure, Result } from "../core/model.ts";
import { type Thermometer, thermometerMissing } from "../ports/ports.ts";

export interface ThermalOptions {
  /** Top of the thermal class, for tests. Default `/sys/class/thermal`. */
  readonly root?: string;
  /** Default `thermal_zone0`, the processor on every Raspberry Pi. */
  readonly zone?: string;
}

const lowestC = -40;
const highestC = 150;

function unreadable(path: string, cause: unknown): ReadFailure {
  const missing = (cause as { readonly code?: unknown }).code === "ENOENT";
  const found = cause instanceof Error ? cause.message : String(cause);
  return {
    ok: false,
    code: missing ? thermometerMissing : "PI_UPS_THERMAL_UNREADABLE",
    message: `The processor's temperature cannot be read from ${path}. Expected is a Raspberry Pi kernel with that file; in a container, mount /sys. The system says: ${found}.`,
  };
}

/**
 * Reads `thermal_zone0/temp` (millidegrees).
 * Codes: `PI_UPS_THERMAL_NOT_FOUND` (this machine has no such file), `PI_UPS_THERMAL_UNREADABLE`,
 * `PI_UPS_THERMAL_IMPOSSIBLE`.
 */
export function createThermalZone(options: ThermalOptions = {}): Thermometer {
  const path = `${options.root ?? "/sys/class/thermal"}/${options.zone ?? "thermal_zone0"}/temp`;
  return {
    async readC(): Promise<Result<number>> {
      let text: string;
      try {
        text = await readFile(path, "utf8");
      } catch (cause) {
        return unreadable(path, cause);
      }
      const celsius = /^-?\d+$/.test(text.trim()) ? Number(text) / 1000 : Number.NaN;
      if (celsius >= lowestC && celsius <= highestC) return { ok: true, value: celsius };
      return {
        ok: false,
        code: "PI_UPS_THERMAL_IMPOSSIBLE",
        message: `${path} holds "${text.trim().slice(0, 40)}". Expected are millidegrees between ${lowestC * 1000} and ${highestC * 1000}.`,
      };
    },
  };
}
