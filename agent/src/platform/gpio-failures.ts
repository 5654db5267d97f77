// The sentences for GPIO trouble, once: both back ends give the same stable code and the cure that belongs to it.
import type { ReadFailure } from "../core/model.ts";

/** The two ways to the pins: sysfs (onoff), or libgpiod's command line tools over the character device. */
export type GpioBackend = "sysfs" | "gpiod";

/** Stable codes of GPIO trouble. */
export type GpioErrorCode =
  | "PI_UPS_GPIO_BAD_LINE"
  | "PI_UPS_GPIO_BUSY"
  | "PI_UPS_GPIO_NO_PERMISSION"
  | "PI_UPS_GPIO_NO_SYSFS"
  | "PI_UPS_GPIO_NO_CHIP"
  /** onoff is not built for this Node. */
  | "PI_UPS_GPIO_NO_ADDON"
  /** libgpiod's tools are not installed. */
  | "PI_UPS_GPIO_NO_TOOLS"
  /** Neither way to the pins works on this machine. */
  | "PI_UPS_GPIO_NO_BACKEND"
  /** The program that watches or holds the line has ended; it is started again. */
  | "PI_UPS_GPIO_TOOL_ENDED"
  | "PI_UPS_GPIO_CLOSED"
  | "PI_UPS_GPIO_IO";

/** How to get the second way to the pins where the kernel has no sysfs GPIO. */
export const gpiodCure = "Install libgpiod's tools with: sudo apt install gpiod";

/** A failure as a value. `found` is what the system said; it is quoted at the end. */
export function gpioFailed(code: GpioErrorCode, sentence: string, found?: string): ReadFailure {
  const quoted = found === undefined || found === "" ? "" : ` The system says: ${found.replace(/\.$/, "")}.`;
  return { ok: false, code, message: `${sentence}.${quoted}` };
}

const chipsCommand: Readonly<Record<GpioBackend, string>> = {
  sysfs: "grep . /sys/class/gpio/gpiochip*/{label,base,ngpio}",
  gpiod: "gpiodetect",
};

const missing: Readonly<Record<GpioBackend, readonly [GpioErrorCode, string]>> = {
  sysfs: [
    "PI_UPS_GPIO_NO_SYSFS",
    `is not there: this kernel has no sysfs GPIO (CONFIG_GPIO_SYSFS), or the line was taken back. ${gpiodCure}, then start the agent again`,
  ],
  gpiod: [
    "PI_UPS_GPIO_NO_CHIP",
    "cannot be reached: its chip's file is not in /dev. In a container, pass --device /dev/gpiochip0; else look which chips there are with: gpiodetect",
  ],
};

function codeAndSentence(errno: string, backend: GpioBackend): readonly [GpioErrorCode, string] {
  switch (errno) {
    case "EINVAL":
      return [
        "PI_UPS_GPIO_BAD_LINE",
        `is not a line or setting that this kernel knows. Correct the board and its pins in the configuration, and see that the agent runs on the Pi that carries the board; this shows the chips and how many lines they have: ${chipsCommand[backend]}`,
      ];
    case "EBUSY":
    case "EEXIST":
      return [
        "PI_UPS_GPIO_BUSY",
        "is held by a kernel driver or another program. See who with: gpioinfo (or sudo cat /sys/kernel/debug/gpio), then end it or remove its overlay",
      ];
    case "EACCES":
    case "EPERM":
      return [
        "PI_UPS_GPIO_NO_PERMISSION",
        "may not be opened by this user. Add it to the group gpio with: sudo usermod -aG gpio USER, then log in again or restart the service",
      ];
    case "ENOENT":
      return missing[backend];
    case "ENODEV":
    case "ENXIO":
      return [
        "PI_UPS_GPIO_NO_CHIP",
        `lost its chip: the driver was unloaded or the chip got another number. See the chips with: ${chipsCommand[backend]}`,
      ];
    default:
      return ["PI_UPS_GPIO_IO", "failed. Look into the kernel's messages with: dmesg | tail"];
  }
}

/**
 * What an errno means for a line, with its cure.
 * @param line for example `GPIO6 (sysfs number 575)`
 * @param errno the name, for example `EBUSY`; an unknown one gives `PI_UPS_GPIO_IO`
 */
export function gpioErrno(line: string, errno: string, backend: GpioBackend, found: string): ReadFailure {
  const [code, sentence] = codeAndSentence(errno, backend);
  return gpioFailed(code, `${line} ${sentence}`, found);
}

/** strerror's English words (the tools run with LC_ALL=C), and what libgpiod's tools say themselves. */
const words: readonly (readonly [RegExp, string])[] = [
  [/Device or resource busy/, "EBUSY"],
  [/Permission denied/, "EACCES"],
  [/Operation not permitted/, "EPERM"],
  [/Invalid argument|out of range|cannot find line|invalid GPIO offset/, "EINVAL"],
  [/File exists/, "EEXIST"],
  [/No such device or address/, "ENXIO"],
  [/No such device/, "ENODEV"],
  [/No such file or directory|cannot find GPIO chip/, "ENOENT"],
];

/** The errno behind what one of libgpiod's tools wrote on its standard error; empty when it is none that we know. */
export function errnoInWords(text: string): string {
  return words.find(([pattern]) => pattern.test(text))?.[1] ?? "";
}
