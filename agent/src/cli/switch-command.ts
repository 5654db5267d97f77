// The words of `pi-ups switch`: what stands behind each switch, and how it becomes a command.
import type { SwitchName } from "../boards/board.ts";
import type { SwitchCommand } from "../ports/control.ts";
import { parseDurationMs, parseOnOff, parsePercent } from "../sim/quantities.ts";
import { UsageError } from "./exit.ts";

/** What is expected behind each switch. */
export const switchArguments: { readonly [S in SwitchName]: string } = {
  allow_charge: "on|off",
  power_cut: "60s|off",
  restart_on_mains: "on|off",
  wake_on_charge: "50%|off",
  wake_at: "2026-11-24T06:00|off",
  watchdog: "5min|off",
  led: "1 #ff8000|off",
  buzzer: "on|off",
};

type Words = readonly (string | undefined)[];

function onOff(name: SwitchName, word: string): boolean {
  const parsed = parseOnOff(word);
  if (parsed.ok) return parsed.value;
  throw new UsageError(`${name}: ${parsed.message}`);
}

function durationMs(name: SwitchName, word: string): number {
  const parsed = parseDurationMs(word);
  if (parsed.ok) return parsed.value;
  throw new UsageError(`${name}: ${parsed.message}`);
}

/** What no board counts to is a mistake of the command line. */
function limited(name: SwitchName, value: number, most: number, unit: string): number {
  if (value <= most) return value;
  throw new UsageError(`${name}: found ${value} ${unit}, expected at most ${most} ${unit}.`);
}

function percent(word: string): number {
  const parsed = parsePercent(word);
  if (parsed.ok) return parsed.value;
  throw new UsageError(`wake_on_charge: ${parsed.message}`);
}

function momentMs(word: string): number {
  const atMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(word) ? Date.parse(word) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new UsageError(
    `wake_at: found ${JSON.stringify(word)}, expected a time such as 2026-11-24T06:00 (local, unless it names a zone) or off.`,
  );
}

function led([index, colour]: Words): SwitchCommand {
  const number = Number(index);
  const hex = colour === "off" ? "000000" : /^#?([0-9a-f]{6})$/i.exec(colour ?? "")?.[1];
  if (!Number.isInteger(number) || number < 1 || hex === undefined) {
    throw new UsageError("led: expected the number of the LED and a colour, for example: led 1 #ff8000");
  }
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return { kind: "led", index: number, red, green, blue };
}

/** The command for a switch and what stands behind it. Throws `UsageError` with what is expected. */
export function parseSwitch(name: SwitchName, words: Words): SwitchCommand {
  const [word, extra] = words;
  if (name !== "led" && extra !== undefined) {
    throw new UsageError(
      `${name} takes one word (${switchArguments[name]}), but ${JSON.stringify(extra)} follows.`,
    );
  }
  if (word === undefined) {
    throw new UsageError(`${name}: a value is missing. Expected is ${switchArguments[name]}.`);
  }
  const off = word === "off";
  switch (name) {
    case "allow_charge":
    case "restart_on_mains":
    case "buzzer":
      return { kind: name, on: onOff(name, word) };
    case "power_cut":
      return {
        kind: name,
        delayS: off ? null : limited(name, Math.round(durationMs(name, word) / 1000), 86_400, "s"),
      };
    case "wake_on_charge":
      return { kind: name, percent: off ? null : percent(word) };
    case "wake_at":
      return { kind: name, wallMs: off ? null : momentMs(word) };
    case "watchdog":
      return {
        kind: name,
        minutes: off ? 0 : limited(name, Math.ceil(durationMs(name, word) / 60_000), 65_535, "min"),
      };
    case "led":
      return led(words);
    default:
      return name satisfies never;
  }
}
