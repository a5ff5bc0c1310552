import type { Plan } from "./pending-change.ts";
import type { Store } from "./store.ts";

/** What a use case needs of the store. */
export type Changeable = Pick<Store, "view" | "change">;

/** A use case that runs with others. */
interface Part<Result> {
  readonly result: Promise<Result>;
  /** Resolves when it has said what it changes. */
  readonly planned: Promise<void>;
  /** What it changes; undefined where it has not said so. */
  plan(): Plan<unknown> | undefined;
  settle(value: unknown): void;
  fail(reason: unknown): void;
}

/**
 * Runs several use cases as one transaction: what each changes is planned on what those before it have changed, and all of it is committed, or nothing.
 * Each is given a store of its own, and changes it once at most; what it looks at before is what is committed.
 * Returns what they return. Throws what the first that fails throws, and then none has changed anything.
 */
export async function jointly<Result>(
  store: Changeable,
  works: readonly ((store: Changeable) => Promise<Result>)[],
): Promise<Result[]> {
  const parts = works.map((work) => begin(store, work));
  const results = Promise.all(parts.map(({ result }) => result));
  try {
    // Each has said what it changes, or is over without a change.
    await Promise.all(parts.map(({ planned, result }) => Promise.race([planned, result])));
    const values = await store.change((draft) => parts.map((part) => part.plan()?.(draft)));
    for (const [at, part] of parts.entries()) part.settle(values[at]);
  } catch (error) {
    for (const part of parts) part.fail(error);
    await results.catch(() => undefined);
    throw error;
  }
  return results;
}

function begin<Result>({ view }: Changeable, work: (store: Changeable) => Promise<Result>): Part<Result> {
  const planned = Promise.withResolvers<void>();
  const committed = Promise.withResolvers<unknown>();
  // Of a use case that fails before it changes anything nobody waits for this.
  committed.promise.catch(() => undefined);
  let own: Plan<unknown> | undefined;
  const change = <T>(plan: Plan<T>): Promise<T> => {
    if (own !== undefined) throw new Error("a use case that runs with others makes one change");
    own = plan;
    planned.resolve();
    return committed.promise as Promise<T>;
  };
  return {
    result: work({ view, change }),
    planned: planned.promise,
    plan: () => own,
    settle: committed.resolve,
    fail: committed.reject,
  };
}
