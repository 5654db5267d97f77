// The quiet lines: what is wrong beside the headline, the figures under the bar, and what stands in place of a card
// that has nothing to show yet.
import { html, nothing, type TemplateResult } from "lit";
import type { Strings } from "../i18n/strings.ts";
import type { Notice, Trouble, UpsView } from "../view/view.ts";
import { batteryHint, troubleWords, type Words } from "../view/words.ts";
import { icon } from "./icons.ts";

const addIntegrationUrl = "https://my.home-assistant.io/redirect/config_flow_start/?domain=pi_ups";

function noticeText(notice: Notice, strings: Strings): string {
  switch (notice.kind) {
    case "problem":
      return notice.text === null ? strings.checkUps : `${strings.checkUps}: ${notice.text}`;
    case "stale":
      return strings.stale;
    default:
      return notice satisfies never;
  }
}

/** @param notes further sentences, for example for the person who edits the card */
export function notices(view: UpsView, { strings }: Words, notes: readonly string[]): TemplateResult {
  return html`${view.notices.map(
    (notice) => html`<p class="notice ${notice.kind === "problem" ? "tone-bad" : "tone-warn"}">
      ${icon("alert")}<span>${noticeText(notice, strings)}</span>
    </p>`,
  )}${notes.map((note) => html`<p class="notice tone-muted">${icon("dot")}<span>${note}</span></p>`)}`;
}

/** Line under the bar: what happens next, and the figures that the board gives. */
export function metrics(
  view: UpsView,
  words: Words,
  figures: readonly string[],
): TemplateResult | typeof nothing {
  const hint = batteryHint(view, words);
  if (hint === null && figures.length === 0) return nothing;
  return html`<p class="hint">
    ${hint === null ? nothing : html`<span>${hint}</span>`}
    ${figures.length === 0 ? nothing : html`<span>${figures.join(" · ")}</span>`}
  </p>`;
}

export function troubleBlock(trouble: Trouble, strings: Strings): TemplateResult {
  return html`<div class="trouble" role="status">
    <p>${troubleWords(trouble, strings)}</p>
    ${
      trouble.kind === "no_devices"
        ? html`<a href=${addIntegrationUrl} target="_blank" rel="noreferrer">${strings.addIntegration}</a>`
        : nothing
    }
  </div>`;
}

/** The card's outline while the first answer is on its way; no figures, no colours. */
export function skeleton(strings: Strings): TemplateResult {
  const bone = (inline: string, block: string) =>
    html`<div class="bone" style="inline-size:${inline};block-size:${block}"></div>`;
  return html`<span class="vh" role="status">${strings.loading}</span>
    ${bone("45%", "40px")}${bone("100%", "10px")}${bone("100%", "92px")}`;
}
