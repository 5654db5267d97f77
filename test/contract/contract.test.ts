// The contract lives once: the TypeScript half reads the same JSON examples as the Python half (test/python).
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { eventTypes } from "../../agent/src/core/model.ts";
import * as messages from "../../agent/src/protocol/messages.ts";
import { valueKeys, values } from "../../agent/src/protocol/values.ts";

interface Example {
  readonly name: string;
  readonly names?: string;
  readonly data?: unknown;
  readonly message?: unknown;
  readonly result?: unknown;
  readonly answer?: unknown;
}
interface Examples {
  readonly valid: readonly Example[];
  readonly invalid?: readonly Example[];
}

function load<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), "utf8")) as T;
}

function check(
  title: string,
  schema: v.GenericSchema,
  examples: Examples,
  key: "data" | "message" | "result",
) {
  describe(title, () => {
    it.each(examples.valid)("accepts: $name", (example) => {
      const parsed = v.safeParse(schema, example[key]);
      expect(parsed.issues?.map((issue) => issue.message)).toBeUndefined();
    });
    it.each(examples.invalid ?? [])("refuses: $name", (example) => {
      const parsed = v.safeParse(schema, example[key]);
      const paths = parsed.issues?.flatMap((issue) => {
        const own = v.getDotPath(issue);
        return own === null ? [] : [own];
      });
      expect(paths, "the refusal names the field").toContain(example.names);
    });
  });
}

check("pi_ups/agent/connect", messages.connectSchema, load<Examples>("connect"), "data");
check("subscription", messages.downstreamSchema, load<Examples>("downstream"), "message");
check("pi_ups/agent/state", messages.stateSchema, load<Examples>("state"), "data");
check("pi_ups/agent/events", messages.eventsSchema, load<Examples>("events"), "data");
check("pi_ups/agent/ack", messages.ackSchema, load<Examples>("ack"), "data");
check("pi_ups/agent/bye", messages.byeSchema, load<Examples>("bye"), "data");

const card = load<{ devices: Examples; events_list: Examples; messages: Examples }>("card");
check("pi_ups/devices", messages.devicesResultSchema, card.devices, "result");
check("pi_ups/events/list", messages.eventsListResultSchema, card.events_list, "result");
check("pi_ups/events/subscribe", messages.cardMessageSchema, card.messages, "message");

describe("answers", () => {
  it.each(load<Examples>("events").valid)("pi_ups/agent/events: $name", (example) => {
    expect(v.is(messages.eventsResultSchema, example.answer)).toBe(true);
  });
});

describe("vocabulary", () => {
  const words = load<Record<string, unknown>>("vocabulary");
  it("has the same words as the code", () => {
    expect(words["event_types"]).toEqual([...eventTypes]);
    expect(words["values"]).toEqual([...valueKeys]);
    expect(words["error_codes"]).toEqual([...messages.errorCodes]);
    expect(words["commands"]).toEqual(messages.commandTypes);
    expect(words["protocol"]).toEqual(messages.protocolRange);
    expect(words["shutdown_states"]).toEqual([...values.shutdown_state.options]);
    expect(words["shutdown_reasons"]).toEqual([...values.shutdown_reason.options]);
    expect(words["shutdown_by"]).toEqual([...values.shutdown_by.options]);
    expect(words["runtime_confidence"]).toEqual([...values.runtime_confidence.options]);
    expect(words["health"]).toEqual([...values.health.options]);
  });
});
