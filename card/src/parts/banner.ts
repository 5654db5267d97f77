// The shutdown that is coming: a bar that runs out, why it comes, and one button to stop it.
import { html, nothing, type TemplateResult } from "lit";
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
  return html`<section class="box" aria-label=${calm}>
    ${left === null ? nothing : html`<div class="count"><i style="transform:scaleX(${left})"></i></div>`}
    <div class="row">
      <p>
        ${text}
        <small>${reason === "requested" ? nothing : strings.mainsCancels}</small>
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
