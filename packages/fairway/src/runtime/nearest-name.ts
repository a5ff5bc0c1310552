import damerauLevenshtein from "damerau-levenshtein";

/** Nobody slips in a longer word without seeing it, UTF-16 units. */
const longestWord = 64;
const mostSlips = 2;
/** So many names of about the same length are compared: it is a courtesy, and must cost little whoever asks. */
const mostCompared = 500;

/**
 * The known name that was most likely meant: one or two slips away, and at most a third of its letters. A slip is a letter too many, too few,
 * another one, or two neighbours that changed places; upper and lower case are the same.
 */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  if (written.length > longestWord) return undefined;
  let nearest: { readonly name: string; readonly slips: number } | undefined;
  let compared = 0;
  for (const name of known) {
    const bound = Math.min(mostSlips, Math.max(1, Math.floor(name.length / 3)));
    // As many slips at least: most names are told apart by that.
    if (Math.abs(written.length - name.length) > bound) continue;
    if (compared++ === mostCompared) break;
    const { steps: slips } = damerauLevenshtein(written.toLowerCase(), name.toLowerCase());
    if (slips <= bound && slips < (nearest?.slips ?? Infinity)) nearest = { name, slips };
  }
  return nearest?.name;
}
