/** How long an address that was told for a name takes new connections beyond its answer's TTL, ms. */
export const namesGraceMs = 60_000;

/** Longer than this no answer is believed, s: names move, and who asks again is answered again. */
export const longestTtlS = 86_400;

/** One answer tells so many addresses at most. */
export const mostAnswered = 256;
