// What happened, newest first, with a filter. An element of its own: it draws again when events or the day change,
// not when a second passes.
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { type EventFilter, filters } from "../config.ts";
import { type EventBook, visible } from "../data/event-book.ts";
import { word } from "../i18n/strings.ts";
import { tokens } from "../styles.ts";
import { type Day, eventRows, groupByDay, type Row, type RowWords } from "../view/event-rows.ts";
import { icon } from "./icons.ts";

const step = 10;

export class PiUpsEvents extends LitElement {
  static override properties = {
    book: { attribute: false },
    words: { attribute: false },
    loading: { attribute: false },
    limit: { type: Number },
    first: { attribute: false },
    scrolls: { type: Boolean },
    _filter: { state: true },
    _extra: { state: true },
    _open: { state: true },
  };

  declare book: EventBook | undefined;
  declare words: RowWords | undefined;
  /** Filters of which a page is on its way. */
  declare loading: ReadonlySet<EventFilter>;
  declare limit: number;
  /** The filter to begin with. */
  declare first: EventFilter;
  declare scrolls: boolean;
  /** A filter was chosen: it may need events that are not here. */
  declare want: (filter: EventFilter) => void;
  /** Older events are asked for. */
  declare more: (filter: EventFilter) => void;
  declare _filter: EventFilter;
  declare _extra: number;
  declare _open: ReadonlySet<string>;

