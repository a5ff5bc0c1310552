/**
 * Text that somebody else chose: a label, a container's alias, an engine's error. The databases know no NUL (Open vSwitch's JSON refuses
 * it) and JSON no half of a surrogate pair (RFC 8259 §8.2); JavaScript's strings, and Docker, know both.
 */

/** Of a map of texts: keys and values are as long as this at most, in UTF-16 units, and it has so many entries at most. */
export const longestKey = 255;
export const longestValue = 4096;
export const mostEntries = 256;

/** Whether the databases can hold a text as it is. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** The text, with U+FFFD in place of what cannot be stored. For messages: of a name or a label the rest is not the same one. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd");
}

/** The text, or its beginning and "…": `most` UTF-16 units together at most. It is never cut within a surrogate pair. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const beginning = text.slice(0, most - 1);
  const isHalf = text.isWellFormed() && !beginning.isWellFormed();
  return `${isHalf ? beginning.slice(0, -1) : beginning}…`;
}
