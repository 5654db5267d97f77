// The card's icons, drawn on a 24 grid as strokes. They are its own because Home Assistant's icon element is internal,
// loads its paths late, and the card's first look has to be right.
import { html, type TemplateResult } from "lit";
import type { IconName } from "../view/view.ts";

const plug = "M9 3v5M15 3v5M6.5 8h11v2.5a5.5 5.5 0 0 1-11 0zM12 16v5";
const cell =
  "M4 8h13.5A1.5 1.5 0 0 1 19 9.5v5a1.5 1.5 0 0 1-1.5 1.5H4a1.5 1.5 0 0 1-1.5-1.5v-5A1.5 1.5 0 0 1 4 8zM21.5 11v2";
const slash = "M3.5 3.5l17 17";

const paths: Readonly<Record<IconName, string>> = {
  plug,
  plugOff: `${plug}${slash}`,
  plugBack: "M20 11a8 8 0 0 0-14.6-3.6L4 9M4 4.5V9h4.5M4 13a8 8 0 0 0 14.6 3.6L20 15M20 19.5V15h-4.5",
  battery: `${cell}M6 11v2M9 11v2M12 11v2`,
  batteryLow: `${cell}M6 11v2`,
  bolt: "M13 3L6 13.5h5L11 21l7-10.5h-5z",
  power: "M12 3.5v8M7.2 6.6a7 7 0 1 0 9.6 0",
  noContact: `M7 18.5h10a4 4 0 0 0 .9-7.9A6 6 0 0 0 6.3 9.3 4.7 4.7 0 0 0 7 18.5z${slash}`,
  alert: "M12 4L2.8 19.5h18.4zM12 10v4.2M12 16.8v.2",
  chip: "M7.5 7.5h9v9h-9zM10.5 10.5h3v3h-3zM10 7.5V4M14 7.5V4M10 20v-3.5M14 20v-3.5M7.5 10H4M7.5 14H4M20 10h-3.5M20 14h-3.5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  thermometer: "M10 13.6V5a2 2 0 1 1 4 0v8.6a4.5 4.5 0 1 1-4 0zM12 9v8",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
  chevron: "M9 6l6 6-6 6",
  dot: "M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
};

/** Decoration only: the words beside it say the same. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${paths[name]} /></svg>`;
}
