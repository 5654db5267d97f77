// Headline, the line below it, and the one figure that answers "how long" or "how full".
import { css, html, nothing, type TemplateResult } from "lit";
import type { IconName, Status, UpsView } from "../view/view.ts";
import { type Figure, figure, headline, subline, type Words } from "../view/words.ts";
import { icon } from "./icons.ts";

const pictures: Readonly<Record<Status["kind"], IconName>> = {
  on_mains: "plug",
  charging: "bolt",
  on_battery: "battery",
  low: "batteryLow",
  counting_down: "power",
  shutting_down: "power",
  shut_down: "power",
  stopped: "power",
  no_contact: "noContact",
  fault: "alert",
  mains_unknown: "battery",
  waiting: "clock",
};

function stamp(view: UpsView, { strings }: Words): TemplateResult | typeof nothing {
  return view.badge === null ? nothing : html`<span class="stamp">${strings[view.badge]}</span>`;
}

function figureBlock({ value, note }: Figure): TemplateResult {
  return html`<p class="figure"><b>${value}</b>${note === "" ? nothing : html` <span>${note}</span>`}</p>`;
}

/**
 * @param onOpen null where a tap does nothing
 * @param instead stands in the figure's place, for the one-line layout
 */
export function header(
  view: UpsView,
  words: Words,
  onOpen: (() => void) | null,
  instead: TemplateResult | null = null,
): TemplateResult {
  return html`<header class="head">
    <span class="badge">${icon(pictures[view.status.kind])}</span>
    <div class="titles">
      <h2>${headline(view.status, words)}</h2>
      <p class="sub">${subline(view, words)}</p>
    </div>
    ${stamp(view, words)} ${instead ?? figureBlock(figure(view, words))}
    ${
      onOpen === null
        ? nothing
        : html`<button class="hit" aria-label=${words.strings.details(view.name)} @click=${onOpen}></button>`
    }
  </header>`;
}

export const headerStyles = css`
  .head {
    position: relative;
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .badge {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    border-radius: 50%;
    color: color-mix(in srgb, var(--tone) 88%, var(--text));
    background: color-mix(in srgb, var(--tone) 16%, transparent);
  }
  .titles {
    flex: 1 1 0;
    min-inline-size: 0;
  }
  h2 {
    font-size: 16px;
    font-weight: 500;
    line-height: 22px;
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
  .sub {
    font-size: 12px;
    line-height: 16px;
    color: var(--text2);
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
  .figure {
    flex: 0 1 auto;
    display: flex;
    flex-direction: column;
    align-items: flex-end;
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
  .figure b {
    font-size: 22px;
    font-weight: 500;
    line-height: 26px;
    letter-spacing: -0.2px;
    white-space: nowrap;
  }
  .figure span {
    font-size: 12px;
    line-height: 16px;
    color: var(--text2);
  }
  .urgent .figure b,
  .urgent h2 {
    color: color-mix(in srgb, var(--bad) 72%, var(--text));
  }
  .hit {
    position: absolute;
    inset: -6px;
    border-radius: 10px;
  }
  .hit:focus-visible {
    outline-offset: -2px;
  }
  .layout-tile .figure span {
    display: none;
  }
  .layout-tile .figure b {
    font-size: 18px;
  }
  .layout-tile h2,
  .layout-tile .sub {
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
  }
  @container ups (max-width: 330px) {
    .body:not(.one-line) .head {
      flex-wrap: wrap;
      row-gap: 8px;
    }
    .body:not(.one-line) .titles {
      flex-basis: calc(100% - 56px);
    }
    .body:not(.one-line) .figure {
      flex-basis: auto;
      flex-grow: 1;
      flex-direction: row;
      align-items: baseline;
      gap: 6px;
      text-align: start;
    }
  }
`;
