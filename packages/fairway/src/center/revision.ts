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

/**
 * Of a request that makes an object with an id, and comes again: it must ask for what is there. Throws `conflict`.
 * @param what names the object. @param before its revision. @param asked the one that it would have.
 */
export function checkSameAgain(what: string, before: string, asked: string): void {
  if (asked === before) return;
  throw new FairwayError(
    "conflict",
    `${what} is there already, and otherwise: change it, or choose another id`,
  );
}

/** Names of a map come in one order, however they were given. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
