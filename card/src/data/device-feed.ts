// Everything that the integration tells about one UPS: who it is, whether the agent is in contact, and its events.
import type { Connection, Refusal } from "../ha.ts";
import { toRefusal } from "../ha.ts";
import { addLive, addPage, type EventBook } from "./event-book.ts";
import { type ListName, typesOf } from "./event-types.ts";
import { LiveSubscription } from "./live-subscription.ts";
import type { Feed } from "./shared-feeds.ts";
import { type CardMessage, type Device, deviceSubscription, listDevices, listEvents } from "./wire.ts";

const pageSize = 50;
/** Enough for a flapping mains; beyond that the trend shows the newest. */
const outagesSize = 200;
const searchAgainMs = 10_000;

/** What the card reads of it; the demo has its own. */
export interface UpsFeed {
  readonly device: Device | null;
  /** The last refusal; null once something arrived. */
  readonly refusal: Refusal | null;
  readonly book: EventBook;
  /** Lists of which a page is on its way. */
  readonly loading: ReadonlySet<ListName>;
  /** Loads the first page of a list, unless it is here. */
  want(name: ListName): void;
  /** Loads the next older page of a list. */
  more(name: ListName): void;
}

export class DeviceFeed implements Feed, UpsFeed {
  onChange = (): void => undefined;
  device: Device | null = null;
  refusal: Refusal | null = null;
  book: EventBook = {};
  loading: ReadonlySet<ListName> = new Set();
  private readonly _connection: Connection;
  private readonly _wanted: string;
  private _subscription: LiveSubscription<CardMessage> | null = null;
  private _stopped = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;

  /** @param wanted device id, or agent id */
  constructor(connection: Connection, wanted: string) {
    this._connection = connection;
    this._wanted = wanted;
  }

  start(): void {
    void this._find();
  }

  stop(): void {
    this._stopped = true;
    clearTimeout(this._timer);
    this._subscription?.stop();
  }

  /** Only the integration's own list knows which device an agent's id means. */
  private async _find(): Promise<void> {
    try {
      const { devices } = await listDevices(this._connection);
      const found = devices.find(
        ({ device_id, agent_id }) => device_id === this._wanted || agent_id === this._wanted,
      );
      if (found !== undefined) return this._follow(found);
      this.refusal = { code: devices.length === 0 ? "no_devices" : "no_such_device", message: "" };
    } catch (error) {
      this.refusal = toRefusal(error);
    }
    // A UPS may be set up while the card is open already, and Home Assistant may still be starting.
    if (!this._stopped) this._timer = setTimeout(() => void this._find(), searchAgainMs);
    this._changed();
  }

  private _changed(): void {
    if (!this._stopped) this.onChange();
  }

  private _follow(device: Device): void {
    if (this._stopped) return;
    this.device = device;
    this.refusal = null;
    this._subscription = new LiveSubscription<CardMessage>(this._connection, {
      request: () => deviceSubscription(device.device_id),
      onMessage: (message) => this._take(message),
      onStart: () => this._reload(),
      onRefused: (refusal) => {
        this.refusal = refusal;
        this._changed();
      },
    });
    this._subscription.start();
    this._changed();
  }

  private _take(message: CardMessage): void {
    // A newer integration may send further kinds.
    if (message.kind === "device") this.device = message.device;
    if (message.kind === "events") this.book = addLive(this.book, message.events);
    this._changed();
  }

  /** After a start or a reconnect: what happened meanwhile is unknown, so every list begins anew. */
  private _reload(): void {
    this.refusal = null;
    const names = new Set<ListName>(["all", "outages", ...(Object.keys(this.book) as ListName[])]);
    for (const name of names) void this._page(name, true);
  }

  want(name: ListName): void {
    if (this.book[name] === undefined) void this._page(name, true);
  }

  more(name: ListName): void {
    if (this.book[name]?.cursor !== null) void this._page(name, false);
  }

  private async _page(name: ListName, fresh: boolean): Promise<void> {
    const { device, book } = this;
    if (device === null || this.loading.has(name)) return;
    const cursor = fresh ? null : book[name]?.cursor;
    const types = typesOf(name);
    this.loading = new Set([...this.loading, name]);
    this._changed();
    try {
      const page = await listEvents(this._connection, {
        device_id: device.device_id,
        limit: name === "outages" ? outagesSize : pageSize,
        ...(types === undefined ? {} : { types }),
        ...(cursor ? { cursor } : {}),
      });
      const { [name]: old, ...others } = this.book;
      this.book = addPage(fresh || old === undefined ? others : this.book, name, page);
    } catch (error) {
      this.refusal = toRefusal(error);
    }
    this.loading = new Set([...this.loading].filter((each) => each !== name));
    this._changed();
  }
}
