import { FairwayError } from "../errors.ts";

/** How long one part may take to answer, ms. Shorter than a check's bound, so that the check can still say what mends it. */
export const answerBoundMs = 3_000;

/** The work's result, or `timeout` after so long, though the work itself may hang. */
export async function within<Result>(
  boundMs: number,
  who: string,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const bound = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new FairwayError("timeout", `${who} does not answer within ${boundMs / 1000} s`);
    late.reject(error);
    bound.abort(error);
  }, boundMs);
  try {
    return await Promise.race([work(bound.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
