// Numbers, times and durations the way the user set them in Home Assistant; a thin layer over Intl, made once per locale.
import type { Locale } from "../ha.ts";

/** Between a number and its unit: they never part at a line's end. */
const nbsp = "\u00a0";

export interface Format {
  readonly language: string;
  /** 61 -> "61 %" */
  percent(pct: number): string;
  number(value: number, digits: number): string;
  /** A value with its unit: 3.19, "V" -> "3.19 V". */
  quantity(value: number, unit: string): string;
  /** "14:31" or "2:31 PM" */
  time(atMs: number): string;
  /** The time alone today, with the day before and after it. */
  moment(atMs: number, nowMs: number): string;
  /** Day and time in full, for a title. */
  dateTime(atMs: number): string;
  /** "Monday, 23 November" in the language's own form. */
  day(atMs: number): string;
  /** Days since the epoch in the user's time zone; equal for two moments of one day. */
  dayNumber(atMs: number): number;
  /** Hour and minute in the user's time zone. */
  clockParts(atMs: number): { readonly hour: number; readonly minute: number };
  /** Exact to the second below an hour, to the minute above: "12 min 40 s". */
  duration(ms: number): string;
  /** An estimate: whole minutes below an hour, steps of five above. */
  runtime(minutes: number): string;
  /** "0:24", "4:10", "1:02:03"; never negative. */
  countdown(ms: number): string;
  /** Written out for a screen reader: "1 hour 10 minutes". */
  spoken(ms: number): string;
  /** Hours of the trend's window, written out: "24 hours". */
  hours(count: number): string;
}

const numberLocales: Readonly<Record<string, string | undefined>> = {
  comma_decimal: "en-US",
  decimal_comma: "de",
  space_comma: "fr",
  quote_decimal: "de-CH",
  none: "en-US",
  system: undefined,
};

/** A language tag that this browser refuses falls back to English. */
function usable(language: string | undefined): string {
  try {
    return Intl.getCanonicalLocales(language ?? "en")[0] ?? "en";
  } catch {
    return "en";
  }
}

function numberFormat(locale: Locale, digits: number): Intl.NumberFormat {
  const name = locale.number_format ?? "language";
  const options = {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: name !== "none",
  };
  return new Intl.NumberFormat(
    name in numberLocales ? numberLocales[name] : usable(locale.language),
    options,
  );
}

type TimeOptions = Pick<Intl.DateTimeFormatOptions, "hourCycle" | "timeZone">;

