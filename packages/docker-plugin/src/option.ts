import type * as z from "zod";
import { explainIssues } from "./decode.ts";
import { PluginError } from "./errors.ts";

/** The Options of a request. */
export type Options = Readonly<Record<string, unknown>>;

/** One option as its schema makes it; the schema decides what an absent one is. Throws `invalid_option`, naming it. */
export function decodeOption<Schema extends z.ZodType>(
  schema: Schema,
  options: Options,
  label: string,
): z.output<Schema> {
  const decoded = schema.safeParse(Object.hasOwn(options, label) ? options[label] : undefined);
  if (decoded.success) return decoded.data;
  throw new PluginError("invalid_option", `${label}: ${explainIssues(decoded.error)}`, {
    cause: decoded.error,
  });
}
