/** The media type of a JSON merge patch (RFC 7396 §4). */
export const mergePatchMediaType = "application/merge-patch+json";

/** An answer's entity tag of its revision (RFC 9110 §8.8.3); undefined where the answer has none. */
export function entityTagOf(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null || !("revision" in answer)) return undefined;
  return `"${String(answer.revision)}"`;
}

/**
 * The revisions of which the object must have one (RFC 9110 §13.1.1); undefined where any will do. Weak tags never match there.
 * @param header the value of `If-Match`, with or without quotes around a revision.
 */
export function revisionsOf(header: string | undefined): readonly string[] | undefined {
  if (header === undefined || header.trim() === "*") return undefined;
  return header.split(",").map((tag) => tag.trim().replace(/^"(.*)"$/, "$1"));
}
