// Colours, type and spacing of the whole card. Everything comes from Home Assistant's theme variables; the `--pi-ups-*`
// hooks let a theme change one colour of this card alone. Logical properties only, so that right-to-left just works.
import { css } from "lit";

export const tokens = css`
  :host {
    --ok: var(--pi-ups-ok-color, var(--success-color, #43a047));
    --warn: var(--pi-ups-warning-color, var(--warning-color, #ffa600));
    --bad: var(--pi-ups-alert-color, var(--error-color, #db4437));
    --trend: var(--pi-ups-trend-color, var(--info-color, #039be5));
    --surface: var(--ha-card-background, var(--card-background-color, #fff));
    --text: var(--primary-text-color, #141414);
    --text2: var(--secondary-text-color, #5e5e5e);
    --rule: var(--divider-color, rgba(127, 127, 127, 0.25));
    --groove: color-mix(in srgb, var(--text) 9%, transparent);
    --tone: var(--text2);
    font-family: var(--ha-font-family-body, var(--paper-font-body1_-_font-family, Roboto, Noto, sans-serif));
    color: var(--text);
    -webkit-font-smoothing: antialiased;
  }
  .tone-ok {
    --tone: var(--ok);
  }
  .tone-warn {
    --tone: var(--warn);
  }
  .tone-bad {
    --tone: var(--bad);
  }
  .tone-muted {
    --tone: var(--text2);
  }
  .icon {
    display: block;
    inline-size: 24px;
    block-size: 24px;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .vh {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    padding: 0;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  :focus-visible {
    outline: 2px solid var(--primary-color, var(--trend));
    outline-offset: 2px;
  }
  h2,
  h3,
  p,
  ol {
    margin: 0;
    padding: 0;
  }
  @media (forced-colors: active) {
    .icon {
      stroke: CanvasText;
    }
  }
`;

export const cardStyles = css`
  :host {
    display: block;
  }
  :host([fixed]) {
    block-size: 100%;
  }
  ha-card {
    position: relative;
    container: ups / inline-size;
    overflow: hidden;
  }
  ha-card:not(:defined) {
    display: block;
    background: var(--surface);
    border-radius: var(--ha-card-border-radius, var(--ha-border-radius-lg, 12px));
    border: var(--ha-card-border-width, 1px) solid var(--ha-card-border-color, var(--rule));
  }
  :host([fixed]) ha-card {
    block-size: 100%;
  }
  .body {
    display: flex;
    flex-direction: column;
    gap: 14px;
    padding: 16px;
    box-sizing: border-box;
  }
  :host([fixed]) .body {
    block-size: 100%;
    overflow: hidden;
  }
  .body > * {
    flex: none;
  }
  :host([fixed]) pi-ups-events {
    flex: 1 1 0;
    min-block-size: 0;
  }
  .hint {
    display: flex;
    justify-content: space-between;
    flex-wrap: wrap;
    gap: 2px 12px;
    margin-block-start: -8px;
    font-size: 12px;
    line-height: 16px;
    color: var(--text2);
    font-variant-numeric: tabular-nums;
  }
  .notice {
    display: flex;
    gap: 10px;
    align-items: flex-start;
    padding: 10px 12px;
    border-radius: 10px;
    background: color-mix(in srgb, var(--tone) 12%, transparent);
    font-size: 13px;
    line-height: 18px;
  }
  .notice .icon {
    flex: none;
    inline-size: 18px;
    block-size: 18px;
    color: var(--tone);
  }
  .stamp {
    align-self: center;
    flex: none;
    padding: 1px 8px;
    border-radius: 9px;
    border: 1px dashed color-mix(in srgb, var(--text2) 60%, transparent);
    font-size: 11px;
    line-height: 16px;
    color: var(--text2);
    white-space: nowrap;
  }
  .trouble {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    gap: 12px;
    color: var(--text2);
    font-size: 14px;
    line-height: 20px;
  }
  .trouble a {
    color: color-mix(in srgb, var(--primary-color, var(--trend)) 75%, var(--text));
    font-weight: 500;
  }
  .bone {
    border-radius: 8px;
    background: var(--groove);
  }
  .layout-tile .body {
    padding: 8px 12px;
    justify-content: center;
    min-block-size: 56px;
  }
  .layout-compact .body {
    gap: 12px;
  }
  :host([fixed]) .layout-compact .body,
  :host([fixed]) .layout-tile .body {
    justify-content: center;
  }
`;
