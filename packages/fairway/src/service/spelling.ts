/** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. */
function distance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const current = [i];
    for (let j = 1; j <= other.length; j++) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[other.length] ?? 0;
}

/** Nobody slips in a longer word without seeing it, UTF-16 units. */
const longestWord = 64;
/** So many candidates of about the same length are compared: it is a courtesy, and must cost the center little. */
const mostCompared = 500;

/** The candidate that was probably meant: at most two slips away, and less than half the word. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > longestWord) return undefined;
  let best: { readonly candidate: string; readonly slips: number } | undefined;
  let compared = 0;
  for (const candidate of candidates) {
    // As many slips at least; most candidates are told apart by that.
    if (Math.abs(word.length - candidate.length) > 2) continue;
    if (compared++ === mostCompared) break;
    const slips = distance(word, candidate);
    if (slips <= 2 && slips * 2 < word.length && (best === undefined || slips < best.slips))
      best = { candidate, slips };
  }
  return best?.candidate;
}
