// Everything that the integration tells about one UPS: who it is, whether the agent is in contact, and its events.
import type { EventFilter } from "../config.ts";
import { type Connection, type Refusal, toRefusal } from "../ha.ts";
import {
  addLive,
  addPage,
  type EventBook,
  emptyBook,
  filterTypes,
  type PastEvent,
  toPast,
  visible,
} from "./event-book.ts";
import { LiveSubscription } from "./live-subscription.ts";
import { powerTypes } from "./outages.ts";
import { clockOf } from "./server-clock.ts";
import type { Feed } from "./shared-feeds.ts";
import {
  type CardMessage,
  type Device,
  deviceSubscription,
  type EventsPage,
  listDevices,
  listEvents,
} from "./wire.ts";

const pageSize = 50;
const fewEvents = 10;
/** Enough for a flapping mains; beyond that the trend shows the newest. */
const powerPages = 5;
const powerPageSize = 200;
const hourMs = 3_600_000;

export class DeviceFeed implements Feed {
  onChange: (() => void) | null = null;
  private readonly _connection: Connection;
  private readonly _wanted: string;
  private _subscription: LiveSubscription<CardMessage> | null = null;
  private _stopped = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _device: Device | null = null;
  private _trouble: Refusal | null = null;
  private _anyDevices: boolean | null = null;
  private _book: EventBook = emptyBook;
  private _power: readonly PastEvent[] = [];
  private _powerHours = 0;
  private _loading: ReadonlySet<EventFilter> = new Set();

  /** @param wanted device id, or agent id */
  constructor(connection: Connection, wanted: string) {
    this._connection = connection;
    this._wanted = wanted;
  }

  get device(): Device | null {
    return this._device;
  }
  /** The last refusal; null once something arrived. */
  get trouble(): Refusal | null {
    return this._trouble;
  }
  /** False when the integration answered that it has no UPS at all. */
  get anyDevices(): boolean | null {
    return this._anyDevices;
  }
  get book(): EventBook {
    return this._book;
  }
  /** Events that the trend's bands are made of. */
  get power(): readonly PastEvent[] {
    return this._power;
  }
  /** Filters of which a page is on its way. */
  get loading(): ReadonlySet<EventFilter> {
    return this._loading;
  }

  start(): void {
    this._connection.addEventListener("ready", this._onReady);
    void this._find();
  }

  stop(): void {
    this._stopped = true;
    this._connection.removeEventListener("ready", this._onReady);
    clearTimeout(this._timer);
    this._subscription?.stop();
  }

  private readonly _onReady = (): void => {
    if (this._subscription === null) void this._find();
  };

  /** The agent's id names a device only through the integration's own list. */
  private async _find(): Promise<void> {
    clearTimeout(this._timer);
    try {
      const { devices } = await listDevices(this._connection);
      if (this._stopped || this._subscription !== null) return;
      const found = devices.find((each) => each.device_id === this._wanted || each.agent_id === this._wanted);
      this._anyDevices = devices.length > 0;
      if (found !== undefined) return this._follow(found);
      this._fail({ code: "PI_UPS_UNKNOWN_DEVICE", message: "" });
    } catch (error) {
      this._fail(toRefusal(error));
    }
  }

  /** A UPS may be set up while the card is already open, and Home Assistant may still be starting. */
  private _fail(refusal: Refusal): void {
    if (this._stopped) return;
    this._trouble = refusal;
    this._timer = setTimeout(() => void this._find(), 10_000);
    this.onChange?.();
  }

  private _follow(device: Device): void {
    this._device = device;
    this._trouble = null;
    this._subscription = new LiveSubscription<CardMessage>(this._connection, {
      request: () => deviceSubscription(device.device_id),
      onMessage: (message) => this._take(message),
      onStart: () => void this._reload(),
      onRefused: (refusal) => {
        this._trouble = refusal;
        this.onChange?.();
      },
    });
    this._subscription.start();
    this.onChange?.();
  }

  private _take(message: CardMessage): void {
    switch (message.kind) {
      case "device":
        this._device = message.device;
        this._trouble = null;
        break;
      case "events": {
        this._book = addLive(this._book, message.events);
        const power = message.events.filter((event) =>
          (powerTypes as readonly string[]).includes(event.type),
        );
        this._power = addLive({ events: this._power, coverage: {} }, power).events;
        break;
      }
      default:
        // A newer integration may say more.
        message satisfies never;
    }
    this.onChange?.();
  }

  /** After a start or a reconnect: what happened meanwhile is unknown, so the lists begin anew. */
  private async _reload(): Promise<void> {
    this._trouble = null;
    await Promise.all([this._page("all", true), this._powerHours > 0 ? this._fetchPower() : null]);
  }

  /** A filter that shows next to nothing of what is here asks for its own page. */
  want(filter: EventFilter): void {
    const { loaded, more, events } = visible(this._book, filter);
    if (loaded && more && events.length < fewEvents) this.more(filter);
  }

  /** Loads the next older page of a filter. */
  more(filter: EventFilter): void {
    void this._page(filter, false);
  }

  private async _page(filter: EventFilter, fresh: boolean): Promise<void> {
    const device = this._device;
    if (device === null || this._loading.has(filter)) return;
    const cursor = fresh ? null : (this._book.coverage[filter]?.cursor ?? null);
    this._setLoading(filter, true);
    try {
      const page = await listEvents(this._connection, {
        device_id: device.device_id,
        limit: pageSize,
        ...(filter === "all" ? {} : { types: filterTypes[filter] }),
        ...(cursor === null ? {} : { cursor }),
      });
      this._book = addPage(fresh ? emptyBook : this._book, filter, page);
    } catch (error) {
      this._trouble = toRefusal(error);
    }
    this._setLoading(filter, false);
  }

  private _setLoading(filter: EventFilter, on: boolean): void {
    const next = new Set(this._loading);
    if (on) next.add(filter);
    else next.delete(filter);
    this._loading = next;
    if (!this._stopped) this.onChange?.();
  }

  /** Asks for the mains events of the last `hours`, and for the one before them, which says how the window began. */
  wantPower(hours: number): void {
    if (hours <= this._powerHours) return;
    this._powerHours = hours;
    if (this._device !== null) void this._fetchPower();
  }

  private async _fetchPower(): Promise<void> {
    const device_id = this._device?.device_id;
    if (device_id === undefined) return;
    const start = new Date(clockOf(this._connection).now() - this._powerHours * hourMs).toISOString();
    const types = powerTypes;
    try {
      const before = await listEvents(this._connection, { device_id, types, end: start, limit: 1 });
      let page: EventsPage | null = null;
      const inside = [];
      for (let count = 0; count < powerPages && page?.next_cursor !== null; count += 1) {
        const cursor: { cursor?: string } = page === null ? {} : { cursor: page.next_cursor };
        page = await listEvents(this._connection, {
          device_id,
          types,
          start,
          limit: powerPageSize,
          ...cursor,
        });
        inside.push(...page.events);
      }
      this._power = [...inside, ...before.events].map(toPast);
      if (!this._stopped) this.onChange?.();
    } catch (error) {
      this._trouble = toRefusal(error);
    }
  }
}
