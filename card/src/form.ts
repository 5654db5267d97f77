// The editor, as a schema: Home Assistant draws it with its own controls, so it survives their changes.
import { blocks, filters, layouts } from "./config.ts";
import { type Strings, stringsFor } from "./i18n/strings.ts";

function select(
  name: string,
  values: readonly string[],
  labels: Readonly<Record<string, unknown>>,
  multiple = false,
) {
  const options = values.map((value) => ({ value, label: labels[value] }));
  return { name, selector: { select: { multiple, mode: multiple ? "list" : "dropdown", options } } };
}

function number(name: string, max: number) {
  return { name, selector: { number: { min: 1, max, mode: "box" } } };
}

function schema(strings: Strings) {
  return [
    { name: "device", required: true, selector: { device: { integration: "pi_ups" } } },
    { name: "name", selector: { text: {} } },
    select("layout", layouts, strings.layouts),
    select("blocks", blocks, { ...strings }, true),
    number("hours", 168),
    number("events_limit", 100),
    select("event_filter", filters, strings.filters),
    { name: "tap_action", selector: { ui_action: { default_action: "more-info" } } },
  ];
}

/** @param language of the person who edits */
export function configForm(language: string) {
  const strings = stringsFor(language);
  const labels: Readonly<Record<string, string>> = strings.fields;
  // Home Assistant has its own words for the fields without a label here.
  return { schema: schema(strings), computeLabel: ({ name }: { readonly name: string }) => labels[name] };
}
