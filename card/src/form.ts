// The editor, as a schema: Home Assistant draws it with its own controls, so it survives their changes.
import { type Block, blocks, type EventFilter, filters, type Layout, layouts } from "./config.ts";
import { type Strings, stringsFor } from "./i18n/strings.ts";

interface Field {
  readonly name: string;
  readonly required?: boolean;
  readonly selector?: Readonly<Record<string, unknown>>;
  readonly type?: "grid" | "expandable";
  readonly flatten?: boolean;
  readonly title?: string;
  readonly schema?: readonly Field[];
}

function select(name: string, options: readonly { value: string; label: string }[], multiple = false): Field {
  return { name, selector: { select: { mode: multiple ? "list" : "dropdown", multiple, options } } };
}

function number(name: string, min: number, max: number): Field {
  return { name, selector: { number: { min, max, mode: "box" } } };
}

function schema(strings: Strings): readonly Field[] {
  const layoutLabel = (layout: Layout) => strings[`layout_${layout}`];
  const filterLabel = (filter: EventFilter) => strings[`filter_${filter}`];
  const blockLabel = (block: Block) => strings[`block_${block}`];
  return [
    { name: "device", required: true, selector: { device: { integration: "pi_ups" } } },
    { name: "name", selector: { text: {} } },
    select(
      "layout",
      layouts.map((value) => ({ value, label: layoutLabel(value) })),
    ),
    {
      name: "",
      type: "expandable",
      flatten: true,
      title: strings.form_look,
      schema: [
        select(
          "blocks",
          blocks.map((value) => ({ value, label: blockLabel(value) })),
          true,
        ),
        number("hours", 1, 168),
        number("events_limit", 1, 100),
        select(
          "event_filter",
          filters.map((value) => ({ value, label: filterLabel(value) })),
        ),
        { name: "tap_action", selector: { ui_action: { default_action: "more-info" } } },
      ],
    },
  ];
}

/** @param language of the person who edits; the browser's page language follows Home Assistant's */
export function configForm(language: string) {
  const strings = stringsFor(language);
  const labels: Readonly<Record<string, string>> = {
    device: strings.form_device,
    name: strings.form_name,
    layout: strings.form_layout,
    hours: strings.form_hours,
    events_limit: strings.form_events_limit,
    event_filter: strings.form_event_filter,
    blocks: strings.form_blocks,
    tap_action: strings.form_tap_action,
  };
  return {
    schema: schema(strings),
    computeLabel: (field: { readonly name: string }) => labels[field.name],
  };
}
