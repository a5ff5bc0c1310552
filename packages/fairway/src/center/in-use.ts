import { FairwayError } from "../errors.ts";

/** No message names more. */
const namedAtMost = 5;

/**
 * That something cannot go because of what it has.
 * @param what it is, with its name. @param noun what it has: `network`. @param verb what is to be done with these before: `detach`.
 */
export function inUseBy(what: string, noun: string, names: readonly string[], verb: string): FairwayError {
  const more = names.length - namedAtMost;
  const list = `${names.slice(0, namedAtMost).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  const [plural, them] = names.length === 1 ? [noun, "it"] : [`${noun.replace(/y$/, "ie")}s`, "them"];
  return new FairwayError("in_use", `${what} has the ${plural} ${list}; ${verb} ${them} first`);
}
