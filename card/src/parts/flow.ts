// Where the power comes from: mains, UPS, Pi. A cut wire is dashed and its plug crossed out, so that the picture reads
// without colour; a dot runs only while the battery is charged or drained.
import { css, html, nothing, type TemplateResult } from "lit";
import type { FlowView, UpsView, Wire } from "../view/view.ts";
import type { Words } from "../view/words.ts";
import { icon } from "./icons.ts";

function wire(state: Wire, moving: boolean, label: string | null): TemplateResult {
  return html`<span class="wire ${state}">
    ${state === "flowing" ? html`<span class="run ${moving ? "moving" : ""}"><i></i></span>` : nothing}
    ${label === null ? nothing : html`<small>${label}</small>`}
  </span>`;
}

function summary(flow: FlowView, { strings }: Words): string {
  if (flow.mains === "unknown") return strings.flowUnknown;
  if (flow.mains === "off") return strings.flowBattery;
  return flow.moving === "to_ups" ? strings.flowCharging : strings.flowMains;
}

const mainsLook = { on: ["plug", "good"], off: ["plugOff", "lost"], unknown: ["plug", ""] } as const;

/** @param load what the Pi draws, where the board senses it */
export function powerFlow(view: UpsView, words: Words, load: string | null): TemplateResult | typeof nothing {
  const { flow, status, tone } = view;
  if (flow === null) return nothing;
  const { strings } = words;
  const [picture, look] = mainsLook[flow.mains];
  const lost = status.kind === "no_contact";
  const ups = !lost && tone === "bad" ? "lost" : "";
  return html`<div class="flow ${lost ? "dim" : ""}" role="img" aria-label="${strings.flow}: ${summary(flow, words)}">
    <span class="node ${look}">${icon(picture)}<span>${strings.mains}</span></span>
    ${wire(flow.toUps, flow.moving === "to_ups", null)}
    <span class="node ${ups}">${icon("battery")}<span>${strings.ups}</span></span>
    ${wire(flow.toPi, flow.moving === "to_pi", flow.mains === "off" ? load : null)}
    <span class="node">${icon("chip")}<span>${strings.pi}</span></span>
  </div>`;
}

export const flowStyles = css`
  .flow {
    display: grid;
    grid-template-columns: auto 1fr auto 1fr auto;
    align-items: start;
    gap: 8px;
  }
  .dim {
    opacity: 0.5;
  }
  .node {
    display: flex;
    flex-direction: column;
    align-items: center;
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
  .node.good .icon {
    border-color: var(--ok);
    color: color-mix(in srgb, var(--ok) 85%, var(--text));
  }
  .node.lost .icon {
    border-color: var(--bad);
    color: color-mix(in srgb, var(--bad) 85%, var(--text));
  }
  .wire {
    position: relative;
    margin-block-start: 18px;
    block-size: 0;
    border-block-start: 2px solid var(--rule);
  }
  .wire.flowing {
    border-color: color-mix(in srgb, var(--tone) 65%, transparent);
  }
  .wire.cut,
  .wire.unknown {
    border-block-start-style: dashed;
  }
  .wire small {
    position: absolute;
    inset-inline: 0;
    inset-block-start: 6px;
    text-align: center;
    font-size: 11px;
    line-height: 14px;
    color: var(--text2);
    font-variant-numeric: tabular-nums;
  }
  .run {
    position: absolute;
    inset-inline: 0;
    inset-block-start: -6px;
    block-size: 10px;
  }
  .run i {
    position: absolute;
    inset-inline-start: -5px;
    inline-size: 10px;
    block-size: 10px;
    border-radius: 50%;
    background: var(--tone);
  }
  .run:not(.moving) i {
    inset-inline-start: calc(50% - 5px);
  }
  .moving {
    --far: 100%;
    animation: run 2.2s linear infinite;
  }
  :host(:dir(rtl)) .moving {
    --far: -100%;
  }
  @keyframes run {
    0% {
      transform: translateX(0);
      opacity: 0;
    }
    12%,
    88% {
      opacity: 1;
    }
    100% {
      transform: translateX(var(--far));
      opacity: 0;
    }
  }
  .resting .moving {
    animation-play-state: paused;
  }
  @media (prefers-reduced-motion: reduce) {
    .moving {
      animation: none;
    }
    .moving i {
      inset-inline-start: calc(50% - 5px);
    }
  }
`;
