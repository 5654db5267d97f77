// Protocol version 1 between agent and integration, and what the integration answers to the card.
// All commands are Home Assistant WebSocket commands; our fields stand under `data`, so that Home Assistant's own
// strict top level never refuses a field that a newer side added. test/contract/*.json holds examples for both languages.
import * as v from "valibot";
import { upsEventSchema } from "./events.ts";
import { valueMapSchema } from "./values.ts";

/** The protocol numbers that this side speaks. The integration answers with the highest number common to both. */
export const protocolRange = { min: 1, max: 1 } as const;

export const commandTypes = {
  connect: "pi_ups/agent/connect",
  state: "pi_ups/agent/state",
  events: "pi_ups/agent/events",
  ack: "pi_ups/agent/ack",
  bye: "pi_ups/agent/bye",
  devices: "pi_ups/devices",
  listEvents: "pi_ups/events/list",
  subscribeEvents: "pi_ups/events/subscribe",
} as const;

/** Error codes of a refused command, in `error.code` of Home Assistant's answer. */
export const errorCodes = [
  /** No protocol number in common; the message says which side to update. */
  "PI_UPS_PROTOCOL_MISMATCH",
  /** The agent id belongs to another Home Assistant user. */
  "PI_UPS_WRONG_USER",
  /** No such session (Home Assistant restarted, entry reloaded, replaced by a newer connection): say hello again. */
  "PI_UPS_NO_SESSION",
  /** A field is missing or of the wrong kind; the message names it. */
  "PI_UPS_INVALID_MESSAGE",
  /** The card asked for a device that does not exist or that the user may not read. */
  "PI_UPS_UNKNOWN_DEVICE",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

const agentId = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9_-]{0,62}$/));
const shortText = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const timestamp = v.pipe(v.string(), v.isoTimestamp());

/** Limits that the card draws and the docs name. Volts are per cell. */
export const thresholdsSchema = v.object({
  low_percent: v.number(),
  critical_percent: v.number(),
  low_cell_v: v.number(),
  critical_cell_v: v.number(),
});

export const boardSchema = v.object({
  id: shortText,
  name: shortText,
  manufacturer: shortText,
  model: shortText,
  simulated: v.boolean(),
  experimental: v.boolean(),
});

/** `data` of `pi_ups/agent/connect`. */
export const connectSchema = v.object({
  protocol: v.object({ min: v.pipe(v.number(), v.integer()), max: v.pipe(v.number(), v.integer()) }),
  agent: v.object({
    id: agentId,
    name: shortText,
    version: shortText,
    boot_id: shortText,
    started_at: timestamp,
  }),
  board: boardSchema,
  /** Value keys that this board can give. */
  values: v.array(v.string()),
  /** Event types that this board can record. */
  event_types: v.array(v.string()),
  /** Commands that the local configuration allows Home Assistant to send. */
  commands: v.array(v.string()),
  thresholds: thresholdsSchema,
  /** Highest sequence number in the agent's journal; 0 when empty. */
  last_seq: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** The agent sends at least one state message in this time; silence for 2.4 times as long means gone. */
  heartbeat_s: v.pipe(v.number(), v.minValue(1), v.maxValue(60)),
});
export type Connect = v.InferOutput<typeof connectSchema>;

/** Sent on the subscription, by the integration. Unknown `event` words are ignored by an older agent. */
export const downstreamSchema = v.variant("event", [
  /** First message: nobody has confirmed this agent in Home Assistant yet. Stay connected. */
  v.object({ event: v.literal("pending"), message: v.string() }),
  /** The agent is accepted: send full state, then unsent events. */
  v.object({
    event: v.literal("accepted"),
    session: shortText,
    protocol: v.number(),
    integration_version: v.string(),
    /** Highest sequence number that Home Assistant has stored for this agent; 0 when none. */
    last_seq: v.number(),
    server_time: timestamp,
  }),
  v.object({
    event: v.literal("command"),
    command_id: shortText,
    command: v.picklist(["shutdown", "cancel_shutdown"]),
    /** Seconds; null or absent: the agent's grace. */
    delay_s: v.optional(v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(86_400))), null),
    reason: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(200))), null),
    /** Name of the person or automation behind it, for the record. */
    user: v.optional(v.nullable(v.string()), null),
  }),
  /** The config entry was removed or unloaded; the agent waits for `accepted` again. */
  v.object({ event: v.literal("released"), message: v.string() }),
  /** A newer connection of the same agent took over: this one must close and not come back by itself. */
  v.object({ event: v.literal("replaced"), message: v.string() }),
]);
export type Downstream = v.InferOutput<typeof downstreamSchema>;

