// Headline, the line below it, and the one figure that answers "how long" or "how full".
import { html, nothing, type TemplateResult } from "lit";
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
      ${badge === null ? nothing : html`<small class="stamp">${strings[badge]}</small>`}
      <p class="sub">${name}${detail ? ` · ${detail}` : nothing}</p>
    </div>
    ${instead ?? html`<p class="figure"><b>${figure}</b> <small>${note}</small></p>`}
    ${onOpen && html`<button class="hit" aria-label="${name}: ${strings.details}" @click=${onOpen}></button>`}
  </header>`;
}
