import { z } from "zod";

/** One key of the configuration. */
export interface Key {
  readonly path: readonly string[];
  readonly schema: z.ZodType;
}

/** Every key below a schema of nested objects, in its order. */
export function keysOf(schema: z.ZodType, path: readonly string[] = []): readonly Key[] {
  const section = schema instanceof z.ZodPrefault ? schema.unwrap() : schema;
  if (!(section instanceof z.ZodObject)) return [{ path, schema }];
  return Object.entries(section.shape).flatMap(([name, field]) =>
    keysOf(field as z.ZodType, [...path, name]),
  );
}

/** `FAIRWAY_LOG_LEVEL` for `log.level`; a name of a variable has no hyphen. */
export function variableOf(path: readonly string[]): string {
  return ["FAIRWAY", ...path].join("_").replaceAll("-", "_").toUpperCase();
}

/** A key's value in a configuration; undefined where it has none. */
export function valueAt(config: object, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    config,
  );
}
