// The editor, as a schema: Home Assistant draws it with its own controls, so it survives their changes.
import { blocks, filters, layouts } from "./config.ts";
import { type Strings, stringsFor } from "./i18n/strings.ts";

type Labels = Readonly<Record<string, unknown>>;

function select(name: string, values: readonly string[], labels: Labels, multiple = false) {
  const options = values.map((value) => ({ value, label: labels[value] ?? value }));
  return { name, selector: { select: { multiple, mode: multiple ? "list" : "dropdown", options } } };
}

function number(name: string, max: number) {
  return { name, selector: { number: { min: 1, max, mode: "box" } } };
}

/** @param language of the person who edits */
export function configForm(language: string) {
  const strings: Strings = stringsFor(language);
  const { ups, trend, events, details } = strings;
  const labels: Readonly<Record<string, string>> = {
    device: ups,
    layout: "Layout",
    blocks: details,
    hours: `${trend} (h)`,
    events_limit: `${events} (max.)`,
    event_filter: `${events} (filter)`,
  };
  return {
    schema: [
      { name: "device", required: true, selector: { device: { integration: "pi_ups" } } },
      { name: "name", selector: { text: {} } },
      select("layout", layouts, {}),
      select("blocks", blocks, { ...strings }, true),
      number("hours", 168),
      number("events_limit", 100),
      select("event_filter", filters, strings.filters),
      { name: "tap_action", selector: { ui_action: { default_action: "more-info" } } },
    ],
    // Home Assistant has its own words for the fields without a label here.
    computeLabel: ({ name }: { readonly name: string }) => labels[name],
  };
}
