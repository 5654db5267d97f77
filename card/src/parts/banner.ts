// The shutdown that is coming: a bar that runs out, why it comes, and one button to stop it.
import { css, html, nothing, type TemplateResult } from "lit";
import type { Status } from "../view/view.ts";
import type { Words } from "../view/words.ts";

/** Where a cancel stands. Nothing is claimed before Home Assistant answered; a refusal comes back with its sentence. */
export type Cancelling =
  | { readonly kind: "idle" }
  | { readonly kind: "sent" }
  | { readonly kind: "failed"; readonly why: string };

type CountingDown = Extract<Status, { kind: "counting_down" }>;

export function cancelButton(
  cancelling: Cancelling,
  { strings }: Words,
  onCancel: () => void,
): TemplateResult {
  const sent = cancelling.kind === "sent";
  return html`<button class="cancel" aria-label=${strings.cancelLabel} aria-disabled=${sent} @click=${onCancel}>
    ${sent ? strings.cancelling : strings.cancel}
  </button>`;
}

/** Share of the countdown that is over, 0 to 1; null when its length is not known. */
export function shareGone(status: CountingDown, nowMs: number): number | null {
  const { deadlineMs, scheduledMs } = status;
  if (deadlineMs === null || scheduledMs === null || scheduledMs >= deadlineMs) return null;
  return Math.min(1, Math.max(0, (nowMs - scheduledMs) / (deadlineMs - scheduledMs)));
}

function hint(status: CountingDown, { strings }: Words): string | null {
  if (!status.cancellable) return strings.cancelOnPi;
  return status.reason !== null && status.reason !== "requested" ? strings.mainsBackCancels : null;
}

export function shutdownBanner(
  status: CountingDown,
  cancelling: Cancelling,
  words: Words,
  onCancel: () => void,
): TemplateResult {
  const gone = shareGone(status, words.nowMs);
  const help = hint(status, words);
  return html`<section class="alert" aria-label=${words.strings.type_shutdown_scheduled}>
    ${gone === null ? nothing : html`<div class="count"><span style="transform:scaleX(${1 - gone})"></span></div>`}
    <div class="row">
      <p>
        ${status.text}${help === null ? nothing : html`<small>${help}</small>`}
        ${
          cancelling.kind === "failed"
            ? html`<strong role="alert">${words.strings.cancelFailed(cancelling.why)}</strong>`
            : nothing
        }
      </p>
      ${status.cancellable ? cancelButton(cancelling, words, onCancel) : nothing}
    </div>
  </section>`;
}

/** Second at which a screen reader is told how long is left; null while there is nothing new to say. */
export function spokenSecond(leftMs: number): 60 | 30 | 10 | null {
  if (leftMs <= 0) return null;
  return ([10, 30, 60] as const).find((seconds) => leftMs <= seconds * 1000) ?? null;
}

export const bannerStyles = css`
  .alert {
    display: flex;
    flex-direction: column;
    gap: 10px;
    padding: 12px;
    border-radius: 10px;
    background: color-mix(in srgb, var(--bad) 10%, transparent);
  }
  .count {
    block-size: 4px;
    border-radius: 2px;
    overflow: hidden;
    background: color-mix(in srgb, var(--bad) 22%, transparent);
  }
  .count span {
    display: block;
    block-size: 100%;
    border-radius: 2px;
    background: var(--bad);
    transform-origin: left;
    transition: transform 1s linear;
  }
  :host(:dir(rtl)) .count span {
    transform-origin: right;
  }
  .row {
    display: flex;
    align-items: center;
    justify-content: space-between;
    flex-wrap: wrap;
    gap: 10px 12px;
  }
  .row p {
    flex: 1 1 150px;
    font-size: 13px;
    line-height: 18px;
  }
  .row small,
  .row strong {
    display: block;
    font-size: 12px;
    line-height: 16px;
    color: var(--text2);
  }
  .row strong {
    font-weight: 500;
    color: color-mix(in srgb, var(--bad) 70%, var(--text));
  }
  .cancel {
    position: relative;
    flex: none;
    min-block-size: 44px;
    min-inline-size: 88px;
    padding: 0 20px;
    border-radius: 22px;
    font-size: 14px;
    font-weight: 500;
    color: #fff;
    background: color-mix(in srgb, var(--bad) 86%, #000);
  }
  .cancel:hover {
    background: color-mix(in srgb, var(--bad) 78%, #000);
  }
  .cancel[aria-disabled="true"] {
    cursor: default;
    color: var(--text);
    background: var(--groove);
  }
  .layout-tile .cancel {
    z-index: 1;
    min-block-size: 40px;
  }
  @media (prefers-reduced-motion: reduce) {
    .count span {
      transition: none;
    }
  }
`;
