// Lays out the parts for each layout. Everything that is shown comes in through the scene; nothing here decides anything.
import { html, nothing, type TemplateResult } from "lit";
import { type Block, type CardConfig, effectiveLayout } from "../config.ts";
import type { UpsFeed } from "../data/device-feed.ts";
import type { UpsModel } from "../data/ups-model.ts";
import type { Device } from "../data/wire.ts";
import type { UpsView } from "../view/view.ts";
import { type Speech, speak, type Words } from "../view/words.ts";
import { type Cancelling, cancelButton, shutdownBanner, spokenSecond } from "./banner.ts";
import { batteryBar } from "./battery-bar.ts";
import { powerFlow } from "./flow.ts";
import { header } from "./header.ts";
import { notices } from "./notices.ts";

export interface Scene {
  readonly config: CardConfig;
  readonly view: UpsView;
  readonly device: Device;
  readonly model: UpsModel;
  readonly feed: UpsFeed;
  readonly words: Words;
  /** Words that change with the day only, for parts that do not tick. */
  readonly dayWords: Words;
  /** Version of the card that the integration serves, where this one is another; else null. */
  readonly newVersion: string | null;
  /** State of an entity with its unit; null where there is nothing live to show. */
  readonly display: (key: string) => string | null;
  readonly cancelling: Cancelling;
  /** The grid gives the height. */
  readonly fixed: boolean;
  readonly onOpen: (() => void) | null;
  readonly onCancel: () => void;
}

type Part = TemplateResult | typeof nothing;

/** What a screen reader hears without asking: a change of state once, and a countdown at 60, 30 and 10 seconds. */
function announcements(
  { view: { name, status }, words }: Scene,
  { headline, calm = headline }: Speech,
): Part {
  const { strings, format, nowMs } = words;
  const second = status.kind === "counting_down" ? spokenSecond((status.deadlineMs ?? 0) - nowMs) : undefined;
  return html`<div class="vh" role="status">${name}: ${calm}</div>
    <div class="vh" role="alert">${second && strings.shuttingDownIn(format.spoken(second * 1000))}</div>`;
}

/** Line under the bar: where the shutdown begins, and the figures that the board gives; only live ones. */
function hint({ view: { status, battery }, display, device, words }: Scene, full: boolean): Part {
  const { strings, format } = words;
  const draining = status.kind === "on_battery" || status.kind === "low";
  const limit =
    draining && battery.criticalPct !== null && strings.shutsDownAt(format.percent(battery.criticalPct));
  const keys = full && device.connected ? ["battery_voltage", "battery_current", "temperature"] : [];
  const figures = keys.map(display).filter((text) => text !== null);
  if (!limit && figures.length === 0) return nothing;
  return html`<p class="hint sub"><span class="text">${limit || nothing}</span><span class="text">${figures.join(" · ")}</span></p>`;
}

/** Battery power without its sign: on battery it is what the Pi draws. */
function load({ display, device }: Scene): string | null {
  return (device.connected && display("battery_power")?.replace(/^[-\u2212]/, "")) || null;
}

function trend({ model, device, words, dayWords, view }: Scene): Part {
  return html`<pi-ups-trend
    .data=${model.trend(device, words.nowMs)}
    .words=${dayWords}
    .limit=${view.battery.criticalPct}
    ?muted=${!device.connected}
  ></pi-ups-trend>`;
}

function events({ config, feed, dayWords, fixed }: Scene): Part {
  return html`<pi-ups-events
    .feed=${feed}
    .book=${feed.book}
    .words=${dayWords}
    .limit=${config.eventsLimit}
    .first=${config.eventFilter}
    .loading=${feed.loading}
    ?scrolls=${fixed}
  ></pi-ups-events>`;
}

function stack(scene: Scene, speech: Speech, full: boolean): Part {
  const { config, view, words, cancelling } = scene;
  const has = (block: Block) => full && config.blocks.includes(block);
  return html`${view.status.kind === "counting_down" ? shutdownBanner(view.status, speech, cancelling, words, scene.onCancel) : nothing}
    ${notices(view, words, scene.newVersion)} ${has("flow") ? powerFlow(view, speech, words, load(scene)) : nothing}
    ${config.blocks.includes("battery") ? html`${batteryBar(view, words)}${hint(scene, full)}` : nothing}
    ${has("trend") ? trend(scene) : nothing} ${has("events") ? events(scene) : nothing}`;
}

export function body(scene: Scene): TemplateResult {
  const { config, view, words, cancelling, onOpen, onCancel } = scene;
  const layout = effectiveLayout(config);
  const tile = layout === "tile";
  const speech = speak(view, words);
  const { status } = view;
  const button =
    tile && status.kind === "counting_down" && status.cancellable
      ? cancelButton(cancelling, words, onCancel)
      : null;
  return html`<div class="body ${tile ? layout : `stack ${layout}`}">
      ${header(view, speech, words, onOpen, button)} ${tile ? nothing : stack(scene, speech, layout === "full")}
    </div>
    ${announcements(scene, speech)}`;
}
