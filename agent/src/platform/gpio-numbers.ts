// The kernel's number of a BCM line in sysfs: chip base + line. Bases are dynamic (512, 569, 571, 399 were seen), so the
// chip is found by its label. Not tried on hardware.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { headerChipLabels } from "../boards/lines.ts";
import type { Result } from "../core/model.ts";
import { gpiodCure, gpioFailed } from "./gpio-failures.ts";

export interface SysfsChip {
  readonly label: string;
  readonly base: number;
  readonly lines: number;
}

async function readChip(folder: string): Promise<SysfsChip | null> {
  try {
    const [label, base, lines] = await Promise.all(
      ["label", "base", "ngpio"].map(async (file) => (await readFile(join(folder, file), "utf8")).trim()),
    );
    if (label === undefined || !/^\d+$/.test(base ?? "") || !/^\d+$/.test(lines ?? "")) return null;
    return { label, base: Number(base), lines: Number(lines) };
  } catch {
    // A chip that went away between listing and reading is one that we do not want.
    return null;
  }
}

/**
 * The chip behind the header.
 * @param root `/sys/class/gpio`, or a folder like it
 * Codes: `PI_UPS_GPIO_NO_SYSFS`, `PI_UPS_GPIO_NO_CHIP`.
 */
export async function headerChipIn(root: string): Promise<Result<SysfsChip>> {
  let names: string[];
  try {
    names = (await readdir(root)).filter((name) => name.startsWith("gpiochip")).sort();
  } catch (cause) {
    return gpioFailed(
      "PI_UPS_GPIO_NO_SYSFS",
      `There is no sysfs GPIO at ${root}: this kernel was built without CONFIG_GPIO_SYSFS, as newer Raspberry Pi OS images are, or /sys is not mounted. ${gpiodCure}`,
      cause instanceof Error ? cause.message : String(cause),
    );
  }
  const chips = (await Promise.all(names.map((name) => readChip(join(root, name))))).filter(
    (chip) => chip !== null,
  );
  for (const label of headerChipLabels) {
    const chip = chips.find((candidate) => candidate.label === label);
    if (chip !== undefined) return { ok: true, value: chip };
  }
  const labels = chips.map(({ label }) => label).join(", ");
  return gpioFailed(
    "PI_UPS_GPIO_NO_CHIP",
    `No GPIO chip of a Raspberry Pi's header was found in ${root}. Found: ${labels === "" ? "none" : labels}. Expected is one of: ${headerChipLabels.join(", ")}`,
  );
}

/**
 * The number to export for a line of the header.
 * @param root `/sys/class/gpio`, or a folder like it
 * Codes: `PI_UPS_GPIO_NO_SYSFS`, `PI_UPS_GPIO_NO_CHIP`, `PI_UPS_GPIO_BAD_LINE`.
 */
export async function sysfsNumberOf(root: string, bcm: number): Promise<Result<number>> {
  const found = await headerChipIn(root);
  if (!found.ok) return found;
  const chip = found.value;
  if (!Number.isInteger(bcm) || bcm < 0 || bcm >= chip.lines) {
    return gpioFailed(
      "PI_UPS_GPIO_BAD_LINE",
      `GPIO${bcm} does not exist on ${chip.label}, which has the lines 0 to ${chip.lines - 1}. Check the board in the configuration`,
    );
  }
  return { ok: true, value: chip.base + bcm };
}
