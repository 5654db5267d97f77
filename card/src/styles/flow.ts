// Style of the power flow and its one animation.
import { css } from "lit";

export const flowStyles = css`
  .flow {
    display: grid;
    grid-template-columns: auto 1fr auto 1fr auto;
    gap: 8px;
  }
  .dim .icon {
    opacity: 0.5;
  }
  .node {
    display: grid;
    justify-items: center;
    gap: 4px;
    width: 48px;
    font-size: 11px;
    line-height: 14px;
    color: var(--text2);
  }
  .node .icon {
    width: 20px;
    height: 20px;
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
    margin-top: 18px;
    height: 0;
    border-top: 2px dashed var(--rule);
    text-align: center;
  }
  .flows {
    border-top: 2px solid color-mix(in srgb, var(--tone) 65%, transparent);
  }
  .wire small {
    white-space: nowrap;
    line-height: 28px;
  }
  .wire span {
    position: absolute;
    inset-inline: 0;
  }
  .wire i {
    position: absolute;
    top: -6px;
    inset-inline-start: calc(50% - 5px);
    width: 10px;
    height: 10px;
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