function timeOptions(locale: Locale, serverZone: string | undefined): TimeOptions {
  return {
    ...(locale.time_format === "12" ? { hourCycle: "h12" as const } : {}),
    ...(locale.time_format === "24" ? { hourCycle: "h23" as const } : {}),
    ...(locale.time_zone === "server" && serverZone !== undefined ? { timeZone: serverZone } : {}),
  };
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function splitDuration(ms: number): { h: number; min: number; s: number } {
  const total = Math.max(0, Math.round(ms / 1000));
  return { h: Math.floor(total / 3600), min: Math.floor((total % 3600) / 60), s: total % 60 };
}

function hoursAndMinutes(h: number, min: number): string {
  if (h === 0) return `${min}${nbsp}min`;
  return min === 0 ? `${h}${nbsp}h` : `${h}${nbsp}h${nbsp}${min}${nbsp}min`;
}

/** 1 -> "1 min", 62 -> "1 h", 4310 s -> "1 h 12 min". */
export function duration(ms: number): string {
  const { h, min, s } = splitDuration(ms);
  if (h >= 48) {
    const days = Math.floor(h / 24);
    return h % 24 === 0 ? `${days}${nbsp}d` : `${days}${nbsp}d${nbsp}${h % 24}${nbsp}h`;
  }
  if (h > 0) return hoursAndMinutes(h, min);
  if (min === 0) return `${s}${nbsp}s`;
  return s === 0 ? `${min}${nbsp}min` : `${min}${nbsp}min${nbsp}${s}${nbsp}s`;
}

export function runtime(minutes: number): string {
  if (minutes < 1) return `<${nbsp}1${nbsp}min`;
  const rounded = minutes < 60 ? Math.round(minutes) : Math.round(minutes / 5) * 5;
  return hoursAndMinutes(Math.floor(rounded / 60), rounded % 60);
}

export function countdown(ms: number): string {
  // Rounded up, so that the last second reads 0:01 and zero means now.
  const { h, min, s } = splitDuration(Math.ceil(Math.max(0, ms) / 1000) * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(min)}:${two(s)}` : `${min}:${two(s)}`;
}

function spokenBy(language: string): (ms: number) => string {
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "long" }).format(value);
  return (ms) => {
    const { h, min, s } = splitDuration(ms);
    const parts = [
      h > 0 ? unit(h, "hour") : "",
      min > 0 ? unit(min, "minute") : "",
      h === 0 && s > 0 ? unit(s, "second") : "",
    ];
    return parts.filter((part) => part !== "").join(" ") || unit(0, "second");
  };
}

/** @param serverZone IANA name of Home Assistant's own time zone, used where the user chose it. */
export function createFormat(locale: Locale, serverZone: string | undefined): Format {
  const language = usable(locale.language);
  const timeLanguage = locale.time_format === "system" ? undefined : language;
  const options = timeOptions(locale, serverZone);
  const zone = options.timeZone === undefined ? {} : { timeZone: options.timeZone };
  const dateTimeFormat = (own: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(timeLanguage, { ...options, ...own });
  const timeOfDay = dateTimeFormat({ hour: "numeric", minute: "2-digit" });
  const weekdayTime = dateTimeFormat({ weekday: "short", hour: "numeric", minute: "2-digit" });
  const shortDateTime = dateTimeFormat({
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
  });
  const fullDateTime = dateTimeFormat({ dateStyle: "full", timeStyle: "medium" });
  const longDay = new Intl.DateTimeFormat(language, {
    ...zone,
    weekday: "long",
    day: "numeric",
    month: "long",
  });
  const digitsOnly = new Intl.DateTimeFormat("en-US", {
    ...zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  const parts = (atMs: number) =>
    Object.fromEntries(digitsOnly.formatToParts(atMs).map((part) => [part.type, Number(part.value)]));
  const numbers = [0, 1, 2, 3].map((digits) => numberFormat(locale, digits));
  const number = (value: number, digits: number) =>
    (numbers[digits] ?? numberFormat(locale, digits)).format(value);
  const dayNumber = (atMs: number) => {
    const { year = 0, month = 1, day = 1 } = parts(atMs);
    return Math.round(Date.UTC(year, month - 1, day) / (24 * hourMs));
  };
  return {
    language,
    number,
    percent: (pct) => `${number(pct, 0)}${nbsp}%`,
    quantity: (value, unit) => `${number(value, quantityDigits(value, unit))}${nbsp}${unit}`,
    time: (atMs) => timeOfDay.format(atMs),
    moment(atMs, nowMs) {
      const days = dayNumber(nowMs) - dayNumber(atMs);
      if (days === 0) return timeOfDay.format(atMs);
      return (days > 0 && days < 7 ? weekdayTime : shortDateTime).format(atMs);
    },
    dateTime: (atMs) => fullDateTime.format(atMs),
    day: (atMs) => longDay.format(atMs),
    dayNumber,
    clockParts(atMs) {
      const { hour = 0, minute = 0 } = parts(atMs);
      return { hour, minute };
    },
    duration,
    runtime,
    countdown,
    spoken: spokenBy(language),
    hours: (count) =>
      new Intl.NumberFormat(language, { style: "unit", unit: "hour", unitDisplay: "long" }).format(count),
  };
}

/** Volts to the hundredth, as the gauges resolve them; everything else as it comes, at most one decimal. */
function quantityDigits(value: number, unit: string): number {
  if (unit === "V" || unit === "A") return 2;
  return Number.isInteger(value) ? 0 : 1;
}
