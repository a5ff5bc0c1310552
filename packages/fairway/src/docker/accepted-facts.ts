import { isStorable, longestKey, longestValue, mostEntries, shorten, storable } from "../free-text.ts";

/** Names of one endpoint that the API takes at most. */
const mostNames = 64;

/** Of one map, bytes: a few of them fit into a request. */
const mostBytes = 256 * 1024;

/** What of an engine's words the API takes. One label that it does not take is no reason to lose the others, or a container's names. */
export interface Accepted<T> {
  readonly accepted: T;
  /** What was left out, as a log names it. */
  readonly leftOut: readonly string[];
}

/** @param kind of the entries, e.g. "label". */
export function acceptedMap(
  kind: string,
  map: Readonly<Record<string, string>>,
): Accepted<Record<string, string>> {
  const accepted: [string, string][] = [];
  const leftOut: string[] = [];
  let bytes = 0;
  for (const entry of Object.entries(map)) {
    const size = Buffer.byteLength(JSON.stringify(entry));
    const fits = accepted.length < mostEntries && bytes + size <= mostBytes;
    if (fits && isAccepted(entry[0], longestKey) && isAccepted(entry[1], longestValue)) {
      accepted.push(entry);
      bytes += size;
    } else leftOut.push(named(kind, entry[0]));
  }
  return { accepted: Object.fromEntries(accepted), leftOut };
}

/** The names that the center can keep, each once, and those that are left out. */
export function acceptedNames(names: readonly string[]): Accepted<readonly string[]> {
  const isTold = (name: string) => name !== "" && isAccepted(name, longestKey);
  const fit = [...new Set(names)].filter(isTold);
  const accepted = fit.slice(0, mostNames);
  const leftOut = [...names.filter((name) => !isTold(name)), ...fit.slice(mostNames)];
  return { accepted, leftOut: leftOut.map((name) => named("name", name)) };
}

function isAccepted(text: string, most: number): boolean {
  return text.length <= most && isStorable(text);
}

function named(kind: string, name: string): string {
  return `${kind} ${JSON.stringify(shorten(storable(name), 60))}`;
}
