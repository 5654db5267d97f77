// Reads the firmware's config.txt, and the EEPROM's settings, as far as our checks need them: what is in force on this model.
// Sources: Raspberry Pi documentation, "config.txt", sections "Conditional filters" and "GPIO control"; eeprom-bootloader.adoc.

/** Model filters of config.txt and the model names in /proc/device-tree/model that they mean. */
const modelFilters: Readonly<Record<string, RegExp>> = {
  pi1: /^Raspberry Pi (Model|Compute Module Rev)/,
  pi2: /^Raspberry Pi 2/,
  pi3: /^Raspberry Pi (3|Compute Module 3)/,
  "pi3+": /^Raspberry Pi 3 Model .* Plus/,
  pi4: /^Raspberry Pi (4|Compute Module 4)/,
  pi400: /^Raspberry Pi 400/,
  cm4: /^Raspberry Pi Compute Module 4/,
  pi5: /^Raspberry Pi (5|Compute Module 5)/,
  pi500: /^Raspberry Pi 500/,
  cm5: /^Raspberry Pi Compute Module 5/,
  pi0: /^Raspberry Pi Zero/,
  pi0w: /^Raspberry Pi Zero( 2)? W/,
  pi02: /^Raspberry Pi Zero 2/,
};

/** A filter that we cannot judge (a serial number, a display) counts as one that lets its lines through. */
function applies(filter: string, model: string | null): boolean {
  if (filter === "all") return true;
  if (filter === "none") return false;
  if (!Object.hasOwn(modelFilters, filter)) return true;
  // The Pi 400 is a Pi 4, the Pi 500 a Pi 5, also to the firmware.
  const name = (model ?? "").replace(/^(Raspberry Pi )([45])00/, "$1$2");
  const pattern = modelFilters[filter];
  return pattern !== undefined && (pattern.test(model ?? "") || pattern.test(name));
}

/** The lines that are in force on this model, without comments, in order. */
export function linesInForce(text: string, model: string | null): readonly string[] {
  const lines: string[] = [];
  let inForce = true;
  for (const raw of text.split("\n")) {
    const line = raw.replace(/#.*$/, "").trim();
    const filter = /^\[(.+)\]$/.exec(line)?.[1];
    if (filter !== undefined) inForce = applies(filter.toLowerCase(), model);
    else if (line !== "" && inForce) lines.push(line);
  }
  return lines;
}

/** Whether I2C of the header is switched on: the last word counts. */
export function i2cInForce(lines: readonly string[]): boolean {
  let on = false;
  for (const line of lines) {
    const value = /^dtparam=(?:.*,)?i2c(?:_arm)?(?:=([^,]*))?(?:,|$)/.exec(line);
    if (value !== null) on = value[1] === undefined || ["on", "true", "1", "yes"].includes(value[1]);
  }
  return on;
}

function pinsOf(list: string): readonly number[] {
  return list.split(",").flatMap((part) => {
    const range = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
    if (range === null) return [];
    const from = Number(range[1]);
    const to = Number(range[2] ?? range[1]);
    return Array.from({ length: Math.max(0, Math.min(to, 63) - from + 1) }, (_, index) => from + index);
  });
}

/** What `gpio=6=pu` gives a pin: the last word counts; null: nothing. */
export function pullInForce(lines: readonly string[], bcm: number): "pu" | "pd" | "pn" | null {
  let pull: "pu" | "pd" | "pn" | null = null;
  for (const line of lines) {
    const [, pins, states] = /^gpio=([^=]+)=(.+)$/.exec(line) ?? [];
    if (pins === undefined || states === undefined || !pinsOf(pins).includes(bcm)) continue;
    for (const state of states.split(",").map((one) => one.trim())) {
      if (state === "pu" || state === "pd" || state === "pn") pull = state;
    }
  }
  return pull;
}

/** Overlays in force that name this driver or chip, as they stand in the file. */
export function overlaysNaming(lines: readonly string[], words: readonly string[]): readonly string[] {
  return lines.filter(
    (line) => line.startsWith("dtoverlay=") && words.some((word) => line.toLowerCase().includes(word)),
  );
}

/** The value of a plain setting, `usb_max_current_enable=1`; null: it is not there. */
export function settingInForce(lines: readonly string[], name: string): string | null {
  const found = lines.findLast((line) => line.startsWith(`${name}=`));
  return found === undefined ? null : found.slice(name.length + 1).trim();
}
