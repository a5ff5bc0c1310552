import { createHash } from "node:crypto";
import { FairwayError } from "../errors.ts";

/** Digits of a revision: nobody changes an object so often that two of its revisions are the same. */
const digits = 16;

/** The revision of what an object is to be: the same for as long as that is the same, whoever leads. */
export function revisionOf(wish: unknown): string {
  return createHash("sha256").update(JSON.stringify(wish, inOrder)).digest("hex").slice(0, digits);
}

/**
 * Throws `precondition_failed` where an object has none of the revisions that whoever changes it has seen.
 * @param now undefined: the object is not there.
 * @param wanted undefined: any will do.
 */
export function checkRevision(
  what: string,
  now: string | undefined,
  wanted: readonly string[] | undefined,
): void {
  if (wanted === undefined || (now !== undefined && wanted.includes(now))) return;
  const seen = wanted.join(", ");
  const is = now === undefined ? "is not there" : `has revision ${now} by now`;
  throw new FairwayError(
    "precondition_failed",
    `${what} ${is}, not ${seen}: look at it again, and change that`,
  );
}

/** Names of a map come in one order, however they were given. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
