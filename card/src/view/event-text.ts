// The small print of an event: its figures, in the user's language and number format. What cannot be put into words here
// is told by the event's own sentence (English, from the agent).
import { toMoment } from "../data/facts.ts";
import type { ListedEvent } from "../data/wire.ts";
import { reasonWords } from "../i18n/strings.ts";
import { duration } from "./format.ts";
import { charge, type Words } from "./words.ts";

type Parts = readonly (string | number | null | undefined)[];

function quantity(value: unknown, unit: string | null, words: Words): string | null {
  if (typeof value !== "number") return null;
  if (unit === "s") return duration(value * 1000);
  return unit === "%" ? charge(value, words) : words.format.quantity(value, unit ?? "");
}

/** "3.19 V per cell · limit 3.20 V", or "at 96 %" where there is no limit. */
function figures({ value, threshold, unit }: ListedEvent, words: Words): Parts {
  const { strings } = words;
  const figure = quantity(value, unit, words);
  // Whatever the charge is, its limit is exact.
  const limit = quantity(threshold, unit, { ...words, estimated: false });
  if (figure === null) return [];
  return limit === null
    ? [strings.at(figure)]
    : [unit === "V" ? `${figure} ${strings.perCell}` : figure, strings.limit(limit)];
}

/** How the last run ended, and when. */
function started({ detail, message }: ListedEvent, { strings, format, nowMs }: Words): Parts {
  const how = (strings.runs as Readonly<Record<string, string>>)[String(detail["last_run"])];
  const endedMs = toMoment(detail["last_run_at"]);
  if (how === undefined) return [message];
  return [how, endedMs && format.moment(endedMs, nowMs), reasonWords(strings, detail["last_run_reason"])];
}

function parts(event: ListedEvent, words: Words): Parts {
  const { strings } = words;
  const { type, value, unit, detail, message } = event;
  const reason = reasonWords(strings, detail["reason"]);
  switch (type) {
    case "ac_power_restored": {
      const lowest = quantity(detail["lowest_percent"], "%", words);
      const length = unit === "s" ? quantity(value, unit, words) : null;
      return [
        detail["outage_since_shutdown"] === true ? strings.runs.shutdown : length && strings.after(length),
        lowest && strings.lowest(lowest),
      ];
    }
    case "shutdown_scheduled":
      return [reason ?? message, unit === "s" ? strings.inTime(quantity(value, unit, words) ?? "") : null];
    case "shutdown_started":
      return [reason ?? message];
    case "shutdown_cancelled":
      return [reasonWords(strings, detail["by"])];
    case "agent_started":
      return started(event, words);
    case "battery_full":
      return [quantity(detail["cell_voltage_v"], "V", words)];
    case "agent_stopping":
    case "ups_fault":
    case "ups_fault_cleared":
      return [message];
    default:
      return figures(event, words);
  }
}

export function eventDetails(event: ListedEvent, words: Words): readonly string[] {
  return parts(event, words).filter((part) => typeof part === "string");
}
