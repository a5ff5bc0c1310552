import { z } from "zod";
import { invalidOption, isYes, type KnownOption, unquoted, yesOrNo } from "./option-value.ts";

/** How a field of a spec is said as text: `-o NAME=VALUE`. */
interface OptionText {
  /** The first of them that is given counts. */
  readonly names: readonly string[];
  /** What it takes, to stand behind "it takes"; absent: the schema says it. */
  readonly takes?: string;
  /** The same where a value is refused, if other words help more. */
  readonly refusal?: string | ((text: string) => string);
  /** From text without backquotes to what the schema checks; absent: as the schema's type says. */
  readonly read?: (text: string) => unknown;
}

const optionTexts = z.registry<OptionText>();

/** A field of a spec that can be said as text. */
export function option<S extends z.ZodType>(schema: S, text: OptionText): S {
  optionTexts.add(schema, text);
  return schema;
}

/** What a spec's options say. */
export type OptionOf<S extends z.ZodType> = z.output<S>;

/** The options of a spec, each name by itself. */
export function knownOptions(spec: z.ZodObject): readonly KnownOption[] {
  return textsOf(spec).flatMap(([, schema, { names, takes = takenBy(schema) }]) =>
    names.map((name) => ({ name, value: takes })),
  );
}

/**
 * Reads all fields of a spec that can be said as text; those that are not said have the spec's defaults.
 * Throws `invalid` naming the option and what would be right.
 */
export function readOptions<S extends z.ZodObject>(
  spec: S,
  options: Readonly<Record<string, string>>,
): OptionOf<S> {
  return Object.fromEntries(
    textsOf(spec).map(([field, schema, text]) => [field, readOption(schema, text, options)]),
  ) as OptionOf<S>;
}

/** The fields that options say, and no defaults. Throws as `readOptions` does. */
export function saidOptions<S extends z.ZodObject>(
  spec: S,
  options: Readonly<Record<string, string>>,
): Partial<OptionOf<S>> {
  const said = textsOf(spec).filter(([, , { names }]) => names.some((name) => options[name] !== undefined));
  return Object.fromEntries(
    said.map(([field, schema, text]) => [field, readOption(schema, text, options)]),
  ) as Partial<OptionOf<S>>;
}

/** The field of a spec that an option says; undefined where it is no option of the spec. */
export function fieldOfOption(spec: z.ZodObject, name: string): string | undefined {
  return textsOf(spec).find(([, , { names }]) => names.includes(name))?.[0];
}

/** The options that are none of the spec's. */
export function freeOptions<Value>(
  spec: z.ZodObject,
  options: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const free = Object.entries(options).filter(([name]) => fieldOfOption(spec, name) === undefined);
  return Object.fromEntries(free);
}

/** The options by which text says these fields of a spec; fields that are not said, and those that are as the spec has them anyway, need none. */
export function writeOptions<S extends z.ZodObject>(
  spec: S,
  fields: Readonly<Record<string, unknown>>,
): Record<string, string> {
  return Object.fromEntries(
    textsOf(spec).flatMap(
      ([
        field,
        schema,
        {
          names: [name = ""],
        },
      ]) => {
        const value = fields[field];
        const isSaid = value !== undefined && value !== null && value !== schema.parse(undefined);
        return isSaid ? [[name, textOf(value)]] : [];
      },
    ),
  );
}

/** A list as its elements with commas between them. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "string" ? value : JSON.stringify(value);
}

function readOption(
  schema: z.ZodType,
  { names, takes = takenBy(schema), refusal = takes, read = readerOf(schema) }: OptionText,
  options: Readonly<Record<string, string>>,
): unknown {
  const name = names.find((each) => options[each] !== undefined);
  if (name === undefined) return schema.parse(undefined);
  const text = options[name] ?? "";
  const { success, data } = schema.safeParse(read(unquoted(text)));
  if (success) return data;
  throw invalidOption(name, text, typeof refusal === "string" ? refusal : refusal(text));
}

function textsOf(spec: z.ZodObject): readonly (readonly [string, z.ZodType, OptionText])[] {
  return Object.entries(spec.shape as Record<string, z.ZodType>).flatMap(([field, schema]) => {
    const text = optionTexts.get(schema);
    return text === undefined ? [] : [[field, schema, text] as const];
  });
}

function readerOf(schema: z.ZodType): (text: string) => unknown {
  const type = innermost(schema);
  if (type instanceof z.ZodBoolean) return (text) => isYes(text) ?? text;
  if (type instanceof z.ZodNumber) return (text) => (/^\d+$/.test(text) ? Number(text) : text);
  return (text) => text;
}

/** What a schema takes, in words. */
function takenBy(schema: z.ZodType): string {
  const type = innermost(schema);
  if (type instanceof z.ZodBoolean) return yesOrNo;
  const values = type instanceof z.ZodEnum ? type.options : [];
  return values.length === 2 ? values.join(" or ") : `one of ${values.join(", ")}`;
}

/** The schema without what says that it may be absent. */
function innermost(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return innermost(schema.unwrap() as z.ZodType);
  return schema;
}
