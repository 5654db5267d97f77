// Arguments and output of libgpiod's tools, which differ between version 1 (Debian 12, Ubuntu to 24.04) and version 2
// (Debian 13): `-b` is line-buffered in one and bias in the other, a falling edge is 0 in one and 2 in the other.
// Sources: gpiomon(1), gpioget(1), gpioset(1) of 1.6.3 and 2.2.1, and both programs' --help.

/** Major version of the tools; everything from 2 on is taken as 2. */
export type GpiodMajor = 1 | 2;

export type Bias = "pull_up" | "pull_down" | "none";

/** A line by chip name (`gpiochip0`) and offset; on a Raspberry Pi the offset is the BCM number. */
export interface ChipLine {
  readonly chip: string;
  readonly offset: number;
}

/** Shown by `gpioinfo`; version 1 always shows the tool's own name. */
export const consumer = "pi-ups";

/** Version 1 has no long names for some; long ones are used wherever both exist, because the short ones clash. */
function biasArgs(major: GpiodMajor, bias: Bias): readonly string[] {
  if (bias === "none") return [];
  const word = bias === "pull_up" ? "pull-up" : "pull-down";
  return major === 1 ? [`--bias=${word}`] : ["--bias", word];
}

/** Reads a level, and turns the line into an input: for inputs only, and to give an output back. */
export function gpiogetArgs(major: GpiodMajor, line: ChipLine, bias: Bias): readonly string[] {
  const { chip, offset } = line;
  if (major === 1) return [...biasArgs(1, bias), chip, String(offset)];
  // With a pull that was just switched on, the level needs a moment to follow it.
  const settle = bias === "none" ? [] : ["--hold-period", "1ms"];
  return [
    "--numeric",
    "--consumer",
    consumer,
    ...settle,
    ...biasArgs(2, bias),
    "--chip",
    chip,
    String(offset),
  ];
}

/** Each edge gives one line of text, `EDGE OFFSET`; version 2 says first that it is armed. */
export function gpiomonArgs(
  major: GpiodMajor,
  line: ChipLine,
  bias: Bias,
  kernelDebounceMs: number,
): readonly string[] {
  const { chip, offset } = line;
  if (major === 1) {
    return ["--line-buffered", "--format=%e %o", ...biasArgs(1, bias), chip, String(offset)];
  }
  const debounce = kernelDebounceMs > 0 ? ["--debounce-period", `${kernelDebounceMs}ms`] : [];
  const common = ["--banner", "--edges", "both", "--format", "%e %o", "--consumer", consumer];
  return [...common, ...debounce, ...biasArgs(2, bias), "--chip", chip, String(offset)];
}

/** Drives the line for as long as the program runs. Version 1 ends at the end of its standard input. */
export function gpiosetArgs(major: GpiodMajor, line: ChipLine, high: boolean): readonly string[] {
  const value = `${line.offset}=${high ? 1 : 0}`;
  return major === 1
    ? ["--mode=wait", line.chip, value]
    : ["--banner", "--consumer", consumer, "--chip", line.chip, value];
}

export function gpioinfoArgs(major: GpiodMajor, chip: string): readonly string[] {
  return major === 1 ? [chip] : ["--chip", chip];
}

export type MonitorLine = { readonly kind: "edge"; readonly high: boolean } | { readonly kind: "garbage" };

/** One line of text of our `gpiomon`. Whatever is not exactly ours is garbage, because a level hangs on it. */
export function parseMonitorLine(major: GpiodMajor, offset: number, text: string): MonitorLine {
  const match = /^([012]) (\d+)$/.exec(text);
  if (match === null || Number(match[2]) !== offset) return { kind: "garbage" };
  if (match[1] === "1") return { kind: "edge", high: true };
  return match[1] === (major === 1 ? "0" : "2") ? { kind: "edge", high: false } : { kind: "garbage" };
}

/** With `--banner`, version 2 says in this way that it has the line. */
export function isBanner(text: string): boolean {
  return /^(?:Monitoring|Setting) line /.test(text);
}

/** What `gpioget` printed, raw; null when it is not a level. */
export function parseLevel(text: string): boolean | null {
  const level = text.trim();
  return level === "1" ? true : level === "0" ? false : null;
}

export interface GpiodVersion {
  /** For example `2.2.1`. */
  readonly version: string;
  readonly major: GpiodMajor;
}

/** `gpiodetect (libgpiod) v1.6.3`; null when there is no version in the text. */
export function parseVersion(text: string): GpiodVersion | null {
  const match = /\bv?(\d+)\.(\d+)(?:\.\d+)?/.exec(text);
  if (match === null) return null;
  return { version: match[0].replace(/^v/, ""), major: Number(match[1]) >= 2 ? 2 : 1 };
}
