// Style of the event list and its filter chips.
import { css } from "lit";

export const eventListStyles = css`
      :host {
        display: flex;
        flex-direction: column;
      }
      :host([scrolls]) .list {
        overflow-y: auto;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        margin: -8px -3px 0;
      }
      .chips button {
        /* 44 px to touch, 28 px to see */
        padding: 8px 3px;
      }
      .chips span {
        display: block;
        padding: 5px 12px;
        border: 1px solid var(--rule);
        border-radius: 14px;
        font-size: 12px;
        line-height: 16px;
        color: var(--text2);
      }
      .chips [aria-pressed="true"] span {
        border-color: transparent;
        color: color-mix(in srgb, var(--trend) 55%, var(--text));
        background: color-mix(in srgb, var(--trend) 16%, transparent);
      }
      h3 {
        padding-block: 6px 2px;
        font-weight: 500;
      }
      h3::first-letter {
        text-transform: uppercase;
      }
      ol {
        list-style: none;
      }
      li + li {
        border-top: 1px solid var(--rule);
      }
      li ol {
        padding-inline-start: 30px;
      }
      li > button {
        display: block;
        width: 100%;
        text-align: start;
      }
      .line {
        display: flex;
        align-items: center;
        gap: 12px;
        padding-block: 7px;
      }
      .line .icon {
        width: 18px;
        height: 18px;
        color: var(--ink);
      }
      .line div {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
        font-size: 14px;
        line-height: 19px;
      }
      .line small {
        display: block;
      }
      [aria-expanded] time::after {
        content: " ▾";
      }
      [aria-expanded="true"] time::after {
        content: " ▴";
      }
      .more {
        min-height: 44px;
        margin-bottom: -8px;
        font-size: 13px;
        font-weight: 500;
        color: color-mix(in srgb, var(--primary-color) 65%, var(--text));
      }
    `;
