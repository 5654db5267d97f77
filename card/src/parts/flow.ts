// Where the power comes from: mains, UPS, Pi. A cut wire is dashed and its plug crossed out, so that the picture reads
// without colour; a dot runs only while the battery is charged or drained.
import { html, nothing, type TemplateResult } from "lit";
import type { IconName, UpsView } from "../view/view.ts";
import type { Speech, Words } from "../view/words.ts";
import { icon } from "./icons.ts";

function node(picture: IconName, look: string, name: string): TemplateResult {
  return html`<span class="node ${look}">${icon(picture)}${name}</span>`;
}

function wire(flows: boolean, moving: boolean, label: string | null): TemplateResult {
  return html`<span class="wire ${flows ? "flows" : ""}">
    ${flows ? html`<span class=${moving ? "run" : ""}><i></i></span>` : nothing}<small>${label}</small>
  </span>`;
}

/** @param load what the Pi draws, where the board senses it */
export function powerFlow(
  { flow, tone }: UpsView,
  { headline, calm = headline }: Speech,
  { strings }: Words,
  load: string | null,
): TemplateResult | typeof nothing {
  if (flow === null) return nothing;
  const { mains, moving, feedsPi } = flow;
  const off = mains === "off";
  return html`<div class="flow ${feedsPi ? "" : "dim"}" role="img" aria-label="${strings.flow}: ${calm}">
    ${node(off ? "plugOff" : "plug", off ? "bad" : mains === "on" ? "ok" : "", strings.mains)}
    ${wire(mains === "on", moving === "to_ups", null)}
    ${node("battery", tone === "bad" ? "bad" : "", strings.ups)}
    ${wire(feedsPi, moving === "to_pi", off ? load : null)} ${node("chip", "", "Pi")}
  </div>`;
}
