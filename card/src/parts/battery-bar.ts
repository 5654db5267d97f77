// The charge as a bar with marks where "low" and the shutdown begin. Without a live figure there is no filling:
// an empty bar would say 0 %, so it is hatched instead.
import { css, html, nothing, type TemplateResult } from "lit";
import type { UpsView } from "../view/view.ts";
import { batterySpoken, type Words } from "../view/words.ts";

function mark(pct: number | null, kind: "low" | "critical"): TemplateResult | typeof nothing {
  return pct === null ? nothing : html`<i class="mark ${kind}" style="inset-inline-start:${pct}%"></i>`;
}

export function batteryBar(view: UpsView, words: Words): TemplateResult {
  const { battery } = view;
  const live = battery.trust === "last_known" ? null : battery.pct;
  const spoken = batterySpoken(view, words);
  const marks = html`${mark(battery.lowPct, "low")}${mark(battery.criticalPct, "critical")}`;
  if (live === null) {
    return html`<div class="bar hatched" role="img" aria-label="${words.strings.battery}: ${spoken}">${marks}</div>`;
  }
  return html`<div
    class="bar ${battery.trust}"
    role="meter"
    aria-label=${words.strings.battery}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${live}
    aria-valuetext=${spoken}
  >
    <div class="fill" style="inline-size:${live}%"></div>
    ${marks}
  </div>`;
}

export const batteryBarStyles = css`
  .bar {
    position: relative;
    block-size: 10px;
    border-radius: 5px;
    background: var(--groove);
    overflow: hidden;
  }
  .fill {
    block-size: 100%;
    min-inline-size: 4px;
    border-radius: 5px;
    background: var(--tone);
    transition: inline-size 0.6s ease-out;
  }
  .bar.stale .fill {
    opacity: 0.45;
  }
  .hatched {
    background: repeating-linear-gradient(
        135deg,
        color-mix(in srgb, var(--text) 10%, transparent) 0 5px,
        transparent 5px 10px
      ),
      color-mix(in srgb, var(--text) 4%, transparent);
  }
  .mark {
    position: absolute;
    inset-block: 0;
    inline-size: 2px;
    margin-inline-start: -1px;
    box-shadow: 0 0 0 1px color-mix(in srgb, var(--surface) 55%, transparent);
  }
  .mark.low {
    background: var(--warn);
  }
  .mark.critical {
    background: var(--bad);
  }
  .hatched .mark {
    opacity: 0.45;
  }
  @media (prefers-reduced-motion: reduce) {
    .fill {
      transition: none;
    }
  }
  @media (forced-colors: active) {
    .bar {
      border: 1px solid CanvasText;
    }
    .fill,
    .mark {
      background: CanvasText;
      forced-color-adjust: none;
    }
  }
`;
