// Where the power comes from: mains, UPS, Pi. A cut wire is dashed and its plug crossed out, so that the picture reads
// without colour; a dot runs only while the battery is charged or drained.
import { css, html, nothing, type TemplateResult } from "lit";
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

export const flowStyles = css`
  .flow {
    display: grid;
    grid-template-columns: auto 1fr auto 1fr auto;
    gap: 8px;
  }
  .dim {
    opacity: 0.5;
  }
  .node {
    display: grid;
    justify-items: center;
    gap: 4px;
    inline-size: 48px;
    font-size: 11px;
    line-height: 14px;
    color: var(--text2);
  }
  .node .icon {
    inline-size: 20px;
    block-size: 20px;
    padding: 8px;
    border-radius: 50%;
    border: 1.5px solid var(--rule);
    color: var(--text);
  }
  .node.ok .icon,
  .node.bad .icon {
    border-color: var(--tone);
    color: var(--ink);
  }
  .wire {
    position: relative;
    margin-block-start: 18px;
    block-size: 0;
    border-block-start: 2px dashed var(--rule);
    text-align: center;
  }
  .flows {
    border-block-start: 2px solid color-mix(in srgb, var(--tone) 65%, transparent);
  }
  .wire small {
    line-height: 28px;
  }
  .wire span {
    position: absolute;
    inset-inline: 0;
  }
  .wire i {
    position: absolute;
    inset-block-start: -6px;
    inset-inline-start: calc(50% - 5px);
    inline-size: 10px;
    block-size: 10px;
    border-radius: 50%;
    background: var(--tone);
  }
  @media (prefers-reduced-motion: no-preference) {
    .run {
      --far: 50%;
      animation: run 2.2s linear infinite;
    }
    :host(:dir(rtl)) .run {
      --far: -50%;
    }
    .resting .run {
      animation-play-state: paused;
    }
  }
  @keyframes run {
    0% {
      transform: translateX(calc(-1 * var(--far)));
    }
    100% {
      transform: translateX(var(--far));
    }
  }
`;