  constructor() {
    super();
    this.loading = new Set();
    this.want = () => undefined;
    this.more = () => undefined;
    this.limit = 6;
    this.first = "all";
    this.scrolls = false;
    this._filter = "all";
    this._extra = 0;
    this._open = new Set();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("first")) this._filter = this.first;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { book, words } = this;
    if (book === undefined || words === undefined) return nothing;
    const seen = visible(book, this._filter);
    const rows = eventRows(seen.events, words);
    const shown = rows.slice(0, this.limit + this._extra);
    const more = rows.length > shown.length || seen.more;
    return html`${this._chips(words)}
      <div class="list" role="region" aria-label=${words.strings.events} tabindex=${this.scrolls ? 0 : nothing}>
        ${groupByDay(shown, words).map((day) => this._day(day, words))}
        ${seen.loaded && rows.length === 0 && !seen.more ? this._none(words) : nothing}
        ${more ? this._moreButton(words) : nothing}
      </div>`;
  }

  private _none({ strings }: RowWords): TemplateResult {
    return html`<p class="none">${this._filter === "all" ? strings.noEvents : strings.noEventsOfKind}</p>`;
  }

  private _moreButton({ strings }: RowWords): TemplateResult {
    const busy = this.loading.has(this._filter);
    return html`<button class="more" aria-disabled=${busy} @click=${this._showMore}>
      ${busy ? strings.loading : strings.showMore}
    </button>`;
  }

  private _chips({ strings }: RowWords): TemplateResult {
    return html`<div class="chips" role="group" aria-label=${strings.filterLabel}>
      ${filters.map(
        (filter) => html`<button aria-pressed=${filter === this._filter} @click=${() => this._choose(filter)}>
          <span>${word(strings, "filter", filter)}</span>
        </button>`,
      )}
    </div>`;
  }

  private _choose(filter: EventFilter): void {
    this._filter = filter;
    this._extra = 0;
    this.want(filter);
  }

  private _showMore(): void {
    const { book } = this;
    if (book === undefined || this.loading.has(this._filter)) return;
    this._extra += step;
    const seen = visible(book, this._filter);
    if (seen.more && seen.events.length < this.limit + this._extra) this.more(this._filter);
  }

  private _day(day: Day, words: RowWords): TemplateResult {
    return html`<h3>${day.label}</h3>
      <ol>
        ${day.rows.map((row) => this._row(row, words))}
      </ol>`;
  }

  private _row(row: Row, words: RowWords): TemplateResult {
    if (row.children.length === 0) return html`<li>${line(row, words)}</li>`;
    const open = this._open.has(row.key);
    return html`<li class="folded">
      <button
        aria-expanded=${open}
        aria-label="${row.title}, ${words.strings.expand}"
        @click=${() => this._toggle(row.key)}
      >
        ${line(row, words)}
      </button>
      ${open ? html`<ol>${row.children.map((child) => html`<li>${line(child, words)}</li>`)}</ol>` : nothing}
    </li>`;
  }

  private _toggle(key: string): void {
    const next = new Set(this._open);
    if (!next.delete(key)) next.add(key);
    this._open = next;
  }

  static override styles = [
    tokens,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 10px;
        min-block-size: 0;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 0 6px;
        margin-block: -8px;
      }
      .chips button {
        /* 44 px to touch, 28 px to see */
        padding-block: 8px;
      }
      .chips span {
        display: block;
        padding: 5px 12px;
        border: 1px solid var(--rule);
        border-radius: 14px;
        font-size: 12px;
        line-height: 16px;
        color: var(--text2);
      }
      .chips button:hover span {
        background: color-mix(in srgb, var(--text) 5%, transparent);
      }
      .chips [aria-pressed="true"] span {
        border-color: transparent;
        color: color-mix(in srgb, var(--trend) 55%, var(--text));
        background: color-mix(in srgb, var(--trend) 16%, transparent);
      }
      .chips button:focus-visible {
        outline: none;
      }
      .chips button:focus-visible span {
        outline: 2px solid var(--primary-color, var(--trend));
        outline-offset: 2px;
      }
      :host([scrolls]) .list {
        overflow-y: auto;
        min-block-size: 0;
        flex: 1 1 0;
      }
      h3 {
        padding-block: 4px 2px;
        font-size: 12px;
        font-weight: 500;
        line-height: 16px;
        color: var(--text2);
      }
      ol + h3 {
        padding-block-start: 12px;
      }
      ol {
        list-style: none;
      }
      li + li {
        border-block-start: 1px solid var(--rule);
      }
      .line {
        display: flex;
        align-items: center;
        gap: 12px;
        padding-block: 7px;
        text-align: start;
      }
      .line .icon {
        flex: none;
        inline-size: 18px;
        block-size: 18px;
        color: color-mix(in srgb, var(--tone) 88%, var(--text));
      }
      .what {
        flex: 1 1 0;
        min-inline-size: 0;
        overflow-wrap: anywhere;
        font-size: 14px;
        line-height: 19px;
      }
      .what small {
        display: block;
        font-size: 12px;
        line-height: 16px;
        color: var(--text2);
        font-variant-numeric: tabular-nums;
      }
      time {
        flex: none;
        font-size: 12px;
        color: var(--text2);
        font-variant-numeric: tabular-nums;
      }
      .folded > button {
        display: block;
        inline-size: 100%;
      }
      .folded > ol {
        padding-inline-start: 30px;
        padding-block-end: 4px;
      }
      .chevron {
        margin-inline-start: -6px;
        display: grid;
      }
      .chevron .icon {
        inline-size: 14px;
        block-size: 14px;
        color: var(--text2);
        transition: transform 0.15s;
      }
      :host(:dir(rtl)) .chevron .icon {
        transform: scaleX(-1);
      }
      [aria-expanded="true"] .chevron .icon {
        transform: rotate(90deg);
      }
      .none {
        padding-block: 6px;
        font-size: 13px;
        color: var(--text2);
      }
      .more {
        display: block;
        min-block-size: 44px;
        margin-block-end: -8px;
        font-size: 13px;
        font-weight: 500;
        color: color-mix(in srgb, var(--primary-color, var(--trend)) 65%, var(--text));
      }
      @media (prefers-reduced-motion: reduce) {
        .chevron .icon {
          transition: none;
        }
      }
    `,
  ];
}

function line(row: Row, { strings, format }: RowWords): TemplateResult {
  const small = [...row.details, ...(row.late ? [strings.syncedLate] : [])].join(" · ");
  return html`<div class="line tone-${row.tone}">
    ${icon(row.icon)}
    <div class="what">${row.title}${small === "" ? nothing : html`<small>${small}</small>`}</div>
    <time datetime=${new Date(row.atMs).toISOString()} title=${format.dateTime(row.atMs)}>${format.time(row.atMs)}</time>
    ${row.children.length === 0 ? nothing : html`<span class="chevron">${icon("chevron")}</span>`}
  </div>`;
}
