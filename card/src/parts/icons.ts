// The card's icons, drawn on a 24 grid as strokes. They are its own because Home Assistant's icon element is internal,
// loads its paths late, and the card's first look has to be right.
import { html, type TemplateResult } from "lit";
import type { IconName } from "../view/view.ts";

const plug = "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4";
const slash = "M3 3l18 18";

const paths: Readonly<Record<IconName, string>> = {
  plug,
  plugOff: plug + slash,
  plugBack: "M20 11A8 8 0 0 0 5 8L4 9M4 4v5h5M4 13a8 8 0 0 0 15 3l1-1M20 20v-5h-5",
  battery: "M5 8h12q2 0 2 2v4q0 2-2 2H5q-2 0-2-2v-4q0-2 2-2zM22 11v2M7 11v2M11 11v2",
  bolt: "M13 3L6 14h5l-1 7 8-11h-6z",
  power: "M12 4v8M7 7a7 7 0 1 0 10 0",
  noContact: `M7 18h10a4 4 0 0 0 1-8A6 6 0 0 0 7 9a4.5 4.5 0 0 0 0 9z${slash}`,
  alert: "M12 4L3 19h18zM12 10v4M12 16.5v.1",
  chip: "M7 7h10v10H7zM10 10h4v4h-4zM10 7V4M14 7V4M10 20v-3M14 20v-3M7 10H4M7 14H4M20 10h-3M20 14h-3",
  check: "M5 12l5 5 9-10",
  heat: "M10 14V5a2 2 0 1 1 4 0v9a4 4 0 1 1-4 0zM12 9v8",
};

/** Decoration only: the words beside it say the same. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${paths[name]} /></svg>`;
}
