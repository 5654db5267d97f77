// The trend: charge as a line, outages as bands behind it, hatching where nothing is known, and a cursor for pointer and
// keys. An element of its own, so that a ticking countdown beside it does not draw it again.
import { css, html, LitElement, nothing, type PropertyValues, svg, type TemplateResult } from "lit";
import { tokens } from "../styles.ts";
import type { Words } from "../view/words.ts";
import { ticks } from "./axis.ts";
import { type PlacedBand, placeBands } from "./bands.ts";
import { moveCursor, type Reading, readingAt, type TrendData } from "./cursor.ts";
import { areaPath, linePath } from "./path.ts";
import { type Scale, timeAt, xOf, yOf } from "./scale.ts";
import { readingWords, trendSummary } from "./trend-words.ts";

export class PiUpsTrend extends LitElement {
  static override properties = {
    data: { attribute: false },
    words: { attribute: false },
    criticalPct: { attribute: false },
    _width: { state: true },
    _height: { state: true },
    _cursorMs: { state: true },
  };

  declare data: TrendData | undefined;
  declare words: Words | undefined;
  /** Where the shutdown begins; null when it is not known. */
  declare criticalPct: number | null;
  declare _width: number;
  declare _height: number;
  declare _cursorMs: number | null;
  private readonly _resize = new ResizeObserver((entries) => {
    const box = entries[0]?.contentRect;
    if (box === undefined) return;
    this._width = Math.round(box.width);
    this._height = Math.round(box.height);
  });

  constructor() {
    super();
    this.criticalPct = null;
    this._width = 0;
    this._height = 0;
    this._cursorMs = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // After a move in the page the plot element exists already.
    const plot = this.renderRoot.querySelector(".plot");
    if (plot !== null) this._resize.observe(plot);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this._resize.disconnect();
  }

  protected override firstUpdated(): void {
    const plot = this.renderRoot.querySelector(".plot");
    if (plot !== null && this.isConnected) this._resize.observe(plot);
  }

  protected override willUpdate(changed: PropertyValues): void {
    // The window moves on; a cursor left of it has nothing to point at.
    if (!changed.has("data") || this._cursorMs === null || this.data === undefined) return;
    if (this._cursorMs < this.data.startMs) this._cursorMs = null;
  }

  protected override render(): TemplateResult {
    const { data, words } = this;
    const summary = data === undefined || words === undefined ? "" : trendSummary(data, words);
    const nowMs = data?.endMs ?? 0;
    const atMs = this._cursorMs ?? nowMs;
    return html`<div
        class="plot"
        role="slider"
        tabindex="0"
        aria-label=${summary}
        aria-valuemin=${data?.startMs ?? 0}
        aria-valuemax=${nowMs}
        aria-valuenow=${atMs}
        aria-valuetext=${data === undefined || words === undefined ? "" : readingWords(readingAt(data, atMs), words).spoken}
        @pointermove=${this._point}
        @pointerdown=${this._point}
        @pointerleave=${this._hide}
        @keydown=${this._key}
        @blur=${this._hide}
      >
        ${data === undefined || words === undefined || this._width === 0 ? nothing : this._plot(data, words)}
      </div>
      <div class="axis" aria-hidden="true">
        ${data === undefined || words === undefined ? nothing : this._axis(data, words)}
      </div>`;
  }

  private _scale(data: TrendData): Scale {
    return { startMs: data.startMs, endMs: data.endMs, width: this._width, height: this._height };
  }

  private _plot(data: TrendData, words: Words): TemplateResult {
    const scale = this._scale(data);
    const bands = placeBands(data.bands, scale);
    const empty =
      !data.loading && data.stretches.length === 0 && data.bands.every((band) => band.kind === "unknown");
    return html`${bands.map(band)}
      <svg width=${scale.width} height=${scale.height} aria-hidden="true">
        ${grid(scale, this.criticalPct)}
        <path class="area" d=${areaPath(data.stretches, scale)} />
        <path class="line" d=${linePath(data.stretches, scale)} />
        ${this._cursorMs === null && data.live ? nowDot(data, scale) : nothing}
      </svg>
      ${this._cursorMs === null ? nothing : this._cursor(readingAt(data, this._cursorMs), scale, words)}
      ${empty ? html`<p class="empty">${words.strings.noHistory}</p>` : nothing}`;
  }

  private _cursor(reading: Reading, scale: Scale, words: Words): TemplateResult {
    const x = xOf(scale, reading.atMs);
    const { value, note } = readingWords(reading, words);
    const flip = x > scale.width / 2;
    return html`<div class="cursor" style="left:${x}px">
      ${reading.pct === null ? nothing : html`<i style="top:${yOf(scale, reading.pct)}px"></i>`}
      <div class="tip ${flip ? "flip" : ""}"><b>${value}</b>${note === "" ? nothing : html`<span>${note}</span>`}</div>
    </div>`;
  }

