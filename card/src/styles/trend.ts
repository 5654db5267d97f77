// Style of the trend.
import { css } from "lit";

export const trendStyles = css`
      :host {
        --line: var(--trend);
        direction: ltr;
      }
      :host([muted]) {
        --line: var(--text2);
      }
      .plot {
        position: relative;
        height: var(--pi-ups-trend-height, 92px);
        touch-action: pan-y;
      }
      svg,
      .band,
      .cursor {
        position: absolute;
        inset-block: 0;
        pointer-events: none;
      }
      svg {
        width: 100%;
        height: 100%;
        overflow: visible;
      }
      .rule {
        stroke: var(--rule);
      }
      .limit {
        stroke: var(--bad);
        stroke-dasharray: 3 4;
        opacity: 0.75;
      }
      .line {
        fill: none;
        stroke: var(--line);
        stroke-width: 2;
        stroke-linejoin: round;
      }
      .area {
        fill: var(--line);
        opacity: 0.12;
      }
      .plot i {
        position: absolute;
        width: 8px;
        height: 8px;
        margin: -6px;
        border: 2px solid var(--surface);
        border-radius: 50%;
        background: var(--line);
        pointer-events: none;
      }
      .outage {
        background: color-mix(in srgb, var(--bad) 11%, transparent);
        box-shadow: inset 0 -3px var(--bad);
      }
      .unknown {
        background: repeating-linear-gradient(
          135deg,
          color-mix(in srgb, var(--text2) 26%, transparent) 0 1.5px,
          transparent 1.5px 7px
        );
      }
      .cursor {
        border-inline-start: 1px solid var(--text2);
      }
      .tip {
        position: absolute;
        top: 28%;
        left: 10px;
        z-index: 1;
        padding: 4px 8px;
        border-radius: 6px;
        border: 1px solid var(--rule);
        background: var(--surface);
        white-space: nowrap;
        font-size: 12px;
        line-height: 15px;
      }
      .flip {
        left: auto;
        right: 10px;
      }
      .tip b {
        font-weight: 500;
      }
      .tip small {
        display: block;
      }
      .axis {
        position: relative;
        height: 14px;
        margin-top: 5px;
        font-size: 11px;
        line-height: 14px;
        color: var(--text2);
      }
      .axis span {
        position: absolute;
        transform: translateX(-50%);
        white-space: nowrap;
      }
      .axis .now {
        right: 0;
        transform: none;
      }
      .plot p {
        text-align: center;
        padding-top: 36px;
      }
    `;
