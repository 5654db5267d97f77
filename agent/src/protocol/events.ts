// An event as it stands in the journal, in events.jsonl, on the wire and in the integration's store: one shape everywhere.
import * as v from "valibot";

/** A number, a short word, or nothing. */
const scalar = v.nullable(v.union([v.number(), v.string(), v.boolean()]));

/**
 * `time` is RFC 3339 with milliseconds and a numeric zone, for example `2026-11-23T04:18:14.123+01:00`.
 * Unknown keys are kept out, never refused: a newer agent may say more.
 */
export const upsEventSchema = v.object({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
  time: v.pipe(v.string(), v.isoTimestamp()),
  /** Not limited to the known types: an older reader keeps what a newer agent recorded. */
  type: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,63}$/)),
  value: v.nullable(v.union([v.number(), v.string()])),
  threshold: v.nullable(v.number()),
  unit: v.nullable(v.string()),
  message: v.pipe(v.string(), v.maxLength(500)),
  detail: v.optional(v.record(v.string(), scalar), {}),
});

export type UpsEvent = v.InferOutput<typeof upsEventSchema>;
