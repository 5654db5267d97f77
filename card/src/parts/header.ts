// Headline, the line below it, and the one figure that answers "how long" or "how full".
import { css, html, nothing, type TemplateResult } from "lit";
import type { UpsView } from "../view/view.ts";
import type { Speech, Words } from "../view/words.ts";
import { icon } from "./icons.ts";

/**
 * @param onOpen null where a tap does nothing
 * @param instead stands in the figure's place
 */
export function header(
  { name, icon: picture, badge }: UpsView,
  { headline, detail, figure, note }: Speech,
  { strings }: Words,
  onOpen: (() => void) | null,
  instead: TemplateResult | null,
): TemplateResult {
  return html`<header>
    <span class="badge">${icon(picture)}</span>
    <div class="titles">
      <h2>${headline}</h2>
      <p class="sub">${name}${detail ? ` · ${detail}` : nothing}</p>
    </div>
    ${badge === null ? nothing : html`<small class="stamp">${strings[badge]}</small>`}
    ${instead ?? html`<p class="figure"><b>${figure}</b> <small>${note}</small></p>`}
    ${onOpen && html`<button class="hit" aria-label="${name}: ${strings.details}" @click=${onOpen}></button>`}
  </header>`;
}

export const headerStyles = css`
  header {
    position: relative;
    display: flex;
    align-items: center;
    gap: 8px 12px;
  }
  .badge {
    padding: 8px;
    border-radius: 50%;
    color: var(--ink);
    background: color-mix(in srgb, var(--tone) 16%, transparent);
  }
  .titles {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: 16px;
    font-weight: 500;
    line-height: 22px;
  }
  .figure {
    display: flex;
    flex-direction: column;
    text-align: end;
  }
  .figure b {
    font-size: 22px;
    font-weight: 500;
    line-height: 26px;
    white-space: nowrap;
  }
  .urgent h2,
  .urgent b {
    color: var(--ink);
  }
  .stamp {
    padding: 0 8px;
    border: 1px dashed;
    border-radius: 9px;
    font-size: 11px;
  }
  .hit {
    position: absolute;
    inset: -6px;
    border-radius: 10px;
  }
  .tile small {
    display: none;
  }
  .tile b {
    font-size: 18px;
  }
  .tile .titles > * {
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
  }
  @container ups (max-width: 340px) {
    .body:not(.tile) header {
      flex-wrap: wrap;
    }
    .body:not(.tile) .titles {
      flex-basis: calc(100% - 52px);
    }
    .body:not(.tile) .figure {
      flex: 1;
      display: block;
      text-align: start;
    }
  }
`;
