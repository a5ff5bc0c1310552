import { setTimeout as sleep } from "node:timers/promises";
import { FairwayError } from "../errors.ts";
import { Backoff } from "../runtime/backoff.ts";

interface WatchParts {
  /** Something comes first when it is known that all that follows will come, and then for each change. */
  readonly follow: (options: {
    readonly signal: AbortSignal;
    readonly onLost: (error: unknown) => void;
  }) => AsyncIterable<unknown>;
  /** Shows how things are. */
  readonly draw: () => Promise<void>;
  /** Told when the center is lost, for the time being. */
  readonly onLost: (error: unknown) => void;
}

/** Pauses between two drawings, ms: however much changes, a person reads no faster, and the center has other work. */
const quietMs = 250;

/**
 * Draws at first, and again after changes: those that come while it draws are one. It goes on until it fails. Throws what cannot pass by itself; events
 * that were missed are no failure, since it draws the whole.
 */
export async function watch({ follow, draw, onLost }: WatchParts): Promise<never> {
  const end = new AbortController();
  let changed = Promise.withResolvers<void>();
  let failure: { readonly error: unknown } | undefined;
  const following = (async () => {
    for (;;)
      try {
        for await (const _ of follow({ signal: end.signal, onLost })) changed.resolve();
        return;
      } catch (error) {
        if (!(error instanceof FairwayError && error.code === "gone")) throw error;
        await sleep(quietMs, undefined, { signal: end.signal });
      }
  })().catch((error: unknown) => {
    failure = { error };
    changed.resolve();
  });
  const backoff = new Backoff({ firstMs: quietMs, longestMs: 5_000 });
  try {
    for (;;) {
      await changed.promise;
      if (failure !== undefined) throw failure.error;
      changed = Promise.withResolvers();
      try {
        await draw();
        backoff.reset();
        await sleep(quietMs);
      } catch (error) {
        if (!(error instanceof FairwayError && error.retryable)) throw error;
        onLost(error);
        await sleep(backoff.failed());
        changed.resolve();
      }
    }
  } finally {
    end.abort();
    await following;
  }
}
