// Colours, type and spacing of the whole card. Everything comes from Home Assistant's theme variables; the `--pi-ups-*`
// hooks let a theme change one colour of this card alone. What has a side is logical (inline start and end), so that right-to-left just works.
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
    color: var(--text);
    font-variant-numeric: tabular-nums;
  }
  * {
    margin: 0;
    padding: 0;
    /* The tone, dark or light enough to be read. */
    --ink: color-mix(in srgb, var(--tone) 78%, var(--text));
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
  .icon {
    display: block;
    flex: none;
    width: 24px;
    height: 24px;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .vh {
    position: absolute;
    width: 1px;
    height: 1px;
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
    cursor: pointer;
  }
  :focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  /* Text of one direction on a page of the other: each piece keeps its own, the layout keeps the page's. */
  h2,
  b,
  small,
  .sub,
  .text {
    unicode-bidi: plaintext;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }
`;
