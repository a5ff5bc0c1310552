import type { z } from "zod";
import { check, fieldOf } from "../check.ts";
import { FairwayError } from "../errors.ts";

/** Who made more mistakes will come again. */
const toldAtMost = 5;

/** A part of a request as its schema makes it. Throws `invalid`, naming what is wrong with each field. */
export function accept<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  part: "path" | "query" | "body",
): z.output<Schema> {
  const checked = check(schema, input ?? undefined);
  if (checked.ok) return checked.value;
  const told = checked.faults.slice(0, toldAtMost);
  const message = `${part}: ${told.map((fault) => fault.message).join("; ")}`;
  const fields = told.map((fault) => ({ field: fieldOf(fault), detail: fault.message }));
  throw new FairwayError("invalid", message, { fields });
}
