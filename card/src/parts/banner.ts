// The shutdown that is coming: a bar that runs out, why it comes, and one button to stop it.
import { css, html, nothing, type TemplateResult } from "lit";
import type { Status } from "../view/view.ts";
import type { Speech, Words } from "../view/words.ts";

/** Where a cancel stands: idle, pressed, or refused with a sentence. */
export type Cancelling = "idle" | "sent" | { readonly why: string };

export type CountingDown = Extract<Status, { kind: "counting_down" }>;

export function cancelButton(
  cancelling: Cancelling,
  { strings }: Words,
  onCancel: () => void,
): TemplateResult {
  const sent = cancelling === "sent";
  return html`<button class="cancel" aria-disabled=${sent} @click=${onCancel}>
    ${sent ? strings.cancelling : strings.cancel}
  </button>`;
}

/** Share of the countdown that is left, 1 to 0; null when its length is not known. */
export function shareLeft({ deadlineMs, scheduledMs }: CountingDown, nowMs: number): number | null {
  if (deadlineMs === null || scheduledMs === null || scheduledMs >= deadlineMs) return null;
  return Math.min(1, Math.max(0, (deadlineMs - nowMs) / (deadlineMs - scheduledMs)));
}

export function shutdownBanner(
  status: CountingDown,
  { calm }: Speech,
  cancelling: Cancelling,
  words: Words,
  onCancel: () => void,
): TemplateResult {
  const { strings, nowMs } = words;
  const { cancellable, reason, text } = status;
  const left = shareLeft(status, nowMs);
  const byBattery = reason !== "requested";
  return html`<section class="alert" aria-label=${calm}>
    ${left === null ? nothing : html`<div class="count"><i style="transform:scaleX(${left})"></i></div>`}
    <div class="row">
      <p>
        ${text}
        <small>${!cancellable ? strings.cancelOnPi : byBattery ? strings.mainsCancels : nothing}</small>
        ${typeof cancelling === "string" ? nothing : html`<b role="alert">${strings.notCancelled(cancelling.why)}</b>`}
      </p>
      ${cancellable ? cancelButton(cancelling, words, onCancel) : nothing}
    </div>
  </section>`;
}

/** Second at which a screen reader is told how long is left; undefined while there is nothing new to say. */
export function spokenSecond(leftMs: number): number | undefined {
  return leftMs <= 0 ? undefined : [10, 30, 60].find((seconds) => leftMs <= seconds * 1000);
}

export const bannerStyles = css`
  .alert {
    padding: 12px;
    border-radius: 10px;
    background: color-mix(in srgb, var(--bad) 10%, transparent);
    font-size: 13px;
    line-height: 18px;
  }
  .count {
    margin-block-end: 10px;
    border-radius: 2px;
    overflow: hidden;
    background: color-mix(in srgb, var(--bad) 22%, transparent);
  }
  .count i {
    display: block;
    block-size: 4px;
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
    min-block-size: 44px;
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
    min-block-size: 40px;
  }
`;
