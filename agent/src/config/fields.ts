// How one setting is described, so that the example file, the JSON Schema, the checks and the error sentences all come
// from the same place: a valibot schema with metadata, and a function that reads such a schema back as plain facts.
import * as v from "valibot";

/** What people are told about a setting beside its type, range and default. */
export interface FieldNotes {
  /** One or two sentences for people. */
  readonly description: string;
  /** Unit of the value, for example `s`. */
  readonly unit?: string;
  /** The accepted values in words, where the type does not say enough. */
  readonly expected?: string;
  /** The default in words, where it is not a fixed value. */
  readonly defaultText?: string;
  /** A value to show in the example file when there is no fixed default. */
  readonly example?: string | number;
  /** The value must never be shown. */
  readonly secret?: boolean;
}

interface NumberNotes extends FieldNotes {
  readonly min: number;
  readonly max: number;
}

function notes<T>(field: FieldNotes): v.MetadataAction<T, Readonly<Record<string, unknown>>> {
  const { description, unit, expected, defaultText, example, secret } = field;
  return v.metadata<T, Readonly<Record<string, unknown>>>({
    description,
    ...(unit === undefined ? {} : { unit }),
    ...(expected === undefined ? {} : { expected }),
    ...(defaultText === undefined ? {} : { default_text: defaultText }),
    ...(example === undefined ? {} : { examples: [example] }),
    ...(secret ? { secret } : {}),
  });
}

/** A number with a range, both ends included. */
export function numberField<const D extends number | undefined>(fallback: D, field: NumberNotes) {
  return v.optional(v.pipe(v.number(), v.minValue(field.min), v.maxValue(field.max), notes(field)), fallback);
}

/** A whole number with a range, both ends included. */
export function integerField<const D extends number | undefined>(fallback: D, field: NumberNotes) {
  return v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(field.min), v.maxValue(field.max), notes(field)),
    fallback,
  );
}

export function booleanField(fallback: boolean, field: FieldNotes) {
  return v.optional(v.pipe(v.boolean(), notes(field)), fallback);
}

/** One of some words. */
export function choiceField<const O extends readonly string[]>(
  options: O,
  fallback: O[number],
  field: FieldNotes,
) {
  return v.optional(v.pipe(v.picklist(options), notes(field)), fallback);
}

/** No control characters; without flags, because JSON Schema has none. */
const printableLine = /^[ -~\u00a0-\uffff]*$/;

/** Text of 1 to `maxLength` characters on one line. */
export function textField<const D extends string | undefined>(
  fallback: D,
  field: FieldNotes & { readonly maxLength: number; readonly pattern?: RegExp },
) {
  return v.optional(
    v.pipe(
      v.string(),
      v.nonEmpty(),
      v.maxLength(field.maxLength),
      v.regex(field.pattern ?? printableLine),
      notes({ expected: `text of 1 to ${field.maxLength} characters on one line`, ...field }),
    ),
    fallback,
  );
}

/** A setting's schema, seen as facts. */
export interface FieldFacts {
  readonly kind: "number" | "boolean" | "choice" | "text";
  readonly description: string;
  readonly unit: string | null;
  /** The accepted values in words, without the unit. */
  readonly expected: string;
  /** The fixed default; undefined when there is none. */
  readonly fallback: string | number | boolean | undefined;
  readonly defaultText: string | null;
  readonly example: string | number | null;
  readonly options: readonly string[];
  readonly secret: boolean;
}

interface Introspected {
  readonly type: string;
  readonly wrapped?: Introspected;
  readonly default?: unknown;
  readonly options?: readonly string[];
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown }[];
}

function requirement(schema: Introspected, type: string): number | undefined {
  const action = schema.pipe?.find((item) => item.type === type);
  return typeof action?.requirement === "number" ? action.requirement : undefined;
}

function expectedWords(schema: Introspected): string {
  switch (schema.type) {
    case "number": {
      const whole = schema.pipe?.some((item) => item.type === "integer") ? "a whole number" : "a number";
      return `${whole} from ${requirement(schema, "min_value")} to ${requirement(schema, "max_value")}`;
    }
    case "boolean":
      return "true or false";
    case "picklist":
      return `one of ${(schema.options ?? []).join(", ")}`;
    default:
      return "text";
  }
}

const kinds: Readonly<Record<string, FieldFacts["kind"]>> = {
  number: "number",
  boolean: "boolean",
  picklist: "choice",
};

/** Reads a schema that one of the functions above made. */
export function factsOf(schema: v.GenericSchema): FieldFacts {
  const outer = schema as unknown as Introspected;
  const inner = outer.wrapped ?? outer;
  const meta = v.getMetadata(inner as unknown as v.GenericSchema) as Readonly<Record<string, unknown>>;
  const text = (key: string): string | null => (typeof meta[key] === "string" ? meta[key] : null);
  const example = Array.isArray(meta["examples"]) ? (meta["examples"][0] as string | number) : null;
  return {
    kind: kinds[inner.type] ?? "text",
    description: text("description") ?? "",
    unit: text("unit"),
    expected: text("expected") ?? expectedWords(inner),
    fallback: outer.default as FieldFacts["fallback"],
    defaultText: text("default_text"),
    example,
    options: inner.options ?? [],
    secret: meta["secret"] === true,
  };
}

/** A YAML mapping whose keys are all known. */
export function mapping<const E extends v.ObjectEntries>(description: string, entries: E) {
  return v.pipe(v.strictObject(entries), v.metadata({ description }));
}

/** A mapping that may be left out or left empty, because everything in it has a default. */
export function section<const E extends v.ObjectEntries>(description: string, entries: E) {
  return v.nullish(mapping(description, entries), {} as v.InferInput<v.StrictObjectSchema<E, undefined>>);
}

/** The keys of a mapping with their schemas, or null when the schema is a single setting. */
export function entriesOf(schema: v.GenericSchema): Readonly<Record<string, v.GenericSchema>> | null {
  const outer = schema as unknown as Introspected;
  const inner = (outer.wrapped ?? outer) as { readonly entries?: unknown };
  return (inner.entries as Readonly<Record<string, v.GenericSchema>> | undefined) ?? null;
}

/** Whether leaving a mapping out means something else than leaving it empty. */
export function isSwitchedByPresence(schema: v.GenericSchema): boolean {
  const outer = schema as unknown as Introspected;
  return outer.type === "optional" && outer.default === undefined && entriesOf(schema) !== null;
}
