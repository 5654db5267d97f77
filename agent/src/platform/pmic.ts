// What `vcgencmd pmic_read_adc` prints on a Pi 5: the voltages and currents that its power chip measures, a line each, such
// as `3V3_SYS_A current(1)=0.08881272A` or `EXT5V_V volt(24)=5.08530000V`. Not tried on hardware.
// Facts: Raspberry Pi documentation, vcgencmd pmic_read_adc.
import type { PiRail } from "../ports/ports.ts";

export interface PmicFigures {
  /** The 5 V rail as the Pi sees it, mV: what comes out of the HAT. */
  readonly ext5vMv: number;
  /** The rails that the power chip makes of it, by name. */
  readonly rails: readonly PiRail[];
}

const lineForm = /^\s*([A-Z0-9_]+)_([AV])\s+(?:current|volt)\(\d+\)=(\d+(?:\.\d+)?)([AV])\s*$/;

/** Null when it names no EXT5V_V: then it is no such answer. A line of another form is left out. */
export function parsePmic(text: string): PmicFigures | null {
  const millivolts = new Map<string, number>();
  const milliamps = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, name, kind, number, unit] = lineForm.exec(line) ?? [];
    if (name === undefined || kind !== unit) continue;
    (kind === "A" ? milliamps : millivolts).set(name, Number(number) * 1000);
  }
  const ext5vMv = millivolts.get("EXT5V");
  if (ext5vMv === undefined) return null;
  const rails = [...milliamps].flatMap(([name, ma]) => {
    const mv = millivolts.get(name);
    return mv === undefined ? [] : [{ name: name.toLowerCase(), mv, ma }];
  });
  return { ext5vMv: Math.round(ext5vMv), rails };
}
