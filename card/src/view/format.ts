// Numbers, times and durations the way the user set them in Home Assistant; a thin layer over Intl, made once per locale.
import type { Locale } from "../ha.ts";

/** Between a number and its unit: they never part at a line's end. */
const nbsp = "\u00a0";

export interface Format {
  /** 61 -> "61 %" */
  percent(pct: number): string;
  /** A value with its unit: 3.19, "V" -> "3.19 V". */
  quantity(value: number, unit: string): string;
  /** "14:31" or "2:31 PM" */
  time(atMs: number): string;
  /** The time alone on the day of `nowMs`, with its day otherwise. */
  moment(atMs: number, nowMs: number): string;
  /** "Today", "Yesterday", else "Monday, 23 November" in the language's own form. */
  day(atMs: number, nowMs: number): string;
  /** Days since the epoch in the user's time zone; equal for two moments of one day. */
  dayNumber(atMs: number): number;
  /** Minutes since midnight in the user's time zone. */
  minuteOfDay(atMs: number): number;
  /** The language's word for the present. */
  now(): string;
  /** Written out for a screen reader: "1 hour 10 minutes". */
  spoken(ms: number): string;
}

const numberLocales: Readonly<Record<string, string | undefined>> = {
  comma_decimal: "en-US",
  decimal_comma: "de",
  space_comma: "fr",
  quote_decimal: "de-CH",
  none: "en-US",
  system: undefined,
};

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

function split(ms: number): readonly [h: number, min: number, s: number] {
  const total = Math.max(0, Math.round(ms / 1000));
  return [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
}

function joined(parts: readonly (readonly [number, string])[], zero: string): string {
  const words = parts.filter(([value]) => value > 0).map(([value, unit]) => `${value}${nbsp}${unit}`);
  return words.join(nbsp) || zero;
}

/** Exact to the second below an hour, to the minute above: "12 min 40 s". */
export function duration(ms: number): string {
  const [h, min, s] = split(ms);
  return joined(
    [
      [h, "h"],
      [min, "min"],
      [h > 0 ? 0 : s, "s"],
    ],
    `0${nbsp}s`,
  );
}

/** An estimate: whole minutes below an hour, steps of five above. */
export function runtime(minutes: number): string {
  const rounded = minutes < 60 ? Math.round(minutes) : Math.round(minutes / 5) * 5;
  return rounded < 1 ? `<${nbsp}1${nbsp}min` : duration(rounded * minuteMs);
}

/** "0:24", "4:10", "1:02:03"; rounded up, so that the last second reads 0:01 and zero means now. */
export function countdown(ms: number): string {
  const [h, min, s] = split(Math.ceil(ms / 1000) * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(min)}:${two(s)}` : `${min}:${two(s)}`;
}

/** @param serverZone IANA name of Home Assistant's own time zone, used where the user chose it. */
export function createFormat(locale: Locale, serverZone: string): Format {
  const { language, number_format: style = "language", time_format, time_zone } = locale;
  const zone = time_zone === "server" ? { timeZone: serverZone } : {};
  const hourCycle = ({ "12": "h12", "24": "h23" } as const)[time_format ?? ""];
  const times = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(time_format === "system" ? undefined : language, {
      ...zone,
      ...(hourCycle === undefined ? {} : { hourCycle }),
      ...options,
    });
  const clock = { hour: "numeric", minute: "2-digit" } as const;
  const time = times(clock);
  const dayAndTime = times({ ...clock, weekday: "short", day: "numeric", month: "short" });
  const longDay = times({ weekday: "long", day: "numeric", month: "long" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  // The wall clock in ms, as if it were UTC; Swedish writes times as ISO 8601 does.
  const iso = new Intl.DateTimeFormat("sv", { ...zone, dateStyle: "short", timeStyle: "medium" });
  const wallMs = (atMs: number) => Date.parse(`${iso.format(atMs).replace(" ", "T")}Z`);
  const dayNumber = (atMs: number) => Math.floor(wallMs(atMs) / dayMs);
  const numberLocale = style in numberLocales ? numberLocales[style] : language;
  const quantity = (value: number, unit: string) => {
    // Volts and amperes to the hundredth, as the gauges resolve them.
    const fine = unit === "V" || unit === "A";
    const options = { minimumFractionDigits: fine ? 2 : 0, maximumFractionDigits: fine ? 2 : 1 };
    return `${new Intl.NumberFormat(numberLocale, options).format(value)}${nbsp}${unit}`;
  };
  return {
    quantity,
    percent: (pct) => quantity(Math.round(pct), "%"),
    time: (atMs) => time.format(atMs),
    moment: (atMs, nowMs) => (dayNumber(nowMs) === dayNumber(atMs) ? time : dayAndTime).format(atMs),
    day(atMs, nowMs) {
      const ago = dayNumber(nowMs) - dayNumber(atMs);
      return ago === 0 || ago === 1 ? relative.format(-ago, "day") : longDay.format(atMs);
    },
    dayNumber,
    minuteOfDay: (atMs) => Math.floor((wallMs(atMs) % dayMs) / minuteMs),
    now: () => relative.format(0, "second"),
    spoken: (ms) => spoken(split(ms), language),
  };
}

function spoken(parts: readonly number[], language: string): string {
  return parts
    .map((value, index) => {
      const unit = ["hour", "minute", "second"][index] ?? "";
      return value > 0
        ? new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(value)
        : "";
    })
    .filter((part) => part !== "")
    .join(" ");
}
