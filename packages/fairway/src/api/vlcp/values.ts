/** Values of VLCP's parameters as zod schemas: each takes what VLCP takes, and the text that says the same. */

import { z } from "zod";
import { cidr, ipAddress } from "../../center/schemas/common.ts";
import { check } from "../../check.ts";
import { FairwayError } from "../../errors.ts";
import { parseLiteral } from "../../python-literal.ts";
import { nearestName } from "../../runtime/nearest-name.ts";
import type { Parameters } from "./parameters.ts";

/** So many objects make one call at most. */
export const mostObjects = 256;

/** A whole number, or the text of one: a form knows nothing else. */
export const wholeNumber = z.preprocess(
  (value) => (typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value),
  z.int(),
);

/** A list, or the text of one. */
export function listOf<Item extends z.ZodType>(item: Item, most: number, what: string) {
  return z.preprocess(literalOf, z.array(item, `must be ${what}`).max(most));
}

/** Pairs of the first and the last of a range, both included: `[[1000,1100]]`. */
export const segmentRanges = listOf(
  z.tuple([wholeNumber, wholeNumber], "must be the first and the last of a range, e.g. [1000, 1100]"),
  1_024,
  "a list of ranges, e.g. [[1000, 1100]]",
);

/** Routes as pairs of a destination and a next hop: `[["10.9.0.0/16","192.168.1.7"]]`. */
export const routePairs = listOf(
  z.tuple([cidr, ipAddress], 'must be a destination and a next hop, e.g. ["10.9.0.0/16", "192.168.1.7"]'),
  256,
  'a list of routes, e.g. [["10.9.0.0/16", "192.168.1.7"]]',
);

/** What may be left out also by saying nothing: VLCP takes `None` and an empty text for that. */
export function orNothing<Value extends z.ZodType>(value: Value) {
  const said = (given: unknown) => (given === "" || given === null ? undefined : given);
  return z.preprocess(said, value.optional()).optional();
}

/** Parameters as a schema makes them. Throws `invalid`, naming what is wrong with each. */
export function read<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const checked = check(schema, given);
  if (checked.ok) return checked.value;
  const faults = checked.faults.slice(0, 5).map(({ message }) => message);
  throw new FairwayError("invalid", faults.join("; "));
}

/**
 * The parameters that a schema does not know, as texts that are kept and shown: text as it is, all else as JSON in backquotes. Throws `invalid` for one that is a
 * slip away from what the schema knows: it was meant.
 * @param also names that are known elsewhere, and not to be kept.
 */
export function keptOf(
  schema: z.ZodObject,
  given: Parameters,
  also: readonly string[] = [],
): Record<string, string> {
  const known = [...Object.keys(schema.shape), ...also];
  const free = Object.entries(given).filter(([name, value]) => !known.includes(name) && value !== undefined);
  for (const [name] of free) {
    const meant = name.startsWith("x-") ? undefined : nearestName(name, known);
    if (meant !== undefined)
      throw new FairwayError(
        "invalid",
        `unknown parameter ${name}; did you mean ${meant}? (x-${name} is never taken for a mistake)`,
      );
  }
  return Object.fromEntries(free.map(([name, value]) => [name, keptText(value)]));
}

/** The same back: what was no text is that again. */
export function shownOf(kept: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(kept).map(([name, text]) => [name, shownValue(text)]));
}

/** What was given as a literal stands in backquotes, as a person writes it behind `-o`. */
function keptText(value: unknown): string {
  return typeof value === "string" ? value : `\`${JSON.stringify(value)}\``;
}

function shownValue(text: string): unknown {
  if (text.length < 2 || !text.startsWith("`") || !text.endsWith("`")) return text;
  try {
    return parseLiteral(text.slice(1, -1));
  } catch {
    return text;
  }
}

function literalOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return parseLiteral(value);
  } catch {
    return value;
  }
}
