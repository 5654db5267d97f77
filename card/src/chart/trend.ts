// The trend: charge as a line, outages as bands behind it, hatching where nothing is known, and a cursor for pointer and
// keys. An element of its own, so that a ticking countdown beside it does not draw it again.
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { tokens } from "../styles/tokens.ts";
import { trendStyles } from "../styles/trend.ts";
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
        aria-valuenow=${(100 * (reading.atMs - data.startMs)) / (data.endMs - data.startMs)}
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
        <path class="rule" d=${[0, 50, 100].map((pct) => levelPath(pct, scale)).join("")} />
        <path class="limit" d=${limit === null ? "" : levelPath(limit, scale)} />
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

  static override styles = [tokens, trendStyles];
}

/** Across the plot, on whole pixels. */
function levelPath(pct: number, scale: Scale): string {
  return `M0 ${Math.round(yOf(scale, pct)) + 0.5}H${scale.width}`;
}

function dot(x: number, y: number): TemplateResult {
  return html`<i style="left:${x}px;top:${y}px"></i>`;
}