/** `data` of `pi_ups/agent/state`: changed values only; with `full` all of them; with none it is a heartbeat. Answer: `{}`. */
export const stateSchema = v.object({
  session: shortText,
  at: timestamp,
  full: v.optional(v.boolean(), false),
  values: valueMapSchema,
});
export type State = v.InferOutput<typeof stateSchema>;

/** `data` of `pi_ups/agent/events`, oldest first, at most 200. Answer: `{acked_seq}` after they are on Home Assistant's disk. */
export const eventsSchema = v.object({
  session: shortText,
  events: v.pipe(v.array(upsEventSchema), v.maxLength(200)),
});
export const eventsResultSchema = v.object({ acked_seq: v.number() });

/** `data` of `pi_ups/agent/ack`: the agent's answer to a command. */
export const ackSchema = v.object({
  session: shortText,
  command_id: shortText,
  accepted: v.boolean(),
  code: v.optional(v.nullable(v.string()), null),
  message: v.string(),
});
export type Ack = v.InferOutput<typeof ackSchema>;

/** `data` of `pi_ups/agent/bye`. `shutdown`: the Pi is being powered off; `stop`: the agent ends, the Pi runs on. */
export const byeSchema = v.object({
  session: shortText,
  reason: v.picklist(["shutdown", "stop"]),
  /** A `shutdown_reason` word, or null. */
  detail: v.optional(v.nullable(v.string()), null),
  message: v.string(),
  at: timestamp,
});
export type Bye = v.InferOutput<typeof byeSchema>;

/** One device as `pi_ups/devices` lists it and as `pi_ups/events/subscribe` repeats it on every change of contact. */
export const deviceSchema = v.object({
  device_id: v.string(),
  agent_id: v.string(),
  name: v.string(),
  board: boardSchema,
  connected: v.boolean(),
  /** Last message of the agent (any kind), null before the first. */
  last_seen: v.nullable(timestamp),
  /** The last goodbye while the agent is away because of it; null when connected or when it vanished. */
  bye: v.nullable(
    v.object({ reason: v.string(), detail: v.nullable(v.string()), message: v.string(), at: timestamp }),
  ),
  thresholds: v.nullable(thresholdsSchema),
  commands: v.array(v.string()),
  event_types: v.array(v.string()),
  agent_version: v.string(),
  integration_version: v.string(),
  /** Last known values, also while the agent is away. */
  values: valueMapSchema,
  /** Entity ids by entity key (the `translation_key`), without disabled ones. */
  entities: v.record(v.string(), v.string()),
});
export type Device = v.InferOutput<typeof deviceSchema>;
export const devicesResultSchema = v.object({ devices: v.array(deviceSchema) });

/** An event as the card gets it: `synced_late` when it reached Home Assistant as history. */
export const listedEventSchema = v.object({ ...upsEventSchema.entries, synced_late: v.boolean() });
export type ListedEvent = v.InferOutput<typeof listedEventSchema>;

/** `pi_ups/events/list {device_id, start?, end?, types?, limit?, cursor?}`: newest first, by time, then sequence number. */
export const eventsListResultSchema = v.object({
  events: v.array(listedEventSchema),
  /** Give it back as `cursor` for the next page; null at the end. */
  next_cursor: v.nullable(v.string()),
});

/** Messages of `pi_ups/events/subscribe {device_id}`: first the device, then whatever happens. */
export const cardMessageSchema = v.variant("kind", [
  v.object({ kind: v.literal("device"), device: deviceSchema }),
  v.object({ kind: v.literal("events"), events: v.array(listedEventSchema) }),
]);
export type CardMessage = v.InferOutput<typeof cardMessageSchema>;
