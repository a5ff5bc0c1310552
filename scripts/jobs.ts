/**
 * How many are run at a time, as JOBS says it in the environment.
 * @throws Error that says what JOBS takes.
 */
export function readJobs(text = "2"): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new Error(`JOBS=${text}: it takes a number from 1 to 999.`);
}
