import { FairwayError } from "../errors.ts";

/**
 * The work's result. Throws `timeout` after so long, though the work itself may hang; its signal is aborted then.
 * @param who answers, as the subject of a sentence.
 */
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
