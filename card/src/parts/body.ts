// Lays out the parts for each layout. Everything that is shown comes in through the scene; nothing here decides anything.
import { html, nothing, type TemplateResult } from "lit";
import { type Block, type CardConfig, effectiveLayout } from "../config.ts";
import type { UpsModel } from "../data/ups-model.ts";
import type { Device } from "../data/wire.ts";
import type { RowWords } from "../view/event-rows.ts";
import type { UpsView } from "../view/view.ts";
import { calmHeadline, type Words } from "../view/words.ts";
import { type Cancelling, cancelButton, shutdownBanner, spokenSecond } from "./banner.ts";
import { batteryBar } from "./battery-bar.ts";
import { powerFlow } from "./flow.ts";
import { header } from "./header.ts";
import { metrics, notices } from "./notices.ts";

export interface Scene {
  readonly config: CardConfig;
  readonly view: UpsView;
  readonly device: Device;
  readonly model: UpsModel;
  readonly words: Words;
  /** Words that change with the day only, for parts that do not tick. */
  readonly dayWords: RowWords;
  readonly notes: readonly string[];
  readonly cancelling: Cancelling;
  /** The grid gives the height. */
  readonly fixed: boolean;
  readonly onOpen: (() => void) | null;
  readonly onCancel: () => void;
}

/** What a screen reader hears without asking: a change of state once, and a countdown at 60, 30 and 10 seconds. */
export function announcements({ view, words }: Scene): TemplateResult {
  const { status, name } = view;
  const deadlineMs = status.kind === "counting_down" ? status.deadlineMs : null;
  const second = deadlineMs === null ? null : spokenSecond(deadlineMs - words.nowMs);
  const alert = second === null ? "" : words.strings.alertShutdown(words.format.spoken(second * 1000));
  return html`<div class="vh" role="status">${name}: ${calmHeadline(status, words)}</div>
    <div class="vh" role="alert">${alert}</div>`;
}

function tile(scene: Scene): TemplateResult {
  const { status } = scene.view;
  const cancel = status.kind === "counting_down" && status.cancellable;
  return html`<div class="body one-line">
    ${header(scene.view, scene.words, scene.onOpen, cancel ? cancelButton(scene.cancelling, scene.words, scene.onCancel) : null)}
  </div>`;
}

function banner({ view, words, cancelling, onCancel }: Scene): TemplateResult | typeof nothing {
  return view.status.kind === "counting_down"
    ? shutdownBanner(view.status, cancelling, words, onCancel)
    : nothing;
}

/** Figures that the board gives, as the user wants them formatted; only live ones. */
function figures({ model, device }: Scene): readonly string[] {
  if (!device.connected) return [];
  return ["battery_voltage", "battery_current", "temperature"]
    .map((key) => model.display(key))
    .filter((text) => text !== null);
}

/** Battery power without its sign: on battery it is what the Pi draws. */
function load({ model, device }: Scene): string | null {
  const text = device.connected ? model.display("battery_power") : null;
  return text === null ? null : text.replace(/^[-\u2212]/, "");
}

function battery(scene: Scene, full: boolean): TemplateResult {
  return html`${batteryBar(scene.view, scene.words)}${metrics(scene.view, scene.words, full ? figures(scene) : [])}`;
}

function trend({ model, device, words, dayWords, view }: Scene): TemplateResult {
  return html`<pi-ups-trend
    .data=${model.trend(device, words.nowMs)}
    .words=${dayWords}
    .criticalPct=${view.battery.criticalPct}
    ?muted=${!device.connected}
  ></pi-ups-trend>`;
}

function events({ config, model, dayWords, fixed }: Scene): TemplateResult {
  return html`<pi-ups-events
    .book=${model.book}
    .words=${dayWords}
    .limit=${config.eventsLimit}
    .first=${config.eventFilter}
    .loading=${model.loading}
    .want=${model.want}
    .more=${model.more}
    ?scrolls=${fixed}
  ></pi-ups-events>`;
}

function stack(scene: Scene, full: boolean): TemplateResult {
  const { config, view, words } = scene;
  const has = (block: Block) => config.blocks.has(block);
  // A Pi that was shut down has nothing to watch: its card is short.
  const gone = view.status.kind === "shut_down" || view.status.kind === "stopped";
  return html`<div class="body">
    ${header(view, words, scene.onOpen)} ${banner(scene)} ${notices(view, words, scene.notes)}
    ${full && has("flow") ? powerFlow(view, words, load(scene)) : nothing}
    ${has("battery") ? battery(scene, full && !gone) : nothing}
    ${full && has("trend") ? trend(scene) : nothing}
    ${full && has("events") ? events(scene) : nothing}
  </div>`;
}

export function body(scene: Scene): TemplateResult {
  const layout = effectiveLayout(scene.config);
  return layout === "tile" ? tile(scene) : stack(scene, layout === "full");
}
