// Style of the shutdown banner.
import { css } from "lit";

export const bannerStyles = css`
  .count {
    margin-bottom: 10px;
    border-radius: 2px;
    overflow: hidden;
    background: color-mix(in srgb, var(--bad) 22%, transparent);
  }
  .count i {
    display: block;
    height: 4px;
    background: var(--bad);
    transform-origin: left;
  }
  :host(:dir(rtl)) .count i {
    transform-origin: right;
  }
  .row {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 10px 12px;
  }
  .row p {
    flex: 1 1 150px;
  }
  .row small,
  .row b {
    display: block;
  }
  .row b {
    font-weight: 500;
    color: var(--ink);
  }
  .cancel {
    position: relative;
    z-index: 1;
    min-height: 44px;
    padding-inline: 22px;
    border-radius: 22px;
    font-size: 14px;
    font-weight: 500;
    color: #fff;
    background: color-mix(in srgb, var(--bad) 84%, #000);
  }
  .cancel[aria-disabled="true"] {
    color: var(--text);
    background: var(--groove);
  }
  .tile .cancel {
    min-height: 40px;
  }
`;
