// The quiet lines beside the headline, and what stands in place of a card that has nothing to show yet.
import { html, nothing, type TemplateResult } from "lit";
import type { Refusal } from "../ha.ts";
import type { Strings } from "../i18n/strings.ts";
import type { UpsView } from "../view/view.ts";
import type { Words } from "../view/words.ts";
import { icon } from "./icons.ts";

const addUrl = "https://my.home-assistant.io/redirect/config_flow_start/?domain=pi_ups";

function notice(look: string, text: string): TemplateResult {
  return html`<p class="box notice ${look}">${icon("alert")}${text}</p>`;
}

/** @param newVersion see Scene */
export function notices(
  { problem, battery }: UpsView,
  { strings }: Words,
  newVersion: string | null,
): readonly TemplateResult[] {
  return [
    ...(problem === undefined ? [] : [notice("bad", problem ?? strings.checkUps)]),
    ...(battery.trust === "stale" ? [notice("warn", strings.stale)] : []),
    ...(newVersion === null ? [] : [notice("muted", strings.newCard(newVersion))]),
  ];
}

/** What to say while there is no device: nobody set one up, the id is wrong, or Home Assistant refused. */
function absence(wanted: string, { code, message }: Refusal, strings: Strings): string {
  if (code === "no_devices" || code === "unknown_command") return strings.noDevices;
  return code === "no_such_device" || code === "PI_UPS_UNKNOWN_DEVICE" ? strings.noDevice(wanted) : message;
}

/** @param refusal null while the first answer is on its way */
export function absent(wanted: string, refusal: Refusal | null, strings: Strings): TemplateResult {
  if (refusal === null) {
    return html`<div class="sub" role="status">${strings.loading}</div>`;
  }
  const text = absence(wanted, refusal, strings);
  return html`<div class="away sub" role="status">
    ${text}${text === strings.noDevices ? html`<a href=${addUrl} target="_blank" rel="noreferrer">${strings.add}</a>` : nothing}
  </div>`;
}
