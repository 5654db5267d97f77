// The charge as a bar with marks where "low" and the shutdown begin. Without a live figure there is no filling:
// an empty bar would say 0 %, so it is hatched instead.
import { html, nothing, type TemplateResult } from "lit";
import type { UpsView } from "../view/view.ts";
import { batterySpoken, type Words } from "../view/words.ts";

function mark(pct: number | null, look: string): TemplateResult | typeof nothing {
  return pct === null ? nothing : html`<i class=${look} style="inset-inline-start:${pct}%"></i>`;
}

export function batteryBar(view: UpsView, words: Words): TemplateResult {
  const { pct, trust, lowPct, criticalPct } = view.battery;
  const label = words.strings.battery;
  const spoken = batterySpoken(view, words);
  const marks = html`${mark(lowPct, "warn")}${mark(criticalPct, "bad")}`;
  if (trust === "last_known" || pct === null) {
    return html`<div class="bar hatched" role="img" aria-label="${label}: ${spoken}">${marks}</div>`;
  }
  return html`<div
    class="bar ${trust}"
    role="meter"
    aria-label=${label}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${pct}
    aria-valuetext=${spoken}
  >
    <div style="width:${pct}%"></div>
    ${marks}
  </div>`;
}
