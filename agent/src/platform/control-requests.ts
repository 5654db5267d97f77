// Checks what arrives on the Unix socket and turns it into calls of `AgentControl`. Keys on the wire are snake_case.
import * as v from "valibot";
import { UpsError } from "../core/ups-error.ts";
import { type AgentControl, type SimCommand, type SwitchCommand, simFaults } from "../ports/control.ts";
import type { EventQuery } from "../ports/ports.ts";
import { type ControlError, type ControlResponse, controlVersion } from "./control-wire.ts";

const dayMs = 86_400_000;
const id = v.union([v.pipe(v.string(), v.maxLength(64)), v.number()]);
const milliseconds = (max: number) => v.pipe(v.number(), v.minValue(0), v.maxValue(max));

const requestSchema = v.object({
  v: v.number(),
  id,
  method: v.pipe(v.string(), v.maxLength(64)),
  params: v.optional(v.record(v.string(), v.unknown()), {}),
});

const nothing = v.strictObject({});

const eventsParams = v.pipe(
  v.strictObject({
    types: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(64))), v.maxLength(64))),
    since_ms: v.optional(v.pipe(v.number(), v.finite())),
    limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)), 100),
  }),
  v.transform(
    ({ types, since_ms: sinceMs, limit }): EventQuery => ({
      limit,
      ...(types === undefined ? {} : { types }),
      ...(sinceMs === undefined ? {} : { sinceMs }),
    }),
  ),
);

const shutdownParams = v.strictObject({
  /** null: the configured grace. */
  delay_ms: v.optional(v.nullable(milliseconds(dayMs)), null),
  text: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(200))), null),
});

const simulateParams = v.variant("kind", [
  v.strictObject({ kind: v.literal("ac"), present: v.boolean() }),
  v.strictObject({ kind: v.literal("load"), watts: v.pipe(v.number(), v.finite()) }),
  v.strictObject({ kind: v.literal("battery"), percent: v.pipe(v.number(), v.finite()) }),
  v.strictObject({ kind: v.literal("temperature"), celsius: v.pipe(v.number(), v.finite()) }),
  v.strictObject({ kind: v.literal("speed"), factor: v.pipe(v.number(), v.finite()) }),
  v.strictObject({ kind: v.literal("rail"), mv: v.pipe(v.number(), v.finite()) }),
  v.strictObject({ kind: v.literal("button"), action: v.picklist(["reboot", "power_off"]) }),
  v.pipe(
    v.strictObject({
      kind: v.literal("fault"),
      fault: v.picklist(simFaults),
      for_ms: v.optional(v.nullable(milliseconds(365 * dayMs)), null),
    }),
    v.transform(({ kind, fault, for_ms: forMs }) => ({ kind, fault, forMs })),
  ),
  v.strictObject({ kind: v.literal("clear") }),
  v.strictObject({ kind: v.literal("show") }),
]);

const colour = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));
const within = (lowest: number, highest: number) =>
  v.pipe(v.number(), v.minValue(lowest), v.maxValue(highest));

const switchParams = v.variant("kind", [
  v.strictObject({ kind: v.picklist(["allow_charge", "restart_on_mains", "buzzer"]), on: v.boolean() }),
  v.pipe(
    v.strictObject({ kind: v.literal("power_cut"), delay_s: v.nullable(within(0, 86_400)) }),
    v.transform(({ kind, delay_s: delayS }) => ({ kind, delayS })),
  ),
  v.strictObject({ kind: v.literal("wake_on_charge"), percent: v.nullable(within(0, 100)) }),
  v.pipe(
    v.strictObject({ kind: v.literal("wake_at"), wall_ms: v.nullable(v.pipe(v.number(), v.finite())) }),
    v.transform(({ kind, wall_ms: wallMs }) => ({ kind, wallMs })),
  ),
  v.strictObject({ kind: v.literal("watchdog"), minutes: within(0, 65_535) }),
  v.strictObject({
    kind: v.literal("led"),
    index: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16)),
    red: colour,
    green: colour,
    blue: colour,
  }),
]);

function badRequest(message: string): UpsError {
  return new UpsError("PI_UPS_CONTROL_BAD_REQUEST", message);
}

function checked<S extends v.GenericSchema>(schema: S, value: unknown, what: string): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  const path = v.getDotPath(issue);
  throw badRequest(
    `${what}${path === null ? "" : `, ${path}`}: found ${issue.received}, expected ${issue.expected ?? "another value"}.`,
  );
}

type Method = (control: AgentControl, params: unknown) => unknown;

const methods: Readonly<Record<string, Method>> = {
  status: (control, params) => {
    checked(nothing, params, "The params of status");
    return control.status();
  },
  events: (control, params) => control.events(checked(eventsParams, params, "The params of events")),
  shutdown: (control, params) => {
    const { delay_ms: delayMs, text } = checked(shutdownParams, params, "The params of shutdown");
    return control.requestShutdown(delayMs, text);
  },
  cancel_shutdown: (control, params) => {
    checked(nothing, params, "The params of cancel_shutdown");
    return control.cancelShutdown();
  },
  simulate: (control, params) => {
    const command: SimCommand = checked(simulateParams, params, "The params of simulate");
    return control.simulate(command);
  },
  measurements: (control, params) => {
    checked(nothing, params, "The params of measurements");
    return control.measurements();
  },
  switches: (control, params) => {
    checked(nothing, params, "The params of switches");
    return control.switches();
  },
  switch: (control, params) => {
    const command: SwitchCommand = checked(switchParams, params, "The params of switch");
    return control.switchBoard(command);
  },
};

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw badRequest("The line is not JSON. Expected is one JSON object per line.");
  }
}

/** The id of a request that may be broken otherwise; null when there is none. */
function idOf(value: unknown): number | string | null {
  const found = (value as { readonly id?: unknown } | null)?.id;
  return v.is(id, found) ? found : null;
}

async function call(control: AgentControl, value: unknown): Promise<unknown> {
  const request = checked(requestSchema, value, "The request");
  if (request.v !== controlVersion) {
    const message = `This agent speaks version ${controlVersion} of the control protocol, the caller ${request.v}. Use the pi-ups command of the agent's own release.`;
    throw new UpsError("PI_UPS_CONTROL_VERSION", message);
  }
  const method = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
  if (method === undefined) {
    const known = Object.keys(methods).join(", ");
    throw new UpsError(
      "PI_UPS_CONTROL_UNKNOWN_METHOD",
      `There is no method ${JSON.stringify(request.method)}. Expected is one of ${known}.`,
    );
  }
  return await method(control, request.params);
}

/** An answer that refuses. */
export function refusal(requestId: number | string | null, error: ControlError): ControlResponse {
  return { v: controlVersion, id: requestId, ok: false, error };
}

/**
 * Answers one line. Never rejects.
 * @param onBug called with an exception that is not a refusal
 */
export async function answerLine(
  control: AgentControl,
  line: string,
  onBug: (error: unknown) => void,
): Promise<ControlResponse> {
  let requestId: number | string | null = null;
  try {
    const value = parseJson(line);
    requestId = idOf(value);
    const result = await call(control, value);
    return { v: controlVersion, id: requestId, ok: true, result: result ?? null };
  } catch (error) {
    if (error instanceof UpsError) return refusal(requestId, { code: error.code, message: error.message });
    onBug(error);
    const message = "The agent could not do this because of a fault in itself; its log says more.";
    return refusal(requestId, { code: "PI_UPS_INTERNAL", message });
  }
}
