/** How long an address that was told for a name takes new connections beyond its answer's TTL, ms. */
export const namesGraceMs = 30_000;

/** What is written lasts for so long beyond that, so that not each answer is a transaction, ms. */
export const namesSlackMs = 10_000;

/** Longer than this no answer is believed, s: names move, and who asks again is answered again. */
export const longestTtlS = 86_400;

/** One answer tells so many addresses at most. */
export const mostAnswered = 256;
