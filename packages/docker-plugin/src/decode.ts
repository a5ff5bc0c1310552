/**
 * The rules by which Docker's own decoder (Go's encoding/json) reads a message, as zod schemas:
 * field names in any case, unknown fields ignored, absent or `null` the same as empty.
 * A decoded request therefore never holds `undefined` or `null`: what is empty is "", [] or {}.
 */
import * as z from "zod";

/** A string that may be absent. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** A boolean that may be absent. */
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/** The id of an object that the method is about; Docker always sends it, with 64 characters. */
export const identifier = z.string().min(1).max(256);

/** Go's `map[string]string`. Keys are data and keep their case. */
export const textMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

/** Go's `map[string]interface{}`. Keys are data and keep their case. */
export const anyMap = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});

/** Go's slice: `null` is the empty list. */
export function list<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
}

/** Go's struct: known fields whatever their case, the rest ignored. */
export function struct<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  return z.preprocess((value) => spellFieldNames(value, names), z.object(shape));
}

/** Where a field comes twice in different cases the last one wins, as in Go. */
function spellFieldNames(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const spelled: Record<string, unknown> = {};
  for (const [field, content] of Object.entries(value)) {
    const name = names.get(field.toLowerCase());
    if (name !== undefined) spelled[name] = content;
  }
  return spelled;
}

/** One line for a person: what is wrong and where. */
export function explainIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => (issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message))
    .join("; ");
}
