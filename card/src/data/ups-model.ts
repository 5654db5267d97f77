// Everything that the card shows of one UPS, brought together from its sources: entities, device and event feed, history.
// It holds subscriptions only between `open` and `close`.
import type { TrendData } from "../chart/cursor.ts";
import type { CardConfig } from "../config.ts";
import type { EntityState } from "../ha.ts";
import type { HassPort } from "../hass-port.ts";
import { DeviceFeed, type UpsFeed } from "./device-feed.ts";
import { type EntityIds, entityIdsOf, type Facts, readFacts, toMoment } from "./facts.ts";
import { HistoryFeed } from "./history-feed.ts";
import { type Lease, SharedFeeds } from "./shared-feeds.ts";
import { makeTrend } from "./trend.ts";
import type { Device } from "./wire.ts";

/** What the card's root needs; the demo has its own. */
export interface UpsModel {
  open(onChange: () => void): void;
  close(): void;
  /** null while the model is closed. */
  readonly feed: UpsFeed | null;
  /** Ids of the UPS's entities. */
  readonly watched: readonly string[];
  /** Home Assistant's time. */
  nowMs(): number;
  facts(device: Device): Facts;
  /** The same object until something in it changed, so that the trend is not drawn for nothing. */
  trend(device: Device, nowMs: number): TrendData;
  state(key: string): EntityState | undefined;
  cancelShutdown(): Promise<void>;
}

const deviceFeeds = new SharedFeeds<DeviceFeed>();
const historyFeeds = new SharedFeeds<HistoryFeed>();

const minuteMs = 60_000;
/** A short window is drawn this often on its way through the trend. */
const drawings = 300;

export class LiveModel implements UpsModel {
  private readonly _port: HassPort;
  private readonly _config: CardConfig;
  private _onChange: (() => void) | null = null;
  private _lease: Lease<DeviceFeed> | null = null;
  private _history: Lease<HistoryFeed> | null = null;
  private _historyKey = "";
  private _ids: EntityIds = {};
  private _idsFrom: readonly [unknown, unknown] | null = null;
  private _trend: TrendData | null = null;

  constructor(port: HassPort, config: CardConfig) {
    this._port = port;
    this._config = config;
  }

  open(onChange: () => void): void {
    this._onChange = onChange;
    const { device } = this._config;
    const { connection } = this._port;
    this._lease = deviceFeeds.acquire(
      connection,
      device,
      () => new DeviceFeed(connection, device),
      this._changed,
    );
    this._followHistory();
  }

  close(): void {
    this._onChange = null;
    this._lease?.release();
    this._history?.release();
    this._lease = null;
    this._history = null;
    this._historyKey = "";
  }

  private readonly _changed = (): void => {
    this._trend = null;
    this._followHistory();
    this._onChange?.();
  };

  get feed(): DeviceFeed | null {
    return this._lease?.feed ?? null;
  }
  get watched(): readonly string[] {
    return Object.values(this._entityIds()).filter((id) => id !== undefined);
  }

  nowMs(): number {
    return this._port.clock.now();
  }

  /** Made again only when the registry or the device message is another one. */
  private _entityIds(): EntityIds {
    const device = this.feed?.device;
    if (!device) return {};
    const from = [this._port.entities, device] as const;
    if (this._idsFrom?.[0] !== from[0] || this._idsFrom[1] !== from[1]) {
      this._ids = entityIdsOf(this._port.entities, device);
      this._idsFrom = from;
    }
    return this._ids;
  }

  /** Charge and mains of the window; another entity id (renamed) means another stream. */
  private _followHistory(): void {
    if (!this.feed?.device || !this._config.blocks.includes("trend")) return;
    const ids = ["battery_percent", "ac_power"]
      .map((key) => this._entityIds()[key])
      .filter((id) => id !== undefined);
    const key = `${this._config.hours} ${ids.join(" ")}`;
    if (key === this._historyKey) return;
    this._historyKey = key;
    this._history?.release();
    const { connection } = this._port;
    const { hours } = this._config;
    this._history =
      ids.length === 0
        ? null
        : historyFeeds.acquire(connection, key, () => new HistoryFeed(connection, ids, hours), this._changed);
  }

  facts(device: Device): Facts {
    return readFacts(this._port.states, this._entityIds(), device, this.feed?.book.all?.events ?? []);
  }

  state(key: string): EntityState | undefined {
    return this._port.states[this._entityIds()[key] ?? ""];
  }

  trend(device: Device, nowMs: number): TrendData {
    // The registry may have renamed an entity since the last message.
    this._followHistory();
    // The window moves on by a pixel or so at a time; everything else that changes it arrives as a message.
    const old = this._trend;
    const fresh =
      old !== null && nowMs - old.endMs < Math.min(minuteMs, (old.endMs - old.startMs) / drawings);
    this._trend = fresh ? old : this._makeTrend(device, nowMs);
    return this._trend;
  }

  private _makeTrend({ connected, bye, last_seen }: Device, nowMs: number): TrendData {
    const ids = this._entityIds();
    const source = this._history?.feed;
    const samples = (id: string | undefined) => source?.history[id ?? ""] ?? [];
    const { battery_percent: battery, ac_power: mains } = ids;
    return makeTrend({
      nowMs,
      hours: this._config.hours,
      charge: samples(battery),
      mains: mains === undefined ? undefined : samples(mains),
      events: this.feed?.book.outages?.events ?? [],
      contact: { connected, lastSeenMs: toMoment(bye?.at ?? last_seen) },
      loading: source?.ready === false,
    });
  }

  async cancelShutdown(): Promise<void> {
    const device = this.feed?.device;
    if (device) await this._port.call("cancel_shutdown", device.device_id);
  }
}
