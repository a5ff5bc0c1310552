import { z } from "zod";

type Fields = Readonly<Record<string, z.ZodType>>;

/** A field without what says that it may be absent. */
type Inner<F> =
  F extends z.ZodDefault<infer I extends z.ZodType>
    ? Inner<I>
    : F extends z.ZodOptional<infer I extends z.ZodType>
      ? Inner<I>
      : F;
type Stated<F extends Fields> = { [Name in keyof F]: z.ZodOptional<Inner<F[Name]>> };
type Patched<F extends Fields> = {
  [Name in keyof F]: z.ZodOptional<z.ZodNullable<PatchedField<Inner<F[Name]>>>>;
};
type PatchedField<F> =
  F extends z.ZodRecord<infer Key, infer Value extends z.ZodType>
    ? z.ZodRecord<Key, z.ZodNullable<Value>>
    : F;

/** A spec's fields as somebody says them: those that are absent are not said, and get no default yet. */
export function stated<F extends Fields>(fields: F): Stated<F> {
  return mapped(fields, (field) => innerOf(field).optional()) as Stated<F>;
}

/** A spec's fields in a JSON merge patch (RFC 7396): null takes a field, or an entry of a map, back to its default. */
export function patched<F extends Fields>(fields: F): Patched<F> {
  return mapped(fields, (field) => patchOf(innerOf(field)).nullable().optional()) as unknown as Patched<F>;
}

/** Applies a merge patch whose fields their schema has let through. Lists are replaced as a whole (RFC 7396 §2). */
export function mergePatch<Target extends object>(target: Target, patch: object): Partial<Target> {
  const merged = { ...target } as Record<string, unknown>;
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (isMap(value)) merged[name] = mergePatch(isMap(merged[name]) ? merged[name] : {}, value);
    else if (value !== undefined) merged[name] = value;
  }
  return merged as Partial<Target>;
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapped(fields: Fields, change: (field: z.ZodType) => z.ZodType): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, change(field)]));
}

function innerOf(field: z.ZodType): z.ZodType {
  return field instanceof z.ZodDefault || field instanceof z.ZodOptional
    ? innerOf(field.unwrap() as z.ZodType)
    : field;
}

function patchOf(field: z.ZodType): z.ZodType {
  if (!(field instanceof z.ZodRecord)) return field;
  return z.record(field.keyType as z.ZodString, (field.valueType as z.ZodType).nullable());
}
