// Style of the headline row; in a narrow card the figure moves below it.
import { css } from "lit";

export const headerStyles = css`
  header {
    position: relative;
    display: flex;
    align-items: center;
    gap: 8px 12px;
  }
  .badge {
    padding: 8px;
    border-radius: 50%;
    color: var(--ink);
    background: color-mix(in srgb, var(--tone) 16%, transparent);
  }
  .titles {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  h2,
  .stamp {
    display: inline-block;
  }
  h2 {
    margin-inline-end: 8px;
    font-size: 16px;
    font-weight: 500;
    line-height: 22px;
  }
  .figure {
    display: flex;
    flex-direction: column;
    text-align: end;
  }
  .figure b {
    font-size: 22px;
    font-weight: 500;
    line-height: 26px;
    white-space: nowrap;
  }
  .urgent h2,
  .urgent b {
    color: var(--ink);
  }
  .stamp {
    padding: 0 8px;
    border: 1px dashed;
    border-radius: 9px;
    font-size: 11px;
  }
  .hit {
    position: absolute;
    inset: -6px;
    border-radius: 10px;
  }
  .urgent .tile h2 {
    white-space: normal;
    line-height: 20px;
  }
  .urgent .tile .sub,
  .tile small {
    display: none;
  }
  .tile header {
    column-gap: 8px;
  }
  .tile b {
    font-size: 16px;
  }
  .tile .titles > * {
    max-width: 100%;
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
  }
  @container ups (max-width: 340px) {
    .stack header {
      flex-wrap: wrap;
    }
    .stack .titles {
      flex-basis: calc(100% - 52px);
    }
    .stack .figure {
      flex: 1;
      display: block;
      text-align: start;
    }
  }
`;
