// What happened, newest first, with a filter. An element of its own: it draws again when events or the day change,
// not when a second passes.
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { type EventFilter, filters } from "../config.ts";
import type { UpsFeed } from "../data/device-feed.ts";
import { type EventBook, listOf } from "../data/event-book.ts";
import type { ListName } from "../data/event-types.ts";
import { eventListStyles } from "../styles/event-list.ts";
import { tokens } from "../styles/tokens.ts";
import { eventRows, type Row } from "../view/event-rows.ts";
import type { Words } from "../view/words.ts";
import { icon } from "./icons.ts";

const step = 10;

export class PiUpsEvents extends LitElement {
  static override properties = {
    book: {},
    words: {},
    loading: {},
    limit: {},
    first: {},
    scrolls: { type: Boolean },
    _filter: { state: true },
    _open: { state: true },
  };

  declare book: EventBook;
  declare words: Words;
  /** Lists of which a page is on its way. */
  declare loading: ReadonlySet<ListName>;
  declare limit: number;
  /** The filter to begin with. */
  declare first: EventFilter;
  declare scrolls: boolean | undefined;
  /** Where further events come from; what it has is in `book` and `loading`. */
  declare feed: UpsFeed;
  declare _filter: EventFilter;
  declare _open: ReadonlySet<string>;
  private _shown = 0;

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("first")) this._choose(this.first);
  }

  private _choose(filter: EventFilter): void {
    this._filter = filter;
    this._shown = this.limit;
    this._open = new Set();
    this.feed.want(filter);
  }

  protected override render(): TemplateResult {
    const { words, _filter: chosen } = this;
    const { strings } = words;
    return html`<div class="chips" role="group" aria-label=${strings.events}>
        ${filters.map(
          (filter) => html`<button aria-pressed=${filter === chosen} @click=${() => this._choose(filter)}>
            <span class="text">${strings.filters[filter]}</span>
          </button>`,
        )}
      </div>
      <div class="list" role="region" aria-label=${strings.events} tabindex=${this.scrolls ? 0 : nothing}>
        ${this._list()}
      </div>`;
  }

  private _list(): TemplateResult | typeof nothing {
    const { book, words, loading, _filter: filter } = this;
    const { strings } = words;
    const list = listOf(book, filter);
    if (list === null) return nothing;
    const rows = eventRows(list.events, words);
    const busy = loading.has(filter);
    const more = rows.length > this._shown || list.cursor !== null;
    return html`${this._days(rows.slice(0, this._shown))}
    ${more || rows.length > 0 || busy ? nothing : html`<p class="sub">${strings.noEvents}</p>`}
    ${
      more
        ? html`<button class="more" aria-disabled=${busy} @click=${() => this._showMore(rows.length)}>
            ${busy ? strings.loading : strings.showMore}
          </button>`
        : nothing
    }`;
  }

  private _showMore(here: number): void {
    this._shown += step;
    if (here < this._shown && !this.loading.has(this._filter)) this.feed.more(this._filter);
    this.requestUpdate();
  }

  private _days(rows: readonly Row[]): readonly TemplateResult[] {
    const { format, nowMs } = this.words;
    const dayOf = ({ atMs }: Row) => format.dayNumber(atMs);
    const days = [...new Set(rows.map(dayOf))].map((day) => rows.filter((row) => dayOf(row) === day));
    return days.map(
      (members) => html`<h3 class="sub">${format.day(members[0]?.atMs ?? 0, nowMs)}</h3>
        <ol>
          ${members.map((row) => this._row(row))}
        </ol>`,
    );
  }

  private _row(row: Row): TemplateResult {
    const { key, children } = row;
    if (children.length === 0) return html`<li>${this._line(row)}</li>`;
    const open = this._open.has(key);
    return html`<li>
      <button aria-expanded=${open} @click=${() => this._toggle(key)}>${this._line(row)}</button>
      ${open ? html`<ol>${children.map((child) => this._row(child))}</ol>` : nothing}
    </li>`;
  }

  private _line({ tone, icon: picture, title, details, atMs }: Row): TemplateResult {
    const { format } = this.words;
    return html`<div class="line ${tone}">
      ${icon(picture)}
      <div class="text">${title}<small>${details.join(" · ")}</small></div>
      <time class="sub" datetime=${new Date(atMs).toISOString()} title=${format.moment(atMs, 0)}>
        ${format.time(atMs)}
      </time>
    </div>`;
  }

  private _toggle(key: string): void {
    const next = new Set(this._open);
    if (!next.delete(key)) next.add(key);
    this._open = next;
  }

  static override styles = [tokens, eventListStyles];
}
