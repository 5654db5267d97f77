// The card's root: takes configuration and `hass`, keeps a model open while it is on the page, and draws the scene.
// Deciding what is shown is the view's job, drawing it the parts'.
import { fireEvent, hasAction } from "custom-card-helpers";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { Cancellation } from "./cancel.ts";
import { type CardConfig, demoDevice, effectiveLayout, parseConfig } from "./config.ts";
import { createDemoModel } from "./data/demo-model.ts";
import { LiveModel, type UpsModel } from "./data/ups-model.ts";
import type { Device } from "./data/wire.ts";
import { configForm } from "./form.ts";
import type { ActionConfig, HomeAssistant } from "./ha.ts";
import { HassPort } from "./hass-port.ts";
import { cardSize, type GridOptions, gridOptions, isFixed } from "./layout.ts";
import { bannerStyles } from "./parts/banner.ts";
import { batteryBarStyles } from "./parts/battery-bar.ts";
import { announcements, body } from "./parts/body.ts";
import { flowStyles } from "./parts/flow.ts";
import { headerStyles } from "./parts/header.ts";
import { skeleton, troubleBlock } from "./parts/notices.ts";
import { Pulse } from "./pulse.ts";
import { cardStyles, tokens } from "./styles.ts";
import { stubConfig } from "./suggest.ts";
import { version } from "./version.ts";
import { deriveAbsence, deriveView } from "./view/derive.ts";
import type { RowWords } from "./view/event-rows.ts";
import { nextTick } from "./view/next-tick.ts";
import type { Words } from "./view/words.ts";

declare global {
  interface HASSDomEvents {
    "hass-action": { config: { entity?: string; tap_action: ActionConfig }; action: "tap" };
  }
}

export class PiUpsCard extends LitElement {
  static override properties = {
    preview: { type: Boolean },
    layout: { attribute: false },
  };

  /** True in the editor and in the card picker. */
  declare preview: boolean;
  /** `grid` in a sections view, `panel` in a panel view; set by Home Assistant. */
  declare layout: string | undefined;
  private _config: CardConfig | null = null;
  private _port: HassPort | null = null;
  private _model: UpsModel | null = null;
  private _open = false;
  private _dayWords: RowWords | null = null;
  private readonly _redraw = (): void => this.requestUpdate();
  private readonly _pulse = new Pulse(this, this._redraw);
  private readonly _cancellation = new Cancellation(this._redraw);

  constructor() {
    super();
    this.preview = false;
  }

  static getConfigForm() {
    return configForm(document.documentElement.lang || "en");
  }

  static getStubConfig(hass: HomeAssistant) {
    return stubConfig(hass);
  }

  /** @throws Error with a sentence that Home Assistant shows in place of the card */
  setConfig(config: unknown): void {
    const parsed = parseConfig(config);
    this._closeModel();
    this._config = parsed;
    this._model = null;
    this._openModel();
    this.requestUpdate();
  }

  /** Called by Home Assistant on every state change of the house: no work unless it concerns this card. */
  set hass(hass: HomeAssistant) {
    if (this._port === null || this._port.connection !== hass.connection) {
      this._closeModel();
      this._port = new HassPort(hass);
      this._model = null;
      this._openModel();
      this.requestUpdate();
      return;
    }
    const model = this._model;
    if (this._port.update(hass, model?.watched ?? [], model?.device?.device_id ?? null)) this.requestUpdate();
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

  private _openModel(): void {
    const { _config: config, _port: port } = this;
    if (config === null || port === null || !this.isConnected || this._open) return;
    this._model ??= config.device === demoDevice ? createDemoModel(config) : new LiveModel(port, config);
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
    if (config === null || port === null || model === null) return nothing;
    const words: Words = { strings: port.strings, format: port.format, nowMs: model.nowMs() };
    const { device } = model;
    const gone = model.refusal?.code === "PI_UPS_UNKNOWN_DEVICE";
    return device === null || gone
      ? this._absent(config, model, words)
      : this._present(config, port, model, device, words);
  }

  private _absent(config: CardConfig, model: UpsModel, { strings }: Words): TemplateResult {
    const view = deriveAbsence(config.device, model.refusal, model.anyDevices);
    return html`<ha-card>
      <div class="body">${view.kind === "trouble" ? troubleBlock(view.trouble, strings) : skeleton(strings)}</div>
    </ha-card>`;
  }

  private _present(
    config: CardConfig,
    port: HassPort,
    model: UpsModel,
    device: Device,
    words: Words,
  ): TemplateResult {
    const view = deriveView({
      facts: model.facts(device),
      device,
      name: config.name ?? port.deviceName(device.device_id) ?? device.name,
      demo: config.device === demoDevice,
    });
    const counting = view.status.kind === "counting_down";
    if (!counting) this._cancellation.reset();
    this._pulse.plan(nextTick(view.status, words.nowMs));
    const fixed = isFixed(config, this.layout);
    this.toggleAttribute("fixed", fixed);
    const scene = {
      config,
      view,
      device,
      model,
      words,
      dayWords: this._wordsOfDay(words),
      notes: this._notes(config, device, words),
      cancelling: this._cancellation.state,
      fixed,
      onOpen: hasAction(config.tapAction as Parameters<typeof hasAction>[0])
        ? () => this._tap(config, model)
        : null,
      onCancel: () => void this._cancellation.press(() => model.cancelShutdown(), words.strings.noAnswer),
    };
    const look = [`tone-${view.tone}`, `layout-${effectiveLayout(config)}`];
    if (counting) look.push("urgent");
    if (this._pulse.resting) look.push("resting");
    return html`<ha-card class=${look.join(" ")}>${body(scene)}${announcements(scene)}</ha-card>`;
  }

  /** The trend and the event list care for the language and the day only; they keep their words until one changes. */
  private _wordsOfDay(words: Words): RowWords {
    const old = this._dayWords;
    const { format } = words;
    if (old?.format === format && format.dayNumber(old.nowMs) === format.dayNumber(words.nowMs)) return old;
    this._dayWords = words;
    return words;
  }

  private _notes(config: CardConfig, device: Device, { strings }: Words): readonly string[] {
    const notes: string[] = [];
    if (this.preview && config.unknownKeys.length > 0)
      notes.push(strings.unknownOptions(config.unknownKeys.join(", ")));
    const { integration_version: served } = device;
    if (served !== "" && served !== version) notes.push(strings.newCard(served));
    return notes;
  }

  /** Home Assistant itself runs the action: it knows all kinds, asks for confirmation, and opens its dialogs. */
  private _tap(config: CardConfig, model: UpsModel): void {
    const entity = model.entityId("battery_percent") ?? model.entityId("ac_power");
    fireEvent(this, "hass-action", {
      config: { ...(entity === null ? {} : { entity }), tap_action: config.tapAction },
      action: "tap",
    });
  }

  static override styles = [tokens, cardStyles, headerStyles, batteryBarStyles, flowStyles, bannerStyles];
}
