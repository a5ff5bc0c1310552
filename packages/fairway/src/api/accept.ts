import type { z } from "zod";
import { check } from "../config/check.ts";
import { FairwayError } from "../errors.ts";

/** A part of a request as its schema makes it. Throws `invalid`, naming what is wrong with each field. */
export function accept<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  part: "path" | "query" | "body",
): z.output<Schema> {
  const checked = check(schema, input ?? undefined);
  if (checked.ok) return checked.value;
  throw new FairwayError("invalid", `${part}: ${checked.faults.map((fault) => fault.message).join("; ")}`);
}
