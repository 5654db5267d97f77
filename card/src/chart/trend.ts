// The trend: charge as a line, outages as bands behind it, hatching where nothing is known, and a cursor for pointer and
// keys. An element of its own, so that a ticking countdown beside it does not draw it again.
import { css, html, LitElement, nothing, svg, type TemplateResult } from "lit";
import { tokens } from "../styles.ts";
import type { Words } from "../view/words.ts";
import { ticks } from "./axis.ts";
import { placeBands } from "./bands.ts";
import { moveCursor, readingAt, type TrendData } from "./cursor.ts";
import { areaPath, linePath } from "./path.ts";
import { type Scale, timeAt, xOf, yOf } from "./scale.ts";
import { readingWords, trendSummary } from "./trend-words.ts";

export class PiUpsTrend extends LitElement {
  static override properties = {
    data: {},
    words: {},
    limit: {},
    _size: { state: true },
    _cursor: { state: true },
  };

  declare data: TrendData;
  declare words: Words;
  /** Percent at which the shutdown begins; null when it is not known. */
  declare limit: number | null;
  declare _size: { readonly width: number; readonly height: number } | undefined;
  declare _cursor: number | null;
  private readonly _resize = new ResizeObserver(([entry]) => {
    this._size = entry?.contentRect;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => {
      const plot = this.renderRoot.querySelector(".plot");
      if (plot !== null && this.isConnected) this._resize.observe(plot);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this._resize.disconnect();
  }

  private get _scale(): Scale {
    const { startMs, endMs } = this.data;
    return { startMs, endMs, width: this._size?.width ?? 0, height: this._size?.height ?? 0 };
  }

  protected override render(): TemplateResult {
    const { data, words, _cursor: cursor } = this;
    // The window moves on; a cursor left of it stays at its edge.
    const reading = readingAt(data, Math.max(cursor ?? data.endMs, data.startMs));
    return html`<div
        class="plot"
        role="slider"
        tabindex="0"
        aria-label=${trendSummary(data, words)}
        aria-valuemin=${data.startMs}
        aria-valuemax=${data.endMs}
        aria-valuenow=${reading.atMs}
        aria-valuetext=${readingWords(reading, words).join(" ")}
        @pointermove=${this._point}
        @pointerdown=${this._point}
        @pointerleave=${this._hide}
        @blur=${this._hide}
        @keydown=${this._key}
      >
        ${this._size?.width ? this._plot(this._scale) : nothing}
      </div>
      <div class="axis" aria-hidden="true">
        ${ticks(this._scale, words.format).map(({ x, label }) => html`<span style="left:${x}px">${label}</span>`)}
        <span class="now">${words.format.now()}</span>
      </div>`;
  }

  private _plot(scale: Scale): TemplateResult {
    const { data, words, limit } = this;
    const { stretches, bands, live, loading } = data;
    const last = stretches.at(-1)?.at(-1);
    return html`${placeBands(bands, scale).map(
      ({ kind, x, width }) => html`<div class="band ${kind}" style="left:${x}px;width:${width}px"></div>`,
    )}
      <svg aria-hidden="true">
        ${[0, 50, 100].map((pct) => rule("rule", pct, scale))} ${limit === null ? nothing : rule("limit", limit, scale)}
        <path class="area" d=${areaPath(stretches, scale)} />
        <path class="line" d=${linePath(stretches, scale)} />
      </svg>
      ${live && last !== undefined ? dot(xOf(scale, last.atMs), yOf(scale, last.pct)) : nothing}
      ${this._cursor === null || this._cursor === undefined ? nothing : this._tip(scale, this._cursor)}
      ${loading || stretches.length > 0 ? nothing : html`<p class="sub">${words.strings.noHistory}</p>`}`;
  }

  private _tip(scale: Scale, atMs: number): TemplateResult {
    const reading = readingAt(this.data, atMs);
    const [value, note] = readingWords(reading, this.words);
    const x = xOf(scale, atMs);
    return html`<div class="cursor" style="left:${x}px">
        <div class="tip ${x > scale.width / 2 ? "flip" : ""}"><b>${value}</b><small>${note}</small></div>
      </div>
      ${reading.pct === null ? nothing : dot(x, yOf(scale, reading.pct))}`;
  }

  private _point(event: PointerEvent): void {
    const { left } = (event.currentTarget as Element).getBoundingClientRect();
    this._cursor = timeAt(this._scale, event.clientX - left);
  }

  private _hide(): void {
    this._cursor = null;
  }

  private _key(event: KeyboardEvent): void {
    const next = moveCursor(this.data, this._cursor, event.key);
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this._cursor = next;
  }

  static override styles = [
    tokens,
    css`
      :host {
        --line: var(--trend);
        direction: ltr;
      }
      :host([muted]) {
        --line: var(--text2);
      }
      .plot {
        position: relative;
        block-size: var(--pi-ups-trend-height, 92px);
        touch-action: pan-y;
      }
      svg,
      .band,
      .cursor {
        position: absolute;
        inset-block: 0;
        pointer-events: none;
      }
      svg {
        inline-size: 100%;
        block-size: 100%;
        overflow: visible;
      }
      .rule {
        stroke: var(--rule);
      }
      .limit {
        stroke: var(--bad);
        stroke-dasharray: 3 4;
        opacity: 0.75;
      }
      .line {
        fill: none;
        stroke: var(--line);
        stroke-width: 2;
        stroke-linejoin: round;
      }
      .area {
        fill: var(--line);
        opacity: 0.12;
      }
      .plot i {
        position: absolute;
        inline-size: 8px;
        block-size: 8px;
        margin: -6px;
        border: 2px solid var(--surface);
        border-radius: 50%;
        background: var(--line);
        pointer-events: none;
      }
      .outage {
        background: color-mix(in srgb, var(--bad) 11%, transparent);
        box-shadow: inset 0 -3px var(--bad);
      }
      .unknown {
        background: repeating-linear-gradient(
          135deg,
          color-mix(in srgb, var(--text2) 26%, transparent) 0 1.5px,
          transparent 1.5px 7px
        );
      }
      .cursor {
        border-inline-start: 1px solid var(--text2);
      }
      .tip {
        position: absolute;
        inset-block-start: 28%;
        left: 10px;
        z-index: 1;
        padding: 4px 8px;
        border-radius: 6px;
        border: 1px solid var(--rule);
        background: var(--surface);
        white-space: nowrap;
        font-size: 12px;
        line-height: 15px;
      }
      .flip {
        left: auto;
        right: 10px;
      }
      .tip b {
        font-weight: 500;
      }
      .tip small {
        display: block;
      }
      .axis {
        position: relative;
        block-size: 14px;
        margin-block-start: 5px;
        font-size: 11px;
        line-height: 14px;
        color: var(--text2);
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
      p {
        text-align: center;
        padding-block-start: 36px;
      }
    `,
  ];
}

function rule(look: string, pct: number, scale: Scale): TemplateResult {
  const y = Math.round(yOf(scale, pct)) + 0.5;
  return svg`<path class=${look} d="M0 ${y}H${scale.width}" />`;
}

function dot(x: number, y: number): TemplateResult {
  return html`<i style="left:${x}px;top:${y}px"></i>`;
}