  private _axis(data: TrendData, { format, strings }: Words): TemplateResult {
    const scale = this._scale(data);
    return html`${ticks(scale, format).map((tick) => html`<span style="left:${tick.x}px">${tick.label}</span>`)}
      <span class="now">${strings.now}</span>`;
  }

  private _point(event: PointerEvent): void {
    const { data } = this;
    const plot = event.currentTarget as HTMLElement;
    if (data === undefined) return;
    this._cursorMs = timeAt(this._scale(data), event.clientX - plot.getBoundingClientRect().left);
  }

  private _hide(): void {
    this._cursorMs = null;
  }

  private _key(event: KeyboardEvent): void {
    if (this.data === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = moveCursor(this.data, this._cursorMs, event.key);
    if (next === undefined) return;
    event.preventDefault();
    this._cursorMs = next;
  }

  static override styles = [
    tokens,
    css`
      :host {
        display: block;
      }
      .plot {
        position: relative;
        direction: ltr;
        block-size: var(--pi-ups-trend-height, 92px);
        touch-action: pan-y;
        cursor: crosshair;
        border-radius: 2px;
      }
      svg {
        position: absolute;
        inset: 0;
        display: block;
        overflow: visible;
        pointer-events: none;
      }
      .rule {
        stroke: var(--rule);
        stroke-width: 1;
      }
      .limit {
        stroke: var(--bad);
        stroke-dasharray: 3 4;
        opacity: 0.75;
      }
      .line {
        fill: none;
        stroke: var(--line, var(--trend));
        stroke-width: 2;
        stroke-linejoin: round;
        stroke-linecap: round;
      }
      .area {
        fill: var(--line, var(--trend));
        opacity: 0.12;
      }
      .dot {
        fill: var(--line, var(--trend));
        stroke: var(--surface);
        stroke-width: 2;
      }
      :host([muted]) {
        --line: var(--text2);
      }
      .band {
        position: absolute;
        inset-block: 0;
        pointer-events: none;
      }
      .outage {
        background: color-mix(in srgb, var(--bad) 11%, transparent);
        box-shadow: inset 0 -3px 0 color-mix(in srgb, var(--bad) 85%, transparent);
      }
      .unknown {
        background: repeating-linear-gradient(
          135deg,
          color-mix(in srgb, var(--text2) 24%, transparent) 0 1.5px,
          transparent 1.5px 7px
        );
      }
      .cursor {
        position: absolute;
        inset-block: 0;
        inline-size: 0;
        border-inline-start: 1px solid var(--text2);
        pointer-events: none;
      }
      .cursor i {
        position: absolute;
        left: -5px;
        margin-block-start: -5px;
        inline-size: 9px;
        block-size: 9px;
        border-radius: 50%;
        background: var(--line, var(--trend));
        box-shadow: 0 0 0 2px var(--surface);
      }
      .tip {
        position: absolute;
        inset-block-start: 50%;
        left: 10px;
        transform: translateY(-50%);
        display: flex;
        flex-direction: column;
        padding: 4px 8px;
        border-radius: 6px;
        border: 1px solid var(--rule);
        background: var(--surface);
        color: var(--text);
        white-space: nowrap;
        font-size: 11px;
        line-height: 15px;
        font-variant-numeric: tabular-nums;
      }
      .tip.flip {
        left: auto;
        right: 10px;
      }
      .tip b {
        font-weight: 500;
      }
      .tip span {
        color: var(--text2);
      }
      .axis {
        position: relative;
        direction: ltr;
        block-size: 14px;
        margin-block-start: 5px;
        font-size: 10.5px;
        line-height: 14px;
        color: var(--text2);
        font-variant-numeric: tabular-nums;
      }
      .axis span {
        position: absolute;
        transform: translateX(-50%);
        white-space: nowrap;
      }
      .axis .now {
        right: 0;
        transform: none;
      }
      .empty {
        position: absolute;
        inset: 0;
        display: grid;
        place-items: center;
        font-size: 12px;
        color: var(--text2);
      }
      @media (forced-colors: active) {
        .line,
        .limit {
          stroke: CanvasText;
        }
        .outage {
          border-block-end: 3px solid CanvasText;
        }
      }
    `,
  ];
}

function band({ kind, x, width }: PlacedBand): TemplateResult {
  return html`<div class="band ${kind}" style="left:${x}px;width:${width}px"></div>`;
}

function grid(scale: Scale, criticalPct: number | null): TemplateResult {
  const line = (pct: number, name: string) => {
    const y = Math.round(yOf(scale, pct)) + 0.5;
    return svg`<line class=${name} x1="0" x2=${scale.width} y1=${y} y2=${y} />`;
  };
  return svg`${[0, 50, 100].map((pct) => line(pct, "rule"))}${criticalPct === null ? nothing : line(criticalPct, "limit")}`;
}

function nowDot(data: TrendData, scale: Scale): TemplateResult | typeof nothing {
  const last = data.stretches.at(-1)?.at(-1);
  if (last === undefined) return nothing;
  return svg`<circle class="dot" cx=${xOf(scale, last.atMs)} cy=${yOf(scale, last.pct)} r="4.5" />`;
}
