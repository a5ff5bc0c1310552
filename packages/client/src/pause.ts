import { deferred } from "./deferred.ts";

/** The pauses between tries, ms: the first, and the longest to which it doubles. */
interface PauseBounds {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** How long to wait after so many failures in a row, ms: doubled each time, and shortened at random by up to a quarter so that many do not return at once. */
export function pauseAfter(failures: number, { firstMs, longestMs }: PauseBounds): number {
  const pauseMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return pauseMs * (1 - Math.random() / 4);
}

/** Throws the reason of the signal that is aborted, before the pause or in it. */
export async function pause(ms: number, signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const signal = AbortSignal.any(signals.filter((each) => each !== undefined));
  signal.throwIfAborted();
  const { promise, resolve, reject } = deferred<void>();
  const giveUp = () => reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  const timer = setTimeout(resolve, ms);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}
