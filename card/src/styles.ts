// Colours, type and spacing of the whole card. Everything comes from Home Assistant's theme variables; the `--pi-ups-*`
// hooks let a theme change one colour of this card alone. Logical properties only, so that right-to-left just works.
import { css } from "lit";

export const tokens = css`
  :host {
    display: block;
    --ok: var(--pi-ups-ok-color, var(--success-color));
    --warn: var(--pi-ups-warning-color, var(--warning-color));
    --bad: var(--pi-ups-alert-color, var(--error-color));
    --trend: var(--pi-ups-trend-color, var(--info-color));
    --surface: var(--ha-card-background, var(--card-background-color));
    --text: var(--primary-text-color);
    --text2: var(--secondary-text-color);
    --rule: var(--divider-color);
    --groove: color-mix(in srgb, var(--text) 9%, transparent);
    --tone: var(--text2);
    --ink: color-mix(in srgb, var(--tone) 78%, var(--text));
    color: var(--text);
    font-variant-numeric: tabular-nums;
  }
  .ok {
    --tone: var(--ok);
  }
  .warn {
    --tone: var(--warn);
  }
  .bad {
    --tone: var(--bad);
  }
  .ok,
  .warn,
  .bad,
  .muted {
    --ink: color-mix(in srgb, var(--tone) 78%, var(--text));
  }
  .icon {
    display: block;
    flex: none;
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
  small,
  .sub {
    font-size: 12px;
    line-height: 16px;
    color: var(--text2);
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    padding: 0;
    cursor: pointer;
  }
  :focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  h2,
  h3,
  p,
  ol {
    margin: 0;
    padding: 0;
  }
`;

export const cardStyles = css`
  :host([fixed]),
  :host([fixed]) ha-card,
  :host([fixed]) .body {
    block-size: 100%;
  }
  ha-card {
    display: block;
    position: relative;
    container: ups / inline-size;
    overflow: hidden;
  }
  .body {
    display: flex;
    flex-direction: column;
    gap: 14px;
    padding: 16px;
    box-sizing: border-box;
  }
  .body > * {
    flex: none;
  }
  :host([fixed]) pi-ups-events {
    flex: 1 1 0;
    min-block-size: 0;
  }
  .tile,
  :host([fixed]) .compact {
    justify-content: center;
  }
  .tile {
    padding: 7px 12px;
  }
  .compact {
    gap: 12px;
  }
  .hint {
    display: flex;
    justify-content: space-between;
    flex-wrap: wrap;
    column-gap: 12px;
    margin-block-start: -8px;
  }
  .notice {
    display: flex;
    gap: 10px;
    padding: 10px 12px;
    border-radius: 10px;
    background: color-mix(in srgb, var(--tone) 12%, transparent);
    font-size: 13px;
    line-height: 18px;
  }
  .notice .icon {
    inline-size: 18px;
    block-size: 18px;
    color: var(--ink);
  }
  .away {
    font-size: 14px;
    line-height: 20px;
    color: var(--text2);
  }
  .away a {
    display: block;
    padding-block: 12px;
    color: inherit;
  }
  .bone {
    border-radius: 8px;
    background: var(--groove);
  }
`;
