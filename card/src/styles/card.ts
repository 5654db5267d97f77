// Style of the card as a whole: its layouts, notices and the line under the bar.
import { css } from "lit";

export const cardStyles = css`
  :host([fixed]),
  :host([fixed]) ha-card,
  :host([fixed]) .body {
    height: 100%;
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
    min-height: 0;
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
    margin-top: -8px;
  }
  .box {
    padding: 12px;
    border-radius: 10px;
    background: color-mix(in srgb, var(--tone) 11%, transparent);
    font-size: 13px;
    line-height: 18px;
  }
  .notice {
    display: flex;
    gap: 12px;
  }
  .notice .icon {
    width: 18px;
    height: 18px;
    color: var(--ink);
  }
  .away a {
    display: block;
    padding-block: 12px;
    color: inherit;
  }
`;
