// The card's root: takes configuration and `hass`, keeps a model open while it is on the page, and draws the scene.
// Deciding what is shown is the view's job, drawing it the parts'.
import { fireEvent, hasAction } from "custom-card-helpers";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { Cancellation } from "./cancel.ts";
import { type CardConfig, demoDevice, parseConfig } from "./config.ts";
import { createDemoModel } from "./data/demo-model.ts";
import type { UpsFeed } from "./data/device-feed.ts";
import type { Facts } from "./data/facts.ts";
import { LiveModel, type UpsModel } from "./data/ups-model.ts";
import type { Device } from "./data/wire.ts";
import { configForm } from "./form.ts";
import type { ActionConfig, HomeAssistant } from "./ha.ts";
import { HassPort } from "./hass-port.ts";
import { cardSize, type GridOptions, gridOptions, isFixed } from "./layout.ts";
import { body } from "./parts/body.ts";
import { absent } from "./parts/notices.ts";
import { Pulse } from "./pulse.ts";
import { styles } from "./styles/all.ts";
import { stubConfig } from "./suggest.ts";
import { version } from "./version.ts";
import { deriveView } from "./view/derive.ts";
import { nextTick } from "./view/next-tick.ts";
import type { Words } from "./view/words.ts";

declare global {
  interface HASSDomEvents {
    "hass-action": { config: { entity: string | undefined; tap_action: ActionConfig }; action: "tap" };
  }
}

export class PiUpsCard extends LitElement {
  static override properties = { layout: {} };
  static override styles = styles;

  /** `grid` in a sections view, `panel` in a panel view; set by Home Assistant. */
  declare layout: string | undefined;
  private _config: CardConfig | null = null;
  private _port: HassPort | null = null;
  private _model: UpsModel | null = null;
  private _open = false;
  private _dayWords: Words | null = null;
  private readonly _redraw = (): void => this.requestUpdate();
  private readonly _pulse = new Pulse(this, this._redraw);
  private readonly _cancellation = new Cancellation(this._redraw);

  static getConfigForm() {
    return configForm(document.documentElement.lang);
  }

  static getStubConfig(hass: HomeAssistant) {
    return stubConfig(hass);
  }

  /** @throws Error with a sentence that Home Assistant shows in place of the card */
  setConfig(config: unknown): void {
    this._config = parseConfig(config);
    this._replaceModel();
  }

  /** Called by Home Assistant on every state change of the house: no work unless it concerns this card. */
  set hass(hass: HomeAssistant) {
    if (this._port?.connection !== hass.connection) {
      this._port = new HassPort(hass);
      this._replaceModel();
    } else if (this._port.update(hass, this._model?.watched ?? [], this._model?.feed?.device?.device_id)) {
      this.requestUpdate();
    }
  }

  getCardSize(): number {
    return this._config === null ? 3 : cardSize(this._config);
  }

  getGridOptions(): GridOptions {
    return gridOptions(this._config);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this._pulse.start();
    this._openModel();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this._pulse.stop();
    this._cancellation.reset();
    this._closeModel();
  }

  private _replaceModel(): void {
    const { _config: config, _port: port } = this;
    this._closeModel();
    if (config === null || port === null) return;
    this._model = config.device === demoDevice ? createDemoModel(config.hours) : new LiveModel(port, config);
    this._openModel();
  }

  private _openModel(): void {
    if (this._model === null || !this.isConnected) return;
    this._open = true;
    this._model.open(this._redraw);
    this.requestUpdate();
  }

  private _closeModel(): void {
    if (this._open) this._model?.close();
    this._open = false;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { _config: config, _port: port, _model: model } = this;
    if (config === null || port === null || !model?.feed) return nothing;
    const { device, refusal } = model.feed;
    return device === null || refusal?.code === "PI_UPS_UNKNOWN_DEVICE"
      ? html`<ha-card><div class="body">${absent(config.device, refusal, port.strings)}</div></ha-card>`
      : this._present(config, port, model, model.feed, device);
  }

  private _present(
    config: CardConfig,
    port: HassPort,
    model: UpsModel,
    feed: UpsFeed,
    device: Device,
  ): TemplateResult {
    const facts = model.facts(device);
    const words = this._words(port, model, facts);
    const view = deriveView({
      facts,
      device,
      name: config.name ?? port.deviceName(device.device_id) ?? device.name,
      demo: config.device === demoDevice,
    });
    const counting = view.status.kind === "counting_down";
    if (!counting) this._cancellation.reset();
    this._pulse.plan(nextTick(view.status, words.nowMs));
    const fixed = isFixed(config, this.layout);
    this.toggleAttribute("fixed", fixed);
    return html`<ha-card class="${view.tone} ${counting ? "urgent" : ""} ${this._pulse.resting ? "resting" : ""}">
      ${body({
        config,
        view,
        device,
        model,
        feed,
        words,
        dayWords: this._wordsOfDay(words),
        // Another version is installed: the browser still has the old file.
        newVersion: [version, ""].includes(device.integration_version) ? null : device.integration_version,
        display: (key) => port.display(model.state(key)),
        cancelling: this._cancellation.state,
        fixed,
        onOpen: hasAction(config.tapAction as Parameters<typeof hasAction>[0])
          ? () => this._tap(config, model)
          : null,
        onCancel: () => void this._cancellation.press(() => model.cancelShutdown(), words.strings.noAnswer),
      })}
    </ha-card>`;
  }

  private _words({ strings, format, translate }: HassPort, model: UpsModel, { estimated }: Facts): Words {
    const eventName = (type: string) => translate(model.state("last_event"), type);
    return { strings, format, estimated, nowMs: model.nowMs(), eventName };
  }

  /** The trend and the event list need all words but the time of day; they keep theirs until one changes. */
  private _wordsOfDay(words: Words): Words {
    const { format, nowMs, estimated } = words;
    const old = this._dayWords;
    const same =
      old?.format === format &&
      old.estimated === estimated &&
      format.dayNumber(old.nowMs) === format.dayNumber(nowMs);
    if (!same) this._dayWords = words;
    return same ? old : words;
  }

  /** Home Assistant itself runs the action: it knows all kinds, asks for confirmation, and opens its dialogs. */
  private _tap({ tapAction: tap_action }: CardConfig, model: UpsModel): void {
    const entity = (model.state("battery_percent") ?? model.state("ac_power"))?.entity_id;
    fireEvent(this, "hass-action", { config: { entity, tap_action }, action: "tap" });
  }
}
