// The small print of an event: its figures, in the user's language and number format. Where an event carries nothing
// that can be put into words here, its own sentence (English, from the agent) stands.

import type { ListedEvent } from "../data/wire.ts";
import { type Strings, word } from "../i18n/strings.ts";
import type { RowWords } from "./event-rows.ts";
import type { Format } from "./format.ts";

type Detail = ListedEvent["detail"][string];

function quantity(value: Detail | undefined, unit: string | null, format: Format): string | null {
  if (typeof value !== "number") return null;
  if (unit === "%") return format.percent(value);
  return unit === null ? format.number(value, Number.isInteger(value) ? 0 : 1) : format.quantity(value, unit);
}

function at(value: string | null, strings: Strings): string | null {
  return value === null ? null : strings.at(value);
}

/** "3.19 V per cell · limit 3.20 V" */
function limitDetails(event: ListedEvent, { strings, format }: RowWords): readonly (string | null)[] {
  const value = quantity(event.value, event.unit, format);
  const threshold = quantity(event.threshold, event.unit, format);
  return [
    value !== null && event.unit === "V" ? `${value} ${strings.perCell}` : value,
    threshold === null ? null : strings.limit(threshold),
  ];
}

function restoredDetails(event: ListedEvent, { strings, format }: RowWords): readonly (string | null)[] {
  const seconds = event.unit === "s" && typeof event.value === "number" ? event.value : null;
  const lowest = quantity(event.detail["lowest_percent"], "%", format);
  return [
    event.detail["outage_since_shutdown"] === true
      ? strings.mainsAfterShutdown
      : seconds === null
        ? null
        : strings.after(format.duration(seconds * 1000)),
    lowest === null ? null : strings.lowest(lowest),
  ];
}

function reasonOf(event: ListedEvent, strings: Strings): string | null {
  const reason = event.detail["reason"];
  return typeof reason === "string" ? (word(strings, "reason", reason) ?? null) : null;
}

function scheduledDetails(event: ListedEvent, { strings, format }: RowWords): readonly (string | null)[] {
  const seconds = event.unit === "s" && typeof event.value === "number" ? event.value : null;
  return [
    reasonOf(event, strings),
    seconds === null ? null : strings.inTime(format.duration(seconds * 1000)),
  ];
}

/** How the last run ended. */
function startedDetails(
  event: ListedEvent,
  { strings, format, nowMs }: RowWords,
): readonly (string | null)[] {
  const endedMs = Date.parse(String(event.detail["last_run_at"]));
  const reason = event.detail["last_run_reason"];
  const time = Number.isFinite(endedMs) ? format.moment(endedMs, nowMs) : null;
  const why = typeof reason === "string" ? (word(strings, "reason", reason) ?? reason) : null;
  switch (event.detail["last_run"]) {
    case "none":
      return [strings.startedFirst];
    case "shutdown":
      return time === null ? [event.message] : [strings.startedAfterShutdown(time), why];
    case "stopped":
      return time === null ? [event.message] : [strings.startedAfterStop(time), why];
    case "died":
      return time === null ? [event.message] : [strings.startedAfterDeath(time)];
    default:
      return [event.message];
  }
}

function detailsOf(event: ListedEvent, words: RowWords): readonly (string | null)[] {
  const { strings, format } = words;
  switch (event.type) {
    case "ac_power_loss":
    case "charging_started":
    case "charging_stopped":
      return [
        at(quantity(event.value ?? event.detail["battery_percent"], event.unit ?? "%", format), strings),
      ];
    case "ac_power_restored":
      return restoredDetails(event, words);
    case "battery_full":
      return [at(quantity(event.detail["cell_voltage_v"], "V", format), strings)];
    case "battery_voltage_recovered":
      return [at(quantity(event.value, event.unit, format), strings)];
    case "battery_voltage_low":
    case "battery_voltage_critical":
    case "temperature_high":
    case "temperature_normal":
    case "overcurrent_detected":
    case "overcurrent_cleared":
      return limitDetails(event, words);
    case "shutdown_scheduled":
      return scheduledDetails(event, words);
    case "shutdown_started":
      return [reasonOf(event, strings)];
    case "shutdown_cancelled":
      return [word(strings, "by", String(event.detail["by"]))];
    case "agent_started":
      return startedDetails(event, words);
    default:
      return [event.message];
  }
}

/** A shutdown always says why, in its own sentence if need be; a mains edge without figures needs no more than its title. */
export function eventDetails(event: ListedEvent, words: RowWords): readonly string[] {
  const details = detailsOf(event, words).filter((part): part is string => part !== null && part !== "");
  return details.length === 0 && event.type.startsWith("shutdown_") ? [event.message] : details;
}
