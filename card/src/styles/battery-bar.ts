// Style of the battery bar.
import { css } from "lit";

export const batteryBarStyles = css`
  .bar {
    position: relative;
    height: 10px;
    border-radius: 5px;
    background: var(--groove);
    overflow: hidden;
  }
  .stale div,
  .hatched i {
    opacity: 0.45;
  }
  .bar div {
    height: 100%;
    min-width: 4px;
    border-radius: 5px;
    background: var(--tone);
  }
  .hatched {
    background: repeating-linear-gradient(135deg, var(--groove) 0 5px, transparent 5px 10px);
  }
  .bar i {
    position: absolute;
    inset-block: 0;
    width: 2px;
    background: var(--tone);
    outline: 1px solid color-mix(in srgb, var(--surface) 55%, transparent);
  }
`;
